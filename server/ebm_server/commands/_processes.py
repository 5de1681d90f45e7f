"""The processes that train a run of `ebm train`: one, several that it starts, or torchrun's."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ebm_server.commands import refuse

if TYPE_CHECKING:
    from ebm_core.ranks import Ranks
    from ebm_core.ranks.group import ProcessGroup

EXIT_LOST = 4
GRACE = 5.0
"""Seconds that a process has to end by itself once another one of its run is gone."""


def started_by_torchrun() -> "ProcessGroup | None":
    """This process among those that torchrun has started; None where it is alone.

    One that does not lead follows to the end of the run here, and the command ends.
    """
    from ebm_core.ranks import RankLost
    from ebm_core.ranks.group import ProcessGroup
    from ebm_server.commands._follower import follow_to_the_end, stay_for_the_leader

    try:
        group = ProcessGroup.of_environment()
    except (RankLost, ValueError) as error:
        typer.echo(f"the processes that torchrun has started do not meet: {error}", err=True)
        raise typer.Exit(EXIT_LOST) from error
    if group is not None and group.rank:
        stay_for_the_leader()
        raise typer.Exit(follow_to_the_end(group))
    return group


@contextmanager
def together(processes: int, group: "ProcessGroup | None", out: Path) -> Iterator["Ranks"]:
    """This process as the first of a run's; all others end with it.

    Args:
        group: Those that torchrun has started; otherwise they are started here.
        out: Where the run is saved, for who is told that one is lost.
    """
    from ebm_core.ranks import ALONE, RankLost

    if processes == 1 and group is None:
        yield ALONE
        return
    followers = None if group else Followers(processes, out)
    try:
        ranks = group or followers.joined()  # type: ignore[union-attr]
        try:
            yield ranks
        finally:
            with suppress(RankLost):
                ranks.close()
    except RankLost as error:
        typer.echo(lost(followers.cause() if followers else str(error), out), err=True)
        raise typer.Exit(EXIT_LOST) from error
    finally:
        if followers:
            followers.end()


def lost(cause: str, out: Path) -> str:
    """What is said where a process of a run is gone."""
    from ebm_core.runs.checkpoint import FILE_NAME

    if not (out / FILE_NAME).is_file():
        return f"{cause}; the run had not been saved yet"
    return (
        f"{cause}; {out} holds the run as it was last saved, go on with it by "
        f"ebm train --resume {out}"
    )


def refuse_other_number(out: Path, recorded: int, asked: int | None) -> None:
    """Ends the command where a run is to go on with another number of processes."""
    if asked not in (None, recorded):
        several = "1 process" if recorded == 1 else f"{recorded} processes"
        refuse(
            f"the run in {out} is trained by {several}, whose chains and random numbers it holds, "
            f"and cannot go on with {asked}; start {recorded}"
        )


def plugins() -> str:
    """Those that this process has loaded, for others to load."""
    from ebm_core.contracts.outside import ORIGINS

    return os.pathsep.join(dict.fromkeys(origin.path for origin in ORIGINS.values()))


class Followers:
    """The further processes of a run on this machine. They end where this one is gone, and where
    one of them ends too early, so does this."""

    def __init__(self, processes: int, out: Path) -> None:
        from ebm_server.runs.executors.local import search_path

        self.size = processes
        self.out = out
        self.ending = threading.Event()
        self.folder = tempfile.TemporaryDirectory(prefix="ebm-ranks-")
        self.children = [
            subprocess.Popen(
                [sys.executable, "-P", "-m", "ebm_server.commands._follower",
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

    def joined(self) -> "ProcessGroup":
        """This process as the one that leads them."""
        from ebm_core.ranks.group import ProcessGroup

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
        typer.echo(lost(self._told(self.children.index(child) + 1, child), self.out), err=True)
        self._kill()
        self.folder.cleanup()
        os._exit(EXIT_LOST)

    def _told(self, rank: int, child: subprocess.Popen[bytes]) -> str:
        from ebm_core.sweeps.processes import ending

        return f"process {rank} of the run (0 to {self.size - 1}): {ending(child.returncode)}"
