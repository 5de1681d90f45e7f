"""A worker process: one run, and its connection to the server."""
