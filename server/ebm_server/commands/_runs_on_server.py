"""The missing runs of a search, made on a running server, so many at a time."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ebm_core.sweeps.members import Member
from ebm_core.sweeps.records import Records
from ebm_core.sweeps.summary import Outcome
from ebm_server.commands._sweep_on_server import Api
from ebm_server.sweeps.telling import PASSING

EVERY = 0.5
"""Seconds between two looks at the runs that go on."""
ENDED = ("finished", "failed", "stopped")


class RunsOnServer:
    """Makes runs there and records how they end; in the place of `sweeps.processes.Processes`.

    Args:
        jobs: How many at a time; what the server has no core for waits in its queue.
        stopped: Whether to end: what goes on then is stopped and removed, and made anew later.
    """

    def __init__(self, records: Records, jobs: int, stopped: Callable[[], bool], api: Api) -> None:
        self.records, self.jobs, self.stopped, self.api = records, jobs, stopped, api
        self.going: dict[str, Member] = {}
        """By the id of its run."""

    @contextmanager
    def open(self) -> Iterator["RunsOnServer"]:
        """Leaves no run behind that nobody waits for."""
        try:
            yield self
        finally:
            for run in list(self.going):
                self.api.ask("POST", f"/runs/{run}/stop", may_fail=True)
                self.api.ask("DELETE", f"/runs/{run}", may_fail=True)
            self.going.clear()

    def make(self, members: Iterable[Member]) -> Iterator[Outcome | None]:
        """Makes runs to their ends, in their order; each as it ends, and None now and then."""
        waiting = iter(members)
        next_one: Member | None = None
        more = True
        while not self.stopped():
            while more and len(self.going) < self.jobs:
                next_one = next_one or next(waiting, None)
                more = next_one is not None
                if next_one is None or not self._start(next_one):
                    break
                next_one = None
            if not self.going and not more:
                return
            yield from self._heard()
            time.sleep(EVERY)

    def shares(self) -> float:
        """How many runs are made of those that go on: their parts are not asked for."""
        return 0.0

    def _start(self, member: Member) -> bool:
        """Whether the server takes a run; its queue may be full."""
        name = ", ".join(f"{path} = {value}" for path, value in member.values.items())[:200]
        made = self.api.ask("POST", "/runs", {**member.config, "name": name}, may_wait=True)
        if made is not None:
            self.going[made["id"]] = member
        return made is not None

    def _heard(self) -> Iterator[Outcome | None]:
        """What has become of them by now."""
        for run, member in list(self.going.items()):
            found = self.api.ask("GET", f"/runs/{run}")
            if found["state"] in ENDED:
                del self.going[run]
                yield self._end(member, found)
        yield None

    def _end(self, member: Member, run: dict[str, Any]) -> Outcome:
        """Records how a run has ended. One that somebody has stopped is missing the next time."""
        finished = run["state"] == "finished"
        figures = {name: float(n) for name, n in run["metrics"].items() if name not in PASSING}
        outcome = Outcome(
            member.key,
            member.values,
            "finished" if finished else "failed",
            reason=None if finished else run["reason"] or "it was stopped on the server",
            figures=figures if finished else {},
            updates=run["step"],
            seconds=run["seconds"],
            run=run["id"],
        )
        if run["state"] == "stopped":
            self.records.ended[member.key] = outcome
        else:
            self.records.add(outcome)
        return outcome
