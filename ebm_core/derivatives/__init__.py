"""Derivatives of energies by their inputs."""
