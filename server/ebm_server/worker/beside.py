"""Frames whose energies are computed beside training, where a core is idle.

A thread of compiled code does so, behind all others. Where cores are busy it takes long, or
training waits: then training makes its frames itself for a while, and for longer each time.
"""

import os
import sys
import time
from dataclasses import dataclass

from ebm_core import Frame, Training
from ebm_core.runs.frame_to_come import FrameToCome

IDLE = 0.7
"""The share of the time that the thread and training have a core, where one is idle."""
FIRST_REST, LONGEST_REST = 5.0, 160.0


@dataclass(frozen=True)
class Clocks:
    """Seconds of the clock, and those in which this thread had a core."""

    passed: float
    computed: float

    @classmethod
    def now(cls) -> "Clocks":
        return cls(time.monotonic(), time.thread_time())

    @property
    def share_since(self) -> float:
        """The share of the time since then that this thread had a core."""
        now = Clocks.now()
        return (now.computed - self.computed) / max(now.passed - self.passed, 1e-6)


class Beside:
    """One frame at a time, begun and finished by the thread that trains."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self._coming: FrameToCome | None = None
        self._begun = Clocks.now()
        self._rest = FIRST_REST
        self._rests_until = 0.0

    def begin(self, landscape: bool = True) -> bool:
        """Begins a frame of now, once that before is finished; False where no core is for it."""
        if time.monotonic() < self._rests_until or cores() < 2:
            return False
        self._begun = Clocks.now()
        self._coming = self.training.frame_to_come(landscape)
        return self._coming is not None

    @property
    def idle(self) -> bool:
        """Whether none is under way."""
        return self._coming is None

    def come(self) -> Frame | None:
        """The frame that has been finished meanwhile."""
        if self._coming is None or not self._coming.ended:
            return None
        trained = self._begun.share_since
        frame, share = self._finished(self._coming)
        if (share + trained) / 2 > IDLE:
            self._rest = FIRST_REST
        else:
            self._rests_until = time.monotonic() + self._rest
            self._rest = min(2 * self._rest, LONGEST_REST)
        return frame

    def finish(self) -> Frame | None:
        """The frame that is under way, waiting for it."""
        return self._finished(self._coming)[0] if self._coming else None

    def _finished(self, coming: FrameToCome) -> tuple[Frame | None, float]:
        self._coming = None
        return coming.finish()


def cores() -> int:
    """Those that this thread may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
