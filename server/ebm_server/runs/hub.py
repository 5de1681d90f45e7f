"""Fan-out: what runs publish reaches every page that watches them; a slow page slows nobody."""

import asyncio
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from typing import Any

from ebm_server.protocol.messages import pack
from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.protocol.page_messages import (
    EventMessage,
    Gap,
    MetricsMessage,
    RunMessage,
    RunsChanged,
    TroublesMessage,
    Watch,
)
from ebm_server.protocol.runs import Event, MetricRow, Run
from ebm_server.protocol.worker_messages import ShowFrames
from ebm_server.runs.mailbox import Letter, Mailbox, Watching
from ebm_server.runs.store import EVENTS, METRICS, Store

HISTORY = 5000
"""Rows sent to a page that begins to watch; a longer history it fetches over REST."""
ROWS = 500
FASTEST = 30.0
"""Frames a second, at the most."""


class Hub:
    """Pages and the runs they watch. Lives on the event loop.

    Args:
        on_wanted: Called with a run and what the pages want of it.
    """

    def __init__(self, store: Store, on_wanted: Callable[[str, ShowFrames], None]) -> None:
        self.store = store
        self.on_wanted = on_wanted
        self.mailboxes: set[Mailbox] = set()
        self.frames: dict[str, PackedFrame] = {}
        """The newest frame of each run that is watched, over all before it."""
        self.frames_taken = 0
        self.troubles: list[str] = []
        """What every page knows of them."""

    def wanted(self, run: str) -> ShowFrames:
        """As many frames as the most eager page wants, and landscapes if one needs them."""
        pages = [box.watching[run] for box in self.mailboxes if run in box.watching]
        rate = 1 / min((page.interval for page in pages), default=float("inf"))
        needed = any(page.landscapes for page in pages)
        return ShowFrames(frames_per_second=min(FASTEST, rate), landscapes=needed or not pages)

    def post(self, letter: Letter) -> None:
        """An ordered message of a run, to all who watch it."""
        for mailbox in self.mailboxes:
            if letter.run in mailbox.watching:
                mailbox.put(letter)

    def rows(self, run: str, rows: list[MetricRow]) -> None:
        """Tells new metrics rows."""
        self.post(rows_letter(run, rows))

    def event(self, run: str, event: Event) -> None:
        """Tells a new event."""
        self.post(event_letter(run, event))

    def info(self, run: Run) -> None:
        """Tells that a run's state or config changed."""
        self.post(info_letter(run))

    def gap(self, run: str, after: int) -> None:
        """Tells that what was recorded after a number no longer holds."""
        self.post(Letter(pack(Gap(run=run, after=after)), run, after + 1))

    def frame(self, run: str, frame: PackedFrame) -> None:
        """Offers a new frame."""
        self.frames_taken += 1
        self.frames[run] = frame.over(self.frames.get(run))
        for mailbox in self.mailboxes:
            mailbox.put_frame(run, frame)

    def drop_frame(self, run: str) -> None:
        """Forgets the newest frame: the store has a keyframe that stands for it."""
        self.frames.pop(run, None)

    def runs_changed(self) -> None:
        """Tells every page that the list of runs changed."""
        letter = Letter(pack(RunsChanged()))
        for mailbox in self.mailboxes:
            mailbox.put(letter)

    def troubles_are(self, troubles: list[str]) -> None:
        """Tells every page what keeps the server from its work, where that is news."""
        if troubles == self.troubles:
            return
        self.troubles = troubles
        for mailbox in self.mailboxes:
            mailbox.put(self._troubles_letter())

    def _troubles_letter(self) -> Letter:
        return Letter(pack(TroublesMessage(troubles=self.troubles)))

    def join(self, mailbox: Mailbox) -> None:
        """A page has connected."""
        self.mailboxes.add(mailbox)
        if self.troubles:
            mailbox.put(self._troubles_letter())

    def leave(self, mailbox: Mailbox) -> None:
        """A page has gone."""
        self.mailboxes.discard(mailbox)
        for run in mailbox.watching:
            self._one_less(run)

    async def watch(self, mailbox: Mailbox, run: Run, asked: Watch) -> None:
        """Sends a run's state, its history, its newest frame, and then all that follows."""
        mailbox.forget(run.id)
        rate = asked.frames_per_second
        watching = Watching(1 / rate if rate else float("inf"), asked.landscapes)
        mailbox.watching[run.id] = watching
        self.on_wanted(run.id, self.wanted(run.id))
        info, upto = info_letter(run), run.seq
        history = await asyncio.to_thread(self._history, run.id, asked.after, upto)
        keyframe = await asyncio.to_thread(self.store.keyframe, run.id)
        known = filter(None, (keyframe, self.frames.get(run.id)))
        frame: PackedFrame | None = None
        for newer in sorted(known, key=lambda known_frame: known_frame.step):
            frame = newer.over(frame)
        if mailbox.watching.get(run.id) is watching:
            mailbox.release(run.id, [info, *history], frame)

    def unwatch(self, mailbox: Mailbox, run: str) -> None:
        """Ends what `watch` began."""
        mailbox.forget(run)
        self._one_less(run)

    def _one_less(self, run: str) -> None:
        wanted = self.wanted(run)
        if not wanted.frames_per_second:
            self.drop_frame(run)  # it grows old: no more will come
        self.on_wanted(run, wanted)

    def _history(self, run: str, after: int, upto: int) -> list[Letter]:
        """Letters of everything numbered in (after, upto], or one gap where that is too much."""
        found: list[tuple[int, bool, dict[str, Any]]] = []
        for table in (METRICS, EVENTS):
            rows = self.store.after(table, run, after, upto, HISTORY + 1)
            found += [(row["seq"], table is METRICS, row) for row in rows]
        if len(found) > HISTORY:
            return [Letter(pack(Gap(run=run, after=after)), run, after + 1)]
        letters: list[Letter] = []
        for is_metrics, group in groupby(sorted(found, key=itemgetter(0)), key=itemgetter(1)):
            numbered = [row for _, _, row in group]
            if is_metrics:
                kept = [MetricRow(**row) for row in numbered]
                letters += [rows_letter(run, kept[i : i + ROWS]) for i in range(0, len(kept), ROWS)]
            else:
                letters += [event_letter(run, Event(**row)) for row in numbered]
        return letters


def rows_letter(run: str, rows: list[MetricRow]) -> Letter:
    """Metrics rows as an ordered message."""
    return Letter(pack(MetricsMessage(run=run, seq=rows[-1].seq, rows=rows)), run, rows[0].seq)


def event_letter(run: str, event: Event) -> Letter:
    """An event as an ordered message."""
    return Letter(pack(EventMessage(run=run, seq=event.seq, event=event)), run, event.seq)


def info_letter(run: Run) -> Letter:
    """A run's state as an ordered message without a number of its own."""
    return Letter(pack(RunMessage(run=run.id, seq=run.seq, info=run.summary)), run.id)
