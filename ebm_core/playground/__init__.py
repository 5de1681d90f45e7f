"""Samplers tried on energies of the plane."""
