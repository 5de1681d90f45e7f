"""Methods whose negatives come from Markov chains."""
