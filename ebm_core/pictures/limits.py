"""How much of other people's pictures is read."""

MOST = 200_000
"""Pictures in a set."""
FILE_BYTES = 32 * 2**20
"""Of one picture's file."""
PIXELS = 64 * 2**20
"""Of one picture, before it is made smaller."""
SET_BYTES = 2**30
"""Of a set once it is made small, and of all files in an archive together."""
SMALLEST, LARGEST = 4, 256
"""Pixels along an edge of what a set becomes."""
EDGE = 32
"""Of what larger pictures become, where nothing else is asked for."""


class BadPictures(ValueError):
    """A file or folder does not hold the pictures that are needed; the message names which."""
