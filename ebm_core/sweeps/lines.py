"""A file of JSON lines that grows by whole lines, whenever its writer is killed."""

import json
import os
from pathlib import Path
from typing import Any


class Lines:
    """A file, read at once. A last line that was cut off is not read, and goes at the next one.

    Raises:
        ValueError: Another line is no JSON.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        data = path.read_bytes() if path.exists() else b""
        self.length = data.rfind(b"\n") + 1
        self.read: list[Any] = []
        for number, line in enumerate(data[: self.length].splitlines(), 1):
            try:
                self.read.append(json.loads(line))
            except ValueError as error:
                raise ValueError(
                    f"{path}, line {number} is {line[:60]!r}, which is no JSON; take the line "
                    "away, or give another folder"
                ) from error

    def add(self, value: Any) -> None:
        """One more line, once it is on the disk."""
        line = json.dumps(value).encode() + b"\n"
        with self.path.open("ab", buffering=0) as file:
            file.truncate(self.length)
            file.write(line)
            os.fsync(file.fileno())
        self.length += len(line)
