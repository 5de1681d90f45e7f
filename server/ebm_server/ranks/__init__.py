"""Several processes of one machine that train a run together."""
