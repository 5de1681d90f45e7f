"""A run is steered as it goes: held, let go on, stopped, changed, and asked what it shows."""

import asyncio
from typing import Any

from ebm_server import core
from ebm_server.protocol.runs import ENDED, Run, RunState
from ebm_server.protocol.worker_messages import (
    AnyCommand,
    Done,
    KeepSnapshot,
    MakeSlowUpdate,
    MakeUpdates,
    Pause,
    SetFields,
    Stop,
    TellEnergy,
)
from ebm_server.refusals import Invalid, Refused
from ebm_server.runs.dispatch import Silent
from ebm_server.runs.endings import NO_WORKER
from ebm_server.runs.jobs import Jobs
from ebm_server.runs.ledger import Entry, OwnFields


class Steering:
    """What a person asks of one run, whether a worker has it or not. Lives on the event loop."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs
        self.ledger, self.dispatch, self.queue = jobs.ledger, jobs.dispatch, jobs.queue

    async def pause(self, run: str) -> Run:
        """Holds a run before its next update, or where it waits to go on."""
        entry = self.jobs.entry(run)
        if entry.run.state == "queued" and entry.attempt:
            own: OwnFields = {} if self.dispatch.holds(entry) else NO_WORKER
            self.ledger.write(entry, tell=True, state="paused", own=own)
            return entry.run
        return await self._command(run, Pause(), "starting", "running")

    async def step(self, run: str, updates: int) -> Run:
        """Makes some updates of a paused run, which stays paused.

        Refused with 429 where they are many, and as many runs go as may.
        """
        entry = await self._awake(run)
        if entry.run.state == "paused":
            self.queue.refuse_steps(updates)
            entry.target = entry.run.step + updates
        return await self._command(run, MakeUpdates(updates=updates), "paused")

    async def slow_motion(self, run: str) -> bytes:
        """Makes one update of a paused run, and gives its phases."""
        await self._awake(run)
        done = await self._obeyed(run, MakeSlowUpdate(), "paused")
        if done.phases is None:
            raise Refused(503, f"the worker of run {run} told no phases; make another update")
        return done.phases

    async def resume(self, run: str) -> Run:
        """Lets a paused run go on, or queues an ended one, to go on from its last checkpoint."""
        entry = self.jobs.entry(run)
        await self.dispatch.settled(run)
        ended = entry.run.state in ("stopped", "failed")
        if ended:
            await self.dispatch.left(entry)
        if ended or not self._can_wake(entry):
            await self.ledger.ready()  # somebody else may have resumed it meanwhile
        if entry.run.state in ("stopped", "failed"):
            if entry.run.repeats and not entry.pending:
                raise Refused(
                    409,
                    f"the run would repeat its failure: {entry.run.reason}; change a live setting "
                    "first, such as a smaller optimization.learning_rate",
                )
            self.dispatch.endings.may_be_lost_again(entry)
            return await self._in_the_queue(entry)
        if entry.run.state != "paused":
            raise _refused(entry, "resume", "paused", "stopped", "failed")
        if not self._can_wake(entry):
            return await self._in_the_queue(entry)
        try:
            await self.dispatch.wake(entry)
        except Silent as error:
            raise Refused(503, f"{error}; try again, or stop the run") from error
        return entry.run

    def _can_wake(self, entry: Entry) -> bool:
        """Whether a paused run goes on at once: its worker is here, and has room."""
        return self.queue.has_room(entry.processes) and self.dispatch.holds(entry)

    async def _in_the_queue(self, entry: Entry) -> Run:
        """A run that is to go on as soon as a core is free."""
        self.queue.refuse_too_many_processes(entry.processes)
        self.queue.refuse_when_full(entry.processes)
        entry.target = 0
        self.ledger.write(entry, tell=True, state="queued", reason=None, ended=None)
        self.queue.start()
        await self.ledger.kept()
        return entry.run

    async def _awake(self, run: str) -> Entry:
        """A run; one that is asleep gets a worker, with which it stays paused."""
        entry = self.jobs.entry(run)
        await self.dispatch.settled(run)
        if entry.run.state == "paused" and not self.dispatch.holds(entry):
            self.dispatch.launch(entry, paused=True)
            try:
                await self.dispatch.started(entry)
            except Silent as error:
                raise Refused(503, f"{error}; try again, or stop the run") from error
        return entry

    async def stop(self, run: str) -> Run:
        """Ends a run with a checkpoint."""
        entry = self.jobs.entry(run)
        await self.dispatch.settled(run)
        if entry.run.state == "queued" or entry.run.asleep:
            await self.ledger.ready()  # it may have got a worker meanwhile
        if entry.run.state == "queued" and self.dispatch.holds(entry):
            self.ledger.write(entry, state="paused")  # as it is, with its worker
        if entry.run.state == "queued" or entry.run.asleep:
            self.dispatch.endings.end(entry, "stopped", None)
            await self.ledger.kept()
            return entry.run
        if entry.run.state == "starting":
            await self.dispatch.kill(entry, "stopped", "it was stopped before its first update")
            await self.ledger.kept()
            return entry.run
        try:
            return await self._command(run, Stop(), "running", "paused")
        except Refused as refusal:
            if refusal.status != 503 or entry.run.state in ENDED:
                raise
            reason = "its worker did not answer and was ended; its last checkpoint is kept"
            await self.dispatch.kill(entry, "stopped", reason)
            await self.ledger.kept()
            return entry.run

    async def change(self, run: str, changes: dict[str, Any]) -> Run:
        """Sets live fields of a run; all of them or, where one is refused, none."""
        entry = self.jobs.entry(run)
        await self.dispatch.settled(run)
        before, most = entry.run.config, self.jobs.settings.limits
        config = await core.change_json(before, changes, self.jobs.points.folder, most)
        if self._has_no_worker(entry):
            await self.ledger.ready()
            if self._has_no_worker(entry) and entry.run.config is before:
                self._keep_for_later(entry, changes, config)
                await self.ledger.kept()
                return entry.run
            if self._has_no_worker(entry):  # somebody else has changed it meanwhile
                return await self.change(run, changes)
        return await self._command(
            run, SetFields(changes=changes), "starting", "running", "paused", "queued"
        )

    def _has_no_worker(self, entry: Entry) -> bool:
        """Whether a run could go on, and nobody holds it."""
        waits = entry.run.state in ("queued", "paused", "stopped", "failed")
        held = entry.run.state in ("queued", "paused") and self.dispatch.holds(entry)
        return waits and not held

    def _keep_for_later(
        self, entry: Entry, changes: dict[str, Any], config: dict[str, Any]
    ) -> None:
        """Sets live fields of a run that no worker has: they hold from its next update on."""
        pending = [*entry.pending, *({"path": p, "value": v} for p, v in changes.items())]
        self.ledger.write(entry, tell=True, config=config, own={"pending": pending})

    async def limit_speed(self, run: str, speed: float | None) -> Run:
        """Limits the updates a second; None lifts the limit."""
        await self.ledger.ready()
        entry = self.jobs.entry(run)
        self.ledger.write(entry, tell=True, speed=speed)
        self.dispatch.tell_speed(entry)
        await self.ledger.kept()
        return entry.run

    async def keep_moment(self, run: str) -> int | None:
        """Has the weights that a run shows now kept as a snapshot; its update. None where the run
        rests, so that its checkpoint has them."""
        entry = self.jobs.entry(run)
        if not self._goes(entry):
            return None
        return (await self._asked(entry, KeepSnapshot())).step

    def _goes(self, entry: Entry) -> bool:
        """Whether a worker has moments that no file has."""
        return entry.run.state in ("running", "paused") and not entry.run.asleep

    async def energy(self, run: str, step: int | None) -> bytes:
        """The energy that a run shows now, or showed at an update that it keeps a snapshot of.

        Refused with 404 without such a snapshot, with 409 where it is not known as numbers.
        """
        entry = self.jobs.entry(run)
        if step is not None or not self._goes(entry):
            return await core.energy_at(await asyncio.to_thread(self.jobs.fetched, run), step)
        done = await self._asked(entry, TellEnergy())
        if done.energy is None:
            raise Refused(409, "; ".join(problem.message for problem in done.problems))
        return done.energy

    async def _command(self, run: str, command: AnyCommand, *states: RunState) -> Run:
        """Has the worker obey; refused with 409 in other states, 503 without an answer."""
        await self._obeyed(run, command, *states)
        return self.jobs.entry(run).run

    async def _obeyed(self, run: str, command: AnyCommand, *states: RunState) -> Done:
        entry = self.jobs.entry(run)
        if entry.run.state not in states:
            raise _refused(entry, command.type, *states)
        try:
            done = await self._asked(entry, command)
        except Refused:
            if entry.run.state in ENDED:  # it ended by itself just then
                raise _refused(entry, command.type, *states) from None
            raise
        if done.problems:
            raise Invalid(done.problems)
        await self.ledger.kept()
        return done

    async def _asked(self, entry: Entry, command: AnyCommand) -> Done:
        try:
            return await self.dispatch.ask(entry, command)
        except Silent as error:
            raise Refused(503, f"{error}; try again, or stop the run") from error


def _refused(entry: Entry, what: str, *states: RunState) -> Refused:
    run = entry.run
    possible = f"{what} is possible while it is {' or '.join(states)}"
    return Refused(409, f"run {run.id} is {run.state}; {possible}")
