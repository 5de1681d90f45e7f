"""What `ebm new` writes: one small plug-in of each contract, which runs as it is."""
