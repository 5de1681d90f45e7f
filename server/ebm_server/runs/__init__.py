"""The server's runs: their life, their workers, what is kept, and who is told."""
