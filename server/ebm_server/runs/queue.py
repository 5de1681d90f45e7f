"""Who may go: as many runs at once as there are cores for, and the others in a queue."""

from ebm_server.protocol.runs import Run, RunState
from ebm_server.refusals import Refused
from ebm_server.runs.dispatch import Dispatch
from ebm_server.runs.executors import Demand
from ebm_server.runs.ledger import Entry, Ledger
from ebm_server.settings import Settings, free_memory

SPARE_MEMORY = 700 * 1024 * 1024
"""What must be free for one more spare: twice what it takes."""
FAILURES = 3
NO_WORKERS = (
    f"{FAILURES} workers in a row ended before they began; is ebm-lab installed on all machines of "
    "the cluster, and do they reach the server? Its log has what they said; then resume it"
)
FEW = 100
"""Updates that a paused run may make while no core is free."""


class Queue:
    """Runs that wait, and those that go."""

    def __init__(self, settings: Settings, ledger: Ledger, dispatch: Dispatch) -> None:
        self.settings = settings
        self.ledger = ledger
        self.dispatch = dispatch

    def in_states(self, *states: RunState) -> list[Entry]:
        """The runs that are in one of these states."""
        return [entry for entry in self.ledger.entries.values() if entry.run.state in states]

    @property
    def busy(self) -> int:
        """Runs that use a core: a paused one does while it makes the updates that it was asked."""
        stepping = [e for e in self.in_states("paused", "queued") if e.run.step < e.target]
        return len(self.in_states("starting", "running")) + len(stepping)

    @property
    def full(self) -> bool:
        """Whether no more run may go now."""
        return self.busy >= self.settings.max_running

    def start(self) -> None:
        """Starts queued runs, the oldest first, while cores are free. A paused run uses none.

        Where workers wait for places, as many are asked for as runs could go.
        """
        pool, waiting = self.dispatch.pool, list[Demand]()
        for queued in sorted(self.in_states("queued"), key=lambda entry: age(entry.run)):
            if self.dispatch.closing or self.busy + len(waiting) >= self.settings.max_running:
                break
            demand = self.dispatch.demand(queued)
            if self.dispatch.holds(queued):
                self.dispatch.wake_soon(queued)
            elif not pool.executor.queues or pool.waits(demand):
                self.dispatch.launch(queued)
            elif pool.failures >= FAILURES:
                pool.failures = 0
                self.dispatch.end(queued, "failed", NO_WORKERS)
            else:
                waiting.append(demand)
        if pool.executor.queues:
            pool.ask_for(waiting)

    def refuse_when_full(self) -> None:
        """Refuses one more with 429 when no core is free, and the queue is as long as it may be."""
        queued = len(self.in_states("queued"))
        if (self.full or queued) and queued >= self.settings.max_queued:
            raise Refused(
                429,
                f"{self.busy} runs are going and {queued} wait, as many as are allowed; "
                "stop one or wait until one ends",
            )

    def refuse_steps(self, updates: int) -> None:
        """Refuses many updates of a paused run with 429 when no core is free."""
        if updates > FEW and self.full:
            raise Refused(
                429,
                f"{self.busy} runs are going, as many as are allowed: {FEW} updates are the most "
                "that a paused run makes meanwhile; pause or stop another run first",
            )

    def wanted_spares(self) -> int:
        """How many workers should be kept ready for the next runs."""
        if not self.settings.spare or self.full or self.dispatch.pool.executor.queues:
            return 0
        free = free_memory()
        room = self.settings.limits.spares if free is None else int(free // SPARE_MEMORY)
        return max(1, min(self.settings.limits.spares, room))


def age(run: Run) -> tuple[str, str]:
    """What runs are sorted by, the oldest first."""
    return run.created, run.id
