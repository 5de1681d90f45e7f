"""A data folder is its owner's alone: modes of its files, and the secrets in it."""

import secrets
import stat
from pathlib import Path

FOLDER = 0o700
FILE = 0o600
OTHERS = 0o077
OURS = (
    "ebm.sqlite*",
    "catalogue-*.json",
    "server.*",
    "*.key",
    "*.token",
    "points",
    "runs",
    "workers",
)
"""What a server keeps in its folder; what else lies there is somebody's own."""


def keep_private(folder: Path) -> None:
    """Takes from other accounts what they may do with a data folder and all that is kept in it.

    What is a link is left as it is, and so is what vanishes meanwhile: workers may be at work.

    Raises:
        OSError: It belongs to another account, which must do it.
    """
    folder.chmod(FOLDER)
    waiting = [path for pattern in OURS for path in folder.glob(pattern)]
    while waiting:
        path = waiting.pop()
        try:
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                _close(path, mode, FOLDER)
                waiting += path.iterdir()
            elif stat.S_ISREG(mode):
                _close(path, mode, FILE)
        except FileNotFoundError:
            continue


def _close(path: Path, mode: int, wanted: int) -> None:
    if mode & OTHERS:
        path.chmod(wanted)


def secret(folder: Path, name: str) -> bytes:
    """A secret that is kept in a folder; made once, for this account's eyes."""
    path = folder / name
    if not path.is_file():
        path.touch(mode=FILE)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text().encode()
