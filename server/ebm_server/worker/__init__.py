"""A worker process: one run, and its line to the server."""
