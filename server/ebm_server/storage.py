"""Where the runs' files are for all machines: a folder or a bucket, by URL, through fsspec.

A run has a folder there. Its worker writes it, from a folder of its own machine (`worker.mirror`);
the server puts what a run begins with there, and fetches what somebody wants to see.
"""

import importlib
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DRAFT = ".draft-"
ATTEMPT = "attempt"
"""The file that says which attempt at a run may write."""


class Superseded(Exception):
    """A later attempt at the run has begun elsewhere: what this one makes is of no more use."""


class Storage:
    """The folders of all runs at a URL.

    Raises:
        ValueError: No such storage is known, or the package for it is missing.
    """

    def __init__(self, url: str) -> None:
        fsspec = importlib.import_module("fsspec")  # it takes its time, and few need it
        try:
            self.files, root = fsspec.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise ValueError(
                f"--storage {url}: {error}; name a folder, or s3://BUCKET or gs://BUCKET "
                "(pip install 'ebm-lab[s3]' or 'ebm-lab[gs]')"
            ) from error
        self.root = str(root).rstrip("/")
        self.url = str(self.files.unstrip_protocol(self.root))
        """The same for every process, wherever it was started."""
        self._lock = threading.Lock()
        self._fetched: dict[str, dict[str, str]] = {}
        """By run, what each of its files here was fetched of."""

    def _path(self, *parts: str) -> str:
        return "/".join((self.root, *parts))

    def try_to_keep(self) -> None:
        """Writes a file that is gone at once.

        Raises:
            OSError: It cannot be written.
        """
        name = f"{DRAFT}{uuid.uuid4().hex}"
        try:
            self.put("", name, b"is it there?")
            self.files.rm_file(self._path("", name))
        except Exception as error:  # each kind of storage has its own
            raise OSError(f"runs cannot be kept at {self.url}: {error}") from error

    def put(self, run: str, name: str, data: bytes) -> None:
        """Writes a file of a run, whole or not at all."""
        path = self._path(run, name)
        folder, _, last = path.rpartition("/")
        draft = f"{folder}/{DRAFT}{last}-{uuid.uuid4().hex[:8]}"
        self.files.makedirs(folder, exist_ok=True)
        self.files.pipe_file(draft, data)
        self.files.mv(draft, path)

    def forget(self, run: str, name: str) -> None:
        """Removes a file of a run."""
        try:
            self.files.rm_file(self._path(run, name))
        except FileNotFoundError:
            return

    def found(self, run: str) -> dict[str, str]:
        """The files of a run, each with a mark that changes with it."""
        self.files.invalidate_cache()
        prefix = self._path(run)
        there: dict[str, Any] = self.files.find(prefix, detail=True)
        names = {path[len(prefix) + 1 :]: info for path, info in there.items()}
        return {
            name: repr(sorted(info.items(), key=str))
            for name, info in names.items()
            if not name.rpartition("/")[2].startswith(DRAFT) and ".." not in name.split("/")
        }

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Errors of whatever kind of storage as an OSError."""
        try:
            yield
        except OSError:
            raise
        except Exception as error:
            raise OSError(f"{type(error).__name__}: {error}") from error

    def bring(self, run: str, directory: Path) -> None:
        """Puts there what the run's folder here has, until a worker has claimed the run there.

        Raises:
            OSError: It cannot be written.
        """
        with self._reached():
            there = self.found(run)
            for path in [] if ATTEMPT in there else sorted(directory.rglob("*")):
                name = path.relative_to(directory).as_posix()
                if path.is_file() and not path.name.startswith(DRAFT) and name not in there:
                    self.put(run, name, path.read_bytes())

    def fetch(self, run: str, directory: Path) -> None:
        """Brings a folder here up to what is there.

        Raises:
            OSError: It cannot be read.
        """
        from ebm_core.atomic_file import write_whole  # imports torch, as all that need files do

        with self._lock, self._reached():
            known = self._fetched.setdefault(run, {})
            there = self.found(run)
            for name, mark in there.items():
                if known.get(name) == mark and (directory / name).is_file():
                    continue
                try:
                    data = self.files.cat_file(self._path(run, name))
                except FileNotFoundError:  # snapshots make room for newer ones
                    continue
                write_whole(directory / name, data, outlives_power=False)
                known[name] = mark
            for name in known.keys() - there.keys():
                (directory / name).unlink(missing_ok=True)
                del known[name]

    def claim(self, run: str, attempt: int) -> None:
        """From now on earlier attempts write no more.

        Raises:
            Superseded: A later one has claimed it.
        """
        self.refuse_earlier(run, attempt)
        self.put(run, ATTEMPT, str(attempt).encode())

    def refuse_earlier(self, run: str, attempt: int) -> None:
        """Refuses an attempt that is not the last.

        Raises:
            Superseded: A later one has claimed the run.
        """
        try:
            claimed = int(self.files.cat_file(self._path(run, ATTEMPT)))
        except FileNotFoundError:
            return
        if claimed > attempt:
            raise Superseded(f"attempt {claimed} at run {run} has begun elsewhere")

    def remove(self, run: str) -> None:
        """Removes all of a run."""
        with self._lock:
            self._fetched.pop(run, None)
            self.files.invalidate_cache()
            if self.files.exists(self._path(run)):
                self.files.rm(self._path(run), recursive=True)
