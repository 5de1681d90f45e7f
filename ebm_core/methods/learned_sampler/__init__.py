"""Methods whose negatives come from a generator with an entropy term."""
