"""What one page has yet to be sent, bounded: the newest frame of each run, all else in order."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from ebm_server.protocol.messages import pack
from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.protocol.page_messages import Gap

LIMIT = 1000
"""Ordered messages kept for a slow reader before it is sent to REST instead."""


class TooFull(Exception):
    """The page asks for more than it reads."""


@dataclass(frozen=True)
class Letter:
    """An ordered message; `first` is the lowest sequence number in it, None where it has none."""

    data: bytes
    run: str | None = None
    first: int | None = None


@dataclass
class Watching:
    """A run that this page watches."""

    interval: float
    """Seconds between two of its frames."""
    landscapes: bool = True
    """The page does not compute them itself."""
    holding: list[Letter] | None = field(default_factory=list)
    """What came while its history was being fetched; None from then on."""
    frame: PackedFrame | None = None
    due: float = 0.0


class Mailbox:
    """Filled by the hub, emptied by one sender.

    Args:
        limit: Ordered messages.
        most_bytes: In them. Where runs' messages have given way and it is still too much, it is
            emptied for good, and the sender is told.
    """

    def __init__(self, limit: int = LIMIT, most_bytes: int = 8 * 1024 * 1024) -> None:
        self.limit = limit
        self.most_bytes = most_bytes
        self.bytes = 0
        """In all ordered messages, held ones too."""
        self.too_full = False
        self.watching: dict[str, Watching] = {}
        self._letters: deque[Letter] = deque()
        self._filled = asyncio.Event()

    def put(self, letter: Letter) -> None:
        """Adds an ordered message. Past the limits, those of its run give way to one "gap"."""
        if self.too_full or (letter.run is None and letter in self._letters):
            return  # what concerns no run, such as that the list has changed, is said once
        watching = self.watching.get(letter.run) if letter.run is not None else None
        holding = None if watching is None else watching.holding
        self._add(self._letters if holding is None else holding, letter)
        if len(self._letters) > self.limit and letter.run is not None:
            self._give_way(letter.run)
        self._bound()
        self._filled.set()

    def _add(self, letters: "deque[Letter] | list[Letter]", letter: Letter) -> None:
        letters.append(letter)
        self.bytes += len(letter.data)

    def _bound(self) -> None:
        """Makes room where there is too much: first what can be fetched again, then all."""
        if self.bytes > self.most_bytes:
            for run in {letter.run for letter in self._letters if letter.run is not None}:
                self._give_way(run)
        if self.bytes > self.most_bytes:
            self.too_full, self.bytes = True, 0
            self._letters.clear()

    def _drop_letters(self, run: str) -> list[Letter]:
        dropped = [letter for letter in self._letters if letter.run == run]
        self._letters = deque(letter for letter in self._letters if letter.run != run)
        self.bytes -= sum(len(letter.data) for letter in dropped)
        return dropped

    def _give_way(self, run: str) -> None:
        unsent = self._drop_letters(run)
        numbers = [letter.first for letter in unsent if letter.first is not None]
        infos = [letter for letter in unsent if letter.first is None]
        if numbers:
            after = min(numbers) - 1
            self._add(self._letters, Letter(pack(Gap(run=run, after=after)), run, after + 1))
        for letter in infos[-1:]:
            self._add(self._letters, letter)

    def put_frame(self, run: str, frame: PackedFrame) -> None:
        """Puts a frame over one that is still unsent."""
        if watching := self.watching.get(run):
            watching.frame = frame.over(watching.frame)
            self._filled.set()

    def release(self, run: str, history: list[Letter], frame: PackedFrame | None) -> None:
        """Ends the holding of a run: its history comes first, then what came meanwhile.

        `frame` is the newest of the run over all before it, those that came meanwhile too.
        """
        watching = self.watching.get(run)
        if watching is None or watching.holding is None:
            return
        held, watching.holding = watching.holding, None
        self.bytes -= sum(len(letter.data) for letter in held)
        for letter in history:
            self._add(self._letters, letter)
        self._bound()
        for letter in held:
            self.put(letter)
        watching.frame = frame
        self._filled.set()

    def forget(self, run: str) -> None:
        """Drops all that was to be sent of a run."""
        watching = self.watching.pop(run, None)
        if watching is not None and watching.holding is not None:
            self.bytes -= sum(len(letter.data) for letter in watching.holding)
        self._drop_letters(run)

    async def take(self) -> bytes:
        """The next message to send, waiting for one; ordered ones go first.

        Raises:
            TooFull: There is too much for a reader this slow.
        """
        while True:
            if self.too_full:
                raise TooFull
            if self._letters:
                data = self._letters.popleft().data
                self.bytes -= len(data)
                return data
            now = time.monotonic()
            waiting = [w for w in self.watching.values() if w.frame and w.holding is None]
            soonest = min(waiting, key=lambda watching: watching.due, default=None)
            if soonest is not None and soonest.frame is not None and soonest.due <= now:
                frame, soonest.frame = soonest.frame, None
                soonest.due = now + soonest.interval
                return frame.message
            self._filled.clear()
            wait = None if soonest is None else soonest.due - now
            try:
                async with asyncio.timeout(wait):
                    await self._filled.wait()
            except TimeoutError:
                continue
