"""What crosses a process border: messages, and how arrays and frames are packed."""
