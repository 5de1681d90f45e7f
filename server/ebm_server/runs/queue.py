"""Who may go: as many runs at once as there are cores for, and the others in a queue."""

from ebm_server.protocol.messages import Problem
from ebm_server.protocol.runs import Run, RunState
from ebm_server.refusals import Invalid, Refused
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
        """Cores that runs use: a paused one does while it makes the updates that it was asked."""
        stepping = [e for e in self.in_states("paused", "queued") if e.run.step < e.target]
        return sum(e.processes for e in [*self.in_states("starting", "running"), *stepping])

    def has_room(self, processes: int = 1) -> bool:
        """Whether a run of so many processes may go now."""
        return self.busy + processes <= self.settings.max_running

    @property
    def waits(self) -> str:
        """What a queued run waits for, in a sentence."""
        most = self.settings.max_running
        limit = f"this server trains {most} at once"
        if self.dispatch.pool.executor.queues:
            return f"It waits for a place in the cluster; {limit} at the most."
        return f"It waits in the queue until another run ends: {limit}."

    def start(self) -> None:
        """Starts queued runs, the oldest first, while cores are free. A paused run uses none.

        Where workers wait for places, as many are asked for as runs could go.
        """
        pool, waiting = self.dispatch.pool, list[Demand]()
        if pool.executor.away:
            return
        asked = 0
        self._end_too_large()
        for queued in sorted(self.in_states("queued"), key=lambda entry: age(entry.run)):
            if self.dispatch.closing or not self.has_room(asked + queued.processes):
                break
            demand = self.dispatch.demand(queued)
            if self.dispatch.holds(queued):
                self.dispatch.wake_soon(queued)
            elif not pool.executor.queues or pool.waits(demand):
                self.dispatch.launch(queued)
            elif pool.failures >= FAILURES:
                pool.failures = 0
                self.dispatch.endings.end(queued, "failed", NO_WORKERS)
            else:
                waiting.append(demand)
                asked += queued.processes
        if pool.executor.queues:
            pool.ask_for(waiting)

    def _end_too_large(self) -> None:
        """What an earlier server had room for, and this one never has, keeps nobody waiting."""
        for queued in self.in_states("queued"):
            try:
                self.refuse_too_many_processes(queued.processes)
            except Invalid as error:
                told = f"{error.problems[0].message}; it is trained by {queued.processes}"
                self.dispatch.endings.end(queued, "failed", told)

    def refuse_when_full(self, processes: int = 1) -> None:
        """Refuses one more with 429 where it had to wait, and the queue is as long as it may be."""
        queued = len(self.in_states("queued"))
        if (queued or not self.has_room(processes)) and queued >= self.settings.max_queued:
            raise Refused(
                429,
                f"{self.busy} cores are taken and {queued} wait, as many as are allowed; "
                "stop one or wait until one ends",
            )

    def refuse_too_many_processes(self, processes: int) -> None:
        """Refuses a run that could never go, as it takes more cores than all runs may.

        Raises:
            Invalid: It is one.
        """
        most = self.settings.max_running
        if processes > most:
            many = Problem(
                path="processes",
                value=processes,
                message="each process takes a core or a GPU, and this server trains on "
                f"{most} at once (EBM_MAX_RUNNING)",
                allowed=f"1 to {most}",
            )
            raise Invalid([many])

    def refuse_steps(self, updates: int) -> None:
        """Refuses many updates of a paused run with 429 when no core is free."""
        if updates > FEW and not self.has_room():
            raise Refused(
                429,
                f"{self.busy} cores are taken, as many as are allowed: {FEW} updates are the most "
                "that a paused run makes meanwhile; pause or stop another run first",
            )

    def wanted_spares(self) -> int:
        """How many workers should be kept ready for the next runs."""
        if not self.settings.spare or not self.has_room() or self.dispatch.pool.executor.queues:
            return 0
        free = free_memory()
        room = self.settings.limits.spares if free is None else int(free // SPARE_MEMORY)
        return min(self.settings.limits.spares, max(1, room))


def age(run: Run) -> tuple[str, str]:
    """What runs are sorted by, the oldest first."""
    return run.created, run.id
