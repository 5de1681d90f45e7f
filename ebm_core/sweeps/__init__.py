"""Sweeps: many runs over grids and random draws, what is missing of them, and what they come to."""
