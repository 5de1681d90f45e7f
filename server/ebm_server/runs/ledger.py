"""The runs as they stand: in memory, in step with the store; the hub hears of what is committed."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypedDict, Unpack

from ebm_server.protocol.messages import Values
from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.protocol.runs import Event, MetricRow, Run, RunState
from ebm_server.runs.hub import Hub
from ebm_server.runs.store import (
    EVENTS,
    METRICS,
    RUNS,
    Store,
    delete_run,
    insert,
    put_keyframe,
    rewind,
    update_run,
)
from ebm_server.runs.writer import Then, Work, Write

ROW_BYTES = 1000
"""Of a write that is no keyframe, about."""

RUN_FIELDS = frozenset(Run.model_fields) - {
    "first_plugins", "long_update", "usage", "asleep",
}  # fmt: skip
"""Those that are columns: the others follow from them, or are of the moment."""


def now() -> str:
    """The time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Entry:
    """A run and what the server alone needs to know of it."""

    run: Run
    initial: dict[str, Any]
    """The config it was created with."""
    pending: list[dict[str, Any]] = field(default_factory=list)
    """Changes asked for while no worker had it: {"path", "value"}."""
    attempt: int = 0
    """How many workers it has been given to."""
    received: int = 0
    """The newest item that is recorded of this attempt."""
    worker: str | None = None
    pid: int | None = None
    born: str | None = None
    """When the worker's process started, which tells it from a later one with the same pid."""
    numbered: int = 0
    """The newest sequence number given out; `run.seq` is the newest that is committed."""
    target: int = 0
    """The update until which it goes while it is paused."""
    arrived: int = 0
    """The newest item of this attempt that came in; `received` follows with the commit."""

    @property
    def processes(self) -> int:
        """How many train it together, each on a core or a GPU."""
        return int(self.run.config.get("processes", 1))


def row_of(entry: Entry) -> dict[str, Any]:
    """The columns of a run."""
    own = {c.name: getattr(entry, c.name) for c in RUNS.c if c.name not in RUN_FIELDS}
    return {**entry.run.model_dump(include=set(RUN_FIELDS)), **own, "seq": entry.numbered}


def entry_of(row: dict[str, Any]) -> Entry:
    """The inverse of `row_of`."""
    first_plugins = row["initial"].get("plugins", [])
    of_run = {name: row[name] for name in RUN_FIELDS}
    of_run |= {"pinned": bool(row["pinned"]), "tags": row["tags"] or []}  # a read of an earlier one
    run = Run(**of_run, first_plugins=first_plugins)
    run.asleep = run.state == "paused" and not row["worker"]
    own = {name: value for name, value in row.items() if name not in RUN_FIELDS}
    return Entry(run, numbered=run.seq, arrived=row["received"], **own)


class Progress(TypedDict, total=False):
    """How far a run is."""

    step: int
    seconds: float
    horizon: int | None


class RunFields(Progress, total=False):
    """What changes of a `Run`."""

    state: RunState
    reason: str | None
    config: dict[str, Any]
    started: str | None
    ended: str | None
    metrics: Values
    speed: float | None
    name: str
    pinned: bool
    tags: list[str]


class OwnFields(TypedDict, total=False):
    """What changes of an `Entry` beside its run."""

    pending: list[dict[str, Any]]
    attempt: int
    worker: str | None
    pid: int | None
    born: str | None


def works_of(
    run: str,
    rows: Sequence[MetricRow],
    events: Sequence[Event],
    keyframe: tuple[float, PackedFrame] | None,
) -> list[Work]:
    """The writes of what was added to a run."""
    works = []
    if rows:
        works.append(insert(METRICS, [{"run": run, **row.model_dump()} for row in rows]))
    if events:
        works.append(insert(EVENTS, [{"run": run, **event.model_dump()} for event in events]))
    if keyframe:
        works.append(put_keyframe(run, *keyframe))
    return works


class Ledger:
    """All runs. Every change of one goes through `write`, so that order is the same everywhere."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self.store = store
        self.hub = hub
        self.entries: dict[str, Entry] = {}

    async def open(self) -> None:
        """Reads what was left by the last server."""
        rows = await asyncio.to_thread(self.store.runs)
        self.entries = {row["id"]: entry_of(row) for row in rows}

    async def add(self, entry: Entry) -> None:
        """A new run, which is there from its commit on.

        Raises:
            Refused: The database does not take it.
        """
        run = entry.run.id
        await self.store.writer.done(insert(RUNS, [row_of(entry)]), undo=delete_run(run))
        self.entries[run] = entry
        self.hub.runs_changed()

    async def remove(self, run: str) -> None:
        """Deletes a run and all that belongs to it.

        Raises:
            Refused: The database does not take it, and the run stays.
        """
        entry = self.entries.pop(run)
        try:
            await self.store.writer.done(delete_run(run))
        except BaseException:
            self.entries[run] = entry
            raise
        self.hub.drop_frame(run)
        self.hub.runs_changed()

    async def ready(self) -> None:
        """Waits a while for a database that takes no writes now; refused where it still does not.

        What a person asks of a run that no worker has comes after it, so that nothing is changed
        that cannot be kept.
        """
        await self.store.writer.ready()

    async def kept(self) -> None:
        """Waits for the commit of all that was written so far: a yes to a person comes after it."""
        await self.store.writer.kept()

    @property
    def full(self) -> bool:
        """So much waits for the database that workers are to keep what they have to say."""
        return not self.store.writer.room.is_set()

    async def room(self) -> None:
        """Waits until they need not."""
        await self.store.writer.room.wait()

    def write(
        self,
        entry: Entry,
        *,
        rows: Sequence[MetricRow] = (),
        events: Sequence[Event] = (),
        keyframe: tuple[float, PackedFrame] | None = None,
        received: int | None = None,
        tell: bool = False,
        then: Callable[[], None] | None = None,
        own: OwnFields | None = None,
        **fields: Unpack[RunFields],
    ) -> None:
        """Changes fields of a run and adds numbered rows and events.

        Args:
            own: Fields of the entry that the page does not see.
            received: The worker's item that this comes from; known to be safe after the commit.
            tell: Send the run's info to the page.
            then: Called after the commit.
        """
        run = entry.run
        old_state = run.state
        own = own or {}
        for name, value in fields.items():
            setattr(run, name, value)
        for name, value in own.items():
            setattr(entry, name, value)
        run.asleep = run.state == "paused" and not entry.worker
        if run.state not in ("starting", "running", "paused") or run.asleep:
            run.usage = run.long_update = None
        numbered: Sequence[MetricRow | Event] = (*rows, *events)
        for one in numbered:
            entry.numbered += 1
            one.seq = entry.numbered
        works = works_of(run.id, rows, events, keyframe)
        columns: dict[str, Any] = {**fields, **own, "seq": entry.numbered}
        if received is not None:
            entry.arrived = columns["received"] = received
        works.append(update_run(run.id, columns))
        seq, listed = entry.numbered, run.state != old_state

        def committed(_: Any) -> None:
            run.seq = max(run.seq, seq)
            entry.received = received if received is not None else entry.received
            self._tell(run, rows, events, told=tell, listed=listed)
            if then:
                then()

        size = ROW_BYTES * len(works) + (keyframe[1].size if keyframe else 0)
        self._submit(lambda connection: [work(connection) for work in works], committed, size)

    def _tell(
        self,
        run: Run,
        rows: Sequence[MetricRow],
        events: Sequence[Event],
        *,
        told: bool,
        listed: bool,
    ) -> None:
        if rows:
            self.hub.rows(run.id, list(rows))
        for event in events:
            self.hub.event(run.id, event)
        if told:
            self.hub.info(run)
        if listed:
            self.hub.runs_changed()

    def rewind(self, entry: Entry, step: int, changes: int) -> None:
        """Removes what a return to an earlier checkpoint undoes, and tells the page."""

        def committed(lowest: int | None) -> None:
            self.hub.drop_frame(entry.run.id)
            if lowest is not None:
                self.hub.gap(entry.run.id, lowest - 1)

        self._submit(rewind(entry.run.id, step, changes), committed)

    def _submit(self, work: Work, then: Then, size: int = ROW_BYTES) -> None:
        self.store.writer.submit(Write(work, then, size))
