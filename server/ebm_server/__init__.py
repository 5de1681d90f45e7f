"""The laboratory's server: runs in worker processes, watched from a page."""
