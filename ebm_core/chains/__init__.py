"""Markov chains: how they are stepped, and how well they mix."""
