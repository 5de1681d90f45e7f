"""Networks that energies are made of."""
