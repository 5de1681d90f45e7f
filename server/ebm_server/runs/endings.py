"""What becomes of a run whose worker has ended: an end, a place in the queue, another machine."""

import signal
from collections import Counter
from pathlib import Path

from ebm_server.protocol.runs import ENDED, Event, RunState
from ebm_server.runs.executors import Ended
from ebm_server.runs.ledger import Entry, Ledger, OwnFields, now
from ebm_server.runs.pool import Worker
from ebm_server.runs.reports import exception_in

NO_WORKER: OwnFields = {"worker": None, "pid": None, "born": None}
SHUT_DOWN = "the server was shut down; resume goes on from here"
PAUSED_BEFORE = "the server was shut down while it was paused; resume goes on from here"


class Endings:
    """The ends of runs, as far as no worker has reported them.

    Args:
        lost_nodes: With how many machines a run may be lost, and still goes on elsewhere.
    """

    def __init__(self, ledger: Ledger, lost_nodes: int) -> None:
        self.ledger = ledger
        self.lost_nodes = lost_nodes
        self.wanted: dict[str, tuple[RunState, str]] = {}
        """Runs whose worker is ended from here: what they become, and why."""
        self._paused: set[str] | None = None
        self._lost: Counter[str] = Counter()
        """By run: the machines that it was lost with since a person had it go on."""

    def shut_down(self) -> None:
        """From now on workers leave since the server does; what is paused now was so before."""
        entries = self.ledger.entries.values()
        self._paused = {entry.run.id for entry in entries if entry.run.state == "paused"}

    def settle(
        self, entry: Entry, worker: Worker, ended: Ended, to_sleep: bool, logs: list[Path], but: str
    ) -> None:
        """The worker of a run that has no end yet, or was stopped, is gone.

        Args:
            to_sleep: It was asked to leave, to be woken later.
            logs: Where its last words may be.
            but: What else is to be said where the run fails.
        """
        state: RunState = entry.run.state
        wanted = self.wanted.get(entry.run.id)
        if wanted and state not in ENDED:
            self.end(entry, *wanted)
        elif self._paused is not None and state == "stopped":
            reason = PAUSED_BEFORE if entry.run.id in self._paused else SHUT_DOWN
            self.ledger.write(entry, tell=True, reason=reason)
        elif state == "starting" and (worker.adopted or self._paused is not None):
            again: OwnFields = {"attempt": entry.attempt - 1}
            self.ledger.write(entry, tell=True, state="queued", own=again)
        elif state == "queued" or (to_sleep and state == "paused" and ended.code == 0):
            # it goes on from its checkpoint
            self.ledger.write(entry, tell=True, own=NO_WORKER)
        elif state not in ENDED and ended.lost and self._may_move(entry):
            self._move(entry, ended.lost)
        elif state not in ENDED:
            reason = f"{ending(ended)}{exception_in(*logs)}{but}; {kept(entry)}"
            self.end(entry, "failed", reason)

    def _may_move(self, entry: Entry) -> bool:
        self._lost[entry.run.id] += 1
        return self._lost[entry.run.id] <= self.lost_nodes

    def _move(self, entry: Entry, lost: str) -> None:
        """A run whose machine is gone waits for another one; one that was paused sleeps."""
        state: RunState = "paused" if entry.run.state == "paused" else "queued"
        text = f"{lost}; it goes on from its last checkpoint"
        event = Event(step=entry.run.step, kind="state", value=state, text=text)
        self.ledger.write(entry, events=[event], tell=True, state=state, own=NO_WORKER)

    def may_be_lost_again(self, entry: Entry) -> None:
        """A person has a run go on: what it was lost with counts no more."""
        self._lost.pop(entry.run.id, None)

    def end(self, entry: Entry, state: RunState, reason: str | None) -> None:
        """Records an end that no worker reported."""
        event = Event(step=entry.run.step, kind="state", value=state, text=reason)
        self.ledger.write(entry, events=[event], tell=True, state=state, reason=reason, ended=now())


def ending(ended: Ended) -> str:
    """How a process ended, in words."""
    code = ended.code
    if ended.lost:
        return f"{ended.lost}, as others that it was on before"
    if code is None:
        return "the worker process ended; how is not known, as an earlier server had started it"
    if code < 0:
        names = {number.value: number.name for number in signal.Signals}
        cause = ", perhaps because memory ran out" if -code == signal.SIGKILL else ""
        name = names.get(-code, "unknown")
        return f"the worker process was ended by signal {-code} ({name}{cause})"
    return f"the worker process ended with exit code {code}"


def kept(entry: Entry) -> str:
    """What can still be done with a run whose worker is gone."""
    until = f"everything until update {entry.run.step} is kept"
    return f"{until}, and resume goes on from its last checkpoint"
