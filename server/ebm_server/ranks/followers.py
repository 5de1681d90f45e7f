"""The further processes of a run on this machine, started by the one that leads it."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ebm_core.ranks import ALONE, RankLost, Ranks
from ebm_core.ranks.group import ProcessGroup
from ebm_server.search_path import search_path

EXIT_LOST = 4
GRACE = 5.0
"""Seconds that a process has to end by itself once another one of its run is gone."""
MEETING = "ebm-ranks-"
"""Folders in which the processes of a run find each other; the number of the first one follows."""


@contextmanager
def leading(processes: int, on_lost: Callable[[str], None]) -> Iterator[Ranks]:
    """This process as the first of a run's; all others end with it.

    Args:
        on_lost: Called with which one is gone, from another thread, where this one does not hear
            of it by itself; then this process ends with `EXIT_LOST`.

    Raises:
        RankLost: One of them is gone, and how it ended.
    """
    if processes == 1:
        yield ALONE
        return
    followers = Followers(processes, on_lost)
    try:
        ranks = followers.joined()
        try:
            yield ranks
        finally:
            with suppress(RankLost):
                ranks.close()
    except RankLost as error:
        raise RankLost(followers.cause()) from error
    finally:
        followers.end()


def remove_left() -> None:
    """Removes the folders of those that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{MEETING}*-*"):
        leader = folder.name.removeprefix(MEETING).partition("-")[0]
        if leader.isdecimal() and not is_there(int(leader)):
            shutil.rmtree(folder, ignore_errors=True)  # it may be another account's


def is_there(process: int) -> bool:
    """Whether there is a process of this number."""
    if os.name == "nt":
        return True  # to ask by a signal would end it there
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def plugins() -> str:
    """Those that this process has loaded, for others to load."""
    from ebm_core.contracts.outside import ORIGINS

    return os.pathsep.join(dict.fromkeys(origin.path for origin in ORIGINS.values()))


class Followers:
    """The further processes of a run on this machine. They end where this one is gone, and where
    one of them ends too early, so does this."""

    def __init__(self, processes: int, on_lost: Callable[[str], None]) -> None:
        self.size = processes
        self.on_lost = on_lost
        self.ending = threading.Event()
        remove_left()
        self.folder = tempfile.TemporaryDirectory(prefix=f"{MEETING}{os.getpid()}-")
        self.children = [
            subprocess.Popen(
                [sys.executable, "-P", "-m", "ebm_server.ranks.follower",
                 self.folder.name, str(rank), str(processes)],
                stdin=subprocess.PIPE,  # it ends when this process does, however that ends
                stdout=2,
                env={**os.environ, "PYTHONPATH": search_path(), "EBM_PLUGINS": plugins()},
                start_new_session=True,  # Ctrl-C is for the leader, which orders what follows
            )
            for rank in range(1, processes)
        ]  # fmt: skip
        for child in self.children:
            threading.Thread(target=self._watch, args=(child,), daemon=True).start()

    def joined(self) -> ProcessGroup:
        """This process as the one that leads them."""
        return ProcessGroup.local(Path(self.folder.name), 0, self.size)

    def cause(self) -> str:
        """Which of them is gone, and how it ended."""
        end = time.monotonic() + GRACE
        while time.monotonic() < end:
            for rank, child in enumerate(self.children, 1):
                if child.poll() is not None:
                    return self._told(rank, child)
            self.ending.wait(0.05)
        return "another process of the run answers no more"

    def end(self) -> None:
        """Leaves none behind."""
        self.ending.set()
        deadline = time.monotonic() + GRACE
        for child in self.children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
        self._kill()
        self.folder.cleanup()

    def _kill(self) -> None:
        for child in self.children:
            child.kill()
            child.wait()
            if child.stdin:
                child.stdin.close()

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """The leader hears of it where it talks to the others. Where it does something else, or
        waits for what does not come, it is ended here."""
        child.wait()
        if self.ending.wait(GRACE):
            return
        self.on_lost(self._told(self.children.index(child) + 1, child))
        self._kill()
        self.folder.cleanup()
        os._exit(EXIT_LOST)

    def _told(self, rank: int, child: subprocess.Popen[bytes]) -> str:
        from ebm_core.sweeps.processes import ending

        return f"process {rank} of the run (0 to {self.size - 1}): {ending(child.returncode)}"
