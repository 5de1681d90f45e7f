"""Samplers tried on energies of the plane, and chains of images from starts of one's own."""
