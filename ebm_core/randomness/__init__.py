"""Random numbers: the streams of a seed, and noise."""
