"""Sweeps on the server: their runs are queued as room comes, and told as a table."""
