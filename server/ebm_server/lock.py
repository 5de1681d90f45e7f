"""A lock file: one server to a data folder. It is free again when its process ends, however."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock.

    Raises:
        RuntimeError: Another process holds it, or the system has no such locks.
    """
    try:
        import fcntl  # all other commands work without it
    except ImportError as error:
        raise RuntimeError(
            "a data folder is locked by fcntl, which this system (Windows?) does not have; use "
            "`ebm train`, or start the server under Linux, macOS or WSL"
        ) from error
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise RuntimeError(
                f"another server (process {holder}) uses the data folder {path.parent}; "
                "stop it, or choose another folder with --data-dir"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
