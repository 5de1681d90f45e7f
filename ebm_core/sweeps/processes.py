"""The missing runs of a sweep, each in a process of its own, so many at a time."""

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import Any

from ebm_core.sweeps import member_process
from ebm_core.sweeps.members import Member
from ebm_core.sweeps.records import Records
from ebm_core.sweeps.summary import Outcome

PATIENCE = 0.5
"""Seconds between two looks at whether it is to end."""

SAVING = 10.0
"""Seconds that a run has to save itself where it is to end."""

Stopped = Callable[[], bool]


@dataclass
class Going:
    """A run that goes on."""

    member: Member
    process: ForkServerProcess
    line: Connection
    share: float = 0.0
    ended: dict[str, Any] | None = None


class Processes:
    """Makes runs and records how they end.

    Args:
        jobs: How many at a time, a core each.
        stopped: Whether to end: what goes on then saves a checkpoint, from which it goes on later.
    """

    def __init__(self, records: Records, jobs: int, stopped: Stopped = lambda: False) -> None:
        self.records = records
        self.jobs = jobs
        self.stopped = stopped
        self.going: dict[str, Going] = {}
        self.context = multiprocessing.get_context("forkserver")
        # one process imports torch, and all others are forked from it
        self.context.set_forkserver_preload(["__main__", f"{__package__}.warm"])

    @contextmanager
    def open(self) -> Iterator["Processes"]:
        """Leaves no process behind."""
        try:
            yield self
        finally:
            for one in self.going.values():
                one.process.terminate()
            for one in self.going.values():
                one.process.join(SAVING)
                one.process.kill()
                one.process.join()
                one.line.close()
            self.going.clear()

    def make(self, members: Iterable[Member]) -> Iterator[Outcome | None]:
        """Makes runs to their ends, in their order; each as it ends, and None now and then."""
        waiting = iter(members)
        more = True
        while not self.stopped():
            while more and len(self.going) < self.jobs:
                member = next(waiting, None)
                more = member is not None
                if member is not None:
                    self._start(member)
            if not self.going:
                return
            yield from self._heard()

    def shares(self) -> float:
        """How many runs are made of those that go on, in all."""
        return sum((one.share for one in self.going.values()), 0.0)

    def _start(self, member: Member) -> None:
        ours, theirs = self.context.Pipe(duplex=False)
        place = self.records.directory(member.key), self.records.points
        process = self.context.Process(
            target=member_process.main, args=(theirs, member.config, *place), daemon=True
        )
        process.start()
        theirs.close()
        self.going[member.key] = Going(member, process, ours)

    def _heard(self) -> Iterator[Outcome | None]:
        """What the runs tell now."""
        lines = {one.line: one for one in self.going.values()}
        for line in wait(list(lines), PATIENCE):
            one = lines[line]  # type: ignore[index]
            with suppress(EOFError):
                told = one.line.recv()
                if isinstance(told, float):
                    one.share = told
                    continue
                one.ended = told
            yield self._end(one)
        yield None

    def _end(self, one: Going) -> Outcome:
        """Records how a run has ended. That its process was killed says nothing of the run: it is
        a failure in this table, and missing the next time."""
        one.process.join()
        one.line.close()
        del self.going[one.member.key]
        key, values = one.member.key, one.member.values
        if one.ended is None:
            outcome = Outcome(key, values, "failed", ending(one.process.exitcode))
            self.records.ended[key] = outcome
        else:
            outcome = Outcome(key, values, **one.ended)
            self.records.add(outcome)
        return outcome


def ending(code: int | None) -> str:
    """How a process ended that told nothing of it."""
    if code is not None and code < 0:
        names = {number.value: number.name for number in signal.Signals}
        cause = ", perhaps because memory ran out" if -code == signal.SIGKILL else ""
        return f"its process was ended by signal {-code} ({names.get(-code, 'unknown')}{cause})"
    return f"its process ended with exit code {code}"
