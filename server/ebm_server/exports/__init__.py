"""What is taken home of runs: one HTML file, a GIF, a script, tables. Runs are read alone."""
