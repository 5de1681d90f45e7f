"""Times tasks side by side, in interleaved blocks of CPU time."""

import statistics
import time
from dataclasses import dataclass

from tests.benchmarks.work import Task


@dataclass(frozen=True)
class Timing:
    """How one side did."""

    milliseconds: float
    """CPU time of one unit of work, the median over the blocks."""
    ratio: float
    """How many times as fast as the reference: the median over the rounds."""
    error: float
    """The standard error of `ratio`."""


def compared(
    sides: dict[str, Task], reference: str, rounds: int, block: float
) -> dict[str, Timing]:
    """Every side beside `reference`.

    In each round each side works for about `block` seconds, one after the other, in an order that
    rotates; a ratio is of two blocks of the same round, so that a busy machine slows both. All the
    process's threads are counted.
    """
    repeats = {name: calibrated(task, block) for name, task in sides.items()}
    times: dict[str, list[float]] = {name: [] for name in sides}
    order = list(sides)
    for _ in range(rounds):
        for name in order:
            times[name].append(timed(sides[name], repeats[name]))
        order = [*order[1:], order[0]]
    found = {}
    for name, own in times.items():
        ratios = [base / mine for base, mine in zip(times[reference], own, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        # of a median, by the interquartile range of a normal distribution
        error = 0.93 * (high - low) / rounds**0.5
        found[name] = Timing(1000 * statistics.median(own), middle, error)
    return found


def calibrated(task: Task, block: float) -> int:
    """How many units of work fill a block, after some to warm up."""
    for _ in range(3):
        task()
    count, spent = 1, timed(task, 1)
    while spent * count < block / 4:
        count *= 2
        spent = timed(task, count)
    return max(1, round(block / spent))


def timed(task: Task, count: int) -> float:
    """CPU seconds of one unit of work."""
    start = time.process_time()
    for _ in range(count):
        task()
    return (time.process_time() - start) / count
