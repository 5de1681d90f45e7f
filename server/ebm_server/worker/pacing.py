"""When a run records, shows and evaluates itself, so that all of it costs a few per cent."""

import math
import time
from collections.abc import Mapping

ROW_SECONDS = 0.1
ROWS_BEFORE_THINNING = 1200
"""Rows at full density; after them the distance between rows grows with the run."""
KEYFRAMES_GROWTH = 1.05
"""The step of a keyframe over that of the one before: dense early, thin late, 300 in 10^6."""


class Budget:
    """Work that may take a share of the training time.

    Args:
        share: Of the training time.
        credit: Seconds that may be spent at the start; also the most that is saved up.
    """

    def __init__(self, share: float, credit: float) -> None:
        self.share = share
        self.limit = credit
        self.credit = credit

    def earn(self, seconds: float, idle: float = 0.0) -> float:
        """Adds the share of some training time, and half of idle time; returns what is beyond."""
        return self.add(self.share * seconds + idle / 2)

    def add(self, seconds: float) -> float:
        """Adds to the credit up to the limit; returns what is beyond."""
        self.credit += seconds
        beyond = max(0.0, self.credit - self.limit)
        self.credit -= beyond
        return beyond

    def spend(self, seconds: float) -> None:
        """Takes off what some work has cost; the credit may become negative."""
        self.credit -= seconds

    @property
    def allows(self) -> bool:
        return self.credit >= 0


COUNTS = frozenset({"gradient_evaluations", "value_evaluations", "kept_update"})
"""Metrics that count up: a row has what they had come to at its update."""


class Rows:
    """Gathers the metrics of updates into rows of means, at most ten a second."""

    def __init__(self, elapsed: float = 0.0) -> None:
        now = time.monotonic()
        self.started = now - elapsed
        self.opened = now
        self.count = 0
        self.sums: dict[str, float] = {}
        self.counts: dict[str, float] = {}
        self.exact: dict[str, float] = {}

    def add(self, values: Mapping[str, float]) -> None:
        """One update's metrics."""
        self.count += 1
        for name, value in values.items():
            if name in COUNTS:
                self.counts[name] = value
            else:
                self.sums[name] = self.sums.get(name, 0.0) + value

    def add_exact(self, values: Mapping[str, float]) -> None:
        """Figures that are not averaged."""
        self.exact.update(values)

    def due(self, now: float) -> bool:
        """Whether it is time for a row."""
        apart = max(ROW_SECONDS, (now - self.started) / ROWS_BEFORE_THINNING)
        return self.count > 0 and now - self.opened >= apart

    def close(self, now: float) -> dict[str, float]:
        """The row's values, without those that are not finite, and a new row."""
        values = {name: total / self.count for name, total in self.sums.items()} | self.counts
        if self.count and now > self.opened:
            values["updates_per_second"] = self.count / (now - self.opened)
        values |= self.exact
        self.opened, self.count, self.sums, self.counts, self.exact = now, 0, {}, {}, {}
        return {name: value for name, value in values.items() if math.isfinite(value)}


class Keyframes:
    """The steps at which keyframes are kept."""

    def __init__(self, step: int = 0) -> None:
        self.next = step
        self.last = -1
        """The step of the one that was kept last."""

    def due(self, step: int) -> bool:
        """Whether the schedule asks for a keyframe."""
        return step >= self.next

    def taken(self, step: int) -> None:
        """A keyframe was kept at `step`."""
        self.last = step
        self.next = max(step + 1, math.ceil(step * KEYFRAMES_GROWTH))
