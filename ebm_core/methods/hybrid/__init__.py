"""Methods that join an energy with another model."""
