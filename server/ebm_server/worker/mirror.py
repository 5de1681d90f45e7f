"""A run's folder on the worker's machine, and its copy in the storage that all machines see."""

import logging
import os
import platform
import shutil
import tempfile
import threading
from pathlib import Path

from ebm_server.protocol.worker_messages import Assign
from ebm_server.storage import ATTEMPT, DRAFT, Storage, Superseded

log = logging.getLogger(__name__)
RETRY_SECONDS = 2.0
SETTLE_SECONDS = 20.0
"""How long a run that rests or ends waits for its files to be there."""
SUPERSEDED = 3
"""The exit code of a worker whose run goes on elsewhere."""

Marks = dict[str, tuple[int, int, int]]
"""By name, what changes with a file: time, size and number."""


class Mirror:
    """The folder where a worker writes; a thread copies what is new to the storage, if any.

    Raises:
        FileNotFoundError: There is no storage, and the server's folder is not on this machine.
        Superseded: The run has gone on elsewhere.
    """

    def __init__(self, given: Assign) -> None:
        self.given = given
        self.storage = Storage(given.storage) if given.storage else None
        self.directory = Path(given.directory)
        self._changes = self._copied = 0
        self._trouble = ""
        self._closed = False
        self._condition = threading.Condition()
        self._there: Marks = {}
        if self.storage:
            self.directory = Path(tempfile.mkdtemp(prefix="ebm-run-"))
            self.storage.fetch(given.run, self.directory)
            self.storage.claim(given.run, given.attempt)
            self._there = marks(self.directory)
            threading.Thread(target=self._copy_for_ever, args=(self.storage,), daemon=True).start()
        elif not self.directory.is_dir():
            raise FileNotFoundError(
                f"the server's folder {self.directory} is not on {platform.node()}; start the "
                "server with --storage, a folder or a bucket that all machines see"
            )

    def changed(self) -> None:
        """Files were written or removed."""
        with self._condition:
            self._changes += 1
            self._condition.notify_all()

    def settle(self, seconds: float = SETTLE_SECONDS) -> str:
        """Waits until all is there; what keeps it from that, or nothing."""
        if self.storage is None:
            return ""
        self.changed()
        with self._condition:
            changes = self._changes
            if self._condition.wait_for(lambda: self._copied >= changes, seconds):
                return ""
            return f"its files could not be kept at {self.storage.url}: {self._trouble or 'slow'}"

    def remove(self) -> None:
        """Copies no more, and removes the folder where it is the worker's own."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        if self.storage:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _copy_for_ever(self, storage: Storage) -> None:
        while not self._closed:
            with self._condition:
                self._condition.wait_for(lambda: self._changes > self._copied or self._closed)
                changes = self._changes
            try:
                self._copy(storage)
            except Superseded as error:
                log.error("%s: this worker ends", error)
                os._exit(SUPERSEDED)
            except Exception as error:  # each kind of storage has its own; it may be back soon
                log.warning("the run's files cannot be kept at %s: %s", storage.url, error)
                with self._condition:
                    self._trouble = str(error)
                    self._condition.wait(RETRY_SECONDS)
                continue
            with self._condition:
                self._copied, self._trouble = changes, ""
                self._condition.notify_all()

    def _copy(self, storage: Storage) -> None:
        """One look at all files; the checkpoint, in the folder itself, goes before snapshots."""
        run = self.given.run
        storage.refuse_earlier(run, self.given.attempt)
        here = marks(self.directory)
        for name in sorted(here, key=lambda name: (name.count("/"), name)):
            if self._there.get(name) == here[name]:
                continue
            try:
                data = (self.directory / name).read_bytes()
            except FileNotFoundError:  # it has made room meanwhile
                continue
            storage.put(run, name, data)
            self._there[name] = here[name]
        for name in self._there.keys() - here.keys():
            storage.forget(run, name)
            del self._there[name]


def marks(directory: Path) -> Marks:
    """The files of a run's folder."""
    found: Marks = {}
    for path in directory.rglob("*"):
        if path.name.startswith(DRAFT) or path.name == ATTEMPT or not path.is_file():
            continue
        try:
            told = path.stat()
        except FileNotFoundError:
            continue
        name = path.relative_to(directory).as_posix()
        found[name] = (told.st_mtime_ns, told.st_size, told.st_ino)
    return found
