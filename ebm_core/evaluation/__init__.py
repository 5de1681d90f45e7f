"""How good an energy, its samples and its chains are."""
