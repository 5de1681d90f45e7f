"""Files that are there whole or not at all."""

import os
from pathlib import Path

DRAFT = ".draft-"


def write_whole(path: Path, data: bytes, outlives_power: bool = True) -> None:
    """Writes a file into a folder that has one writer at a time.

    Whenever the process is killed, the file is the one before or the new one; with
    `outlives_power` this is so for the machine too, and the disk is waited for.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.parent / f"{DRAFT}{os.getpid()}"
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            if outlives_power:
                os.fsync(file.fileno())
        draft.replace(path)
    finally:
        # this one, where the disk is full, and those of processes that were killed
        for left in path.parent.glob(f"{DRAFT}*"):
            left.unlink(missing_ok=True)
