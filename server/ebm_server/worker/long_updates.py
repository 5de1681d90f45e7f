"""Updates that take long: they are told of, and obey between two steps of their chains.

An update that may take long begins with a checkpoint of the run as it is, so that it can be broken
off: nothing of it is kept then, and the run goes on from that checkpoint, bit for bit.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ebm_core import Training
from ebm_core.chains.interruption import interruptible
from ebm_server.protocol.runs import LongUpdate
from ebm_server.protocol.worker_messages import (
    Assign,
    Command,
    Dismiss,
    KeepSnapshot,
    LimitSpeed,
    ShowFrames,
    StillUpdating,
    TellEnergy,
)
from ebm_server.worker.server_connection import ServerConnection

LONG = 1.0
"""Seconds from which on an update is a long one."""
TOLD_EVERY = 2.0

Given = Assign | Command | Dismiss


class BrokenOff(Exception):
    """An update was left half made, for something that was asked meanwhile."""


class TooLong(Exception):
    """An update took longer than any may."""


class LongUpdates:
    """Watches the updates of one run.

    Args:
        most_seconds: Of one update.
        obey: Does at once what changes nothing of the training.
    """

    def __init__(
        self, server: ServerConnection, most_seconds: float, obey: Callable[[Command], None]
    ) -> None:
        self.server = server
        self.most_seconds = most_seconds
        self.obey = obey
        self.expected = True
        """The next update may take long: it is the first, or comes after a long one or a change."""
        self.waiting: deque[Given] = deque()
        """What was asked within an update, to be obeyed after it."""
        self._step = 0
        self._can_break = False
        self._begun = self._next = self._told = 0.0

    @contextmanager
    def watched(self, training: Training, can_break: bool) -> Iterator[None]:
        """An update is made in this context.

        Args:
            can_break: The run's checkpoint is of this very moment.

        Raises:
            BrokenOff: Something has been asked that will not wait; nothing of the update holds.
            TooLong: It has taken more time than any may.
        """
        self._begun = time.monotonic()
        self._next = self._begun + LONG
        self._step, self._can_break = training.step, can_break
        with interruptible(self._ask):
            yield
        self.expected = time.monotonic() - self._begun > LONG

    def _ask(self, made: int, steps: int) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        taken = now - self._begun
        if self.server.inbox.empty() and now < self._told + TOLD_EVERY:
            return
        while not self.server.inbox.empty():
            self._hear(self.server.inbox.get())
        if taken > self.most_seconds:
            raise TooLong(
                f"update {self._step + 1} has taken {taken:.0f} s and was at step {made} of "
                f"{steps} of its chains; one update may take {self.most_seconds:g} s "
                "(EBM_UPDATE_SECONDS): take fewer chains or chain steps, or a smaller energy"
            )
        if self._can_break and self.waiting:
            raise BrokenOff
        if now >= self._told + TOLD_EVERY:
            self._told = now
            long = LongUpdate(seconds=taken, chain_step=made, chain_steps=steps)
            self.server.answer(StillUpdating(long=long))

    def _hear(self, message: Given) -> None:
        if isinstance(message, ShowFrames | LimitSpeed | TellEnergy | KeepSnapshot):
            self.obey(message)
        else:
            self.waiting.append(message)
