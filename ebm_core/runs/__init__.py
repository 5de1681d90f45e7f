"""Runs: what one is, its training, and what is kept of it."""
