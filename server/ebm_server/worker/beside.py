"""Work beside training: in a second thread, where a core is idle.

The thread is the last in line for a core, so that every program goes first, other runs too. If
cores are busy, its work takes long or training waits: then it rests, and longer each time.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import torch

LAST_IN_LINE = 19
"""The niceness of the thread, where the system has one for each."""
IDLE = 0.5
"""The share of the time that thread and training have a core, at least, where one is idle."""
FIRST_REST, LONGEST_REST = 5.0, 160.0


@dataclass(frozen=True)
class Clocks:
    """Seconds of the clock, and those in which a thread had a core."""

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
    """One piece of work at a time, begun and looked after by the thread that trains."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "beside", initializer=_last_in_line)
        self._work: Future[float] | None = None
        self._begun = Clocks.now()
        self._rest = FIRST_REST
        self._rests_until = 0.0

    @property
    def ready(self) -> bool:
        """Whether there was a core for it of late, or it has rested since."""
        return time.monotonic() >= self._rests_until and cores() > 1

    def begin(self, work: Callable[[], object]) -> None:
        """Begins some work, once that before has ended."""
        self._begun = Clocks.now()
        self._work = self._thread.submit(_share, work)

    def ended(self) -> bool:
        """Whether nothing is under way; what went wrong is raised here."""
        if self._work is None:
            return True
        if not self._work.done():
            return False
        share = (self._work.result() + self._begun.share_since) / 2
        self._work = None
        if share > IDLE:
            self._rest = FIRST_REST
        else:
            self._rests_until = time.monotonic() + self._rest
            self._rest = min(2 * self._rest, LONGEST_REST)
        return True

    def finish(self) -> None:
        """Waits for what is under way; what went wrong is raised here."""
        work, self._work = self._work, None
        if work is not None:
            work.result()


def cores() -> int:
    """Those that this thread may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _share(work: Callable[[], object]) -> float:
    start = Clocks.now()
    work()
    return start.share_since


def _last_in_line() -> None:
    torch.set_num_threads(1)
    if sys.platform == "linux":  # elsewhere it would be the process that steps back
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LAST_IN_LINE)
