"""`python -m tests.benchmarks.viewer_cost`: what a viewer at 15 frames a second costs training.

One run, windows in turn: nobody watches; frames are made in training, which is what a worker with
one core does; frames are made beside it. Speeds are in updates per second of the clock, and per
second of the processor, which other programs disturb less. Linux only: it takes cores away.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.server.laboratory import Laboratory, Page

WINDOW_SECONDS = 5.0
SETTLING_SECONDS = 1.0
FRAMES_PER_SECOND = 15.0
ALONE, IN_TRAINING, BESIDE = "nobody watches", "in training", "beside training"


@dataclass(frozen=True)
class Window:
    """What was seen of a run for some seconds, each by the second."""

    updates: float
    updates_of_processor: float
    frames: float
    landscapes: float
    publishing_share: float
    """A mean over ten seconds of training, some of which were before."""


def window(page: Page, seconds: float) -> Window:
    """Looks at a run for some seconds, from row to row."""
    first = page.until(lambda m: m["type"] == "metrics")["rows"][-1]
    start, seen = time.monotonic(), len(page.messages)
    last = first
    while time.monotonic() - start < seconds:
        last = page.until(lambda m: m["type"] == "metrics")["rows"][-1]
    elapsed = time.monotonic() - start
    frames = [m for m in page.messages[seen:] if m["type"] == "frame"]
    updates, processor = last["step"] - first["step"], last["seconds"] - first["seconds"]
    return Window(
        updates=updates / elapsed,
        updates_of_processor=updates / processor,
        frames=len(frames) / elapsed,
        landscapes=sum("landscape" in frame for frame in frames) / elapsed,
        publishing_share=last["values"]["publishing_share"],
    )


@contextmanager
def one_core(thread: int) -> Iterator[None]:
    """A thread has one core, so that its worker finds none for a second thread."""
    before = os.sched_getaffinity(thread)
    os.sched_setaffinity(thread, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(thread, before)


def others() -> float:
    """Processes that want a core, of late and without those of this measurement."""
    return max(0.0, os.getloadavg()[0] - 1)


def main() -> None:
    """Prints the medians over some rounds of windows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--method", default="persistent")
    parser.add_argument("--dataset", default="pinwheel")
    given = parser.parse_args()
    config = {"dataset": {"kind": given.dataset}, "method": {"kind": given.method}}
    found: dict[str, list[Window]] = {ALONE: [], IN_TRAINING: [], BESIDE: []}
    loads = []
    with tempfile.TemporaryDirectory() as folder, Laboratory(Path(folder)) as lab:
        run = lab.create({**config, "updates": 10_000_000})
        with lab.page() as page:
            page.watch(run, rate=0)
            page.step_beyond(200)
            training = lab.worker_pid(run)  # its first thread has the same number
            for _ in range(given.rounds):
                for name, windows in found.items():
                    rate = 0.0 if name == ALONE else FRAMES_PER_SECOND
                    page.watch(run, after=page.numbers[-1], rate=rate)
                    if name == IN_TRAINING:
                        with one_core(training):
                            window(page, SETTLING_SECONDS)
                            windows.append(window(page, WINDOW_SECONDS))
                    else:
                        window(page, SETTLING_SECONDS)
                        windows.append(window(page, WINDOW_SECONDS))
                loads.append(others())
        lab.ask("POST", f"/runs/{run}/stop")
    print(
        f"{given.method} on {given.dataset}, medians of {given.rounds} rounds, "
        f"{statistics.median(loads):.1f} other processes at work on {os.cpu_count()} cores"
    )
    print("| frames | updates/s | of the processor's | publishing | frames/s | landscapes/s |")
    print("|---|---:|---:|---:|---:|---:|")
    alone = found[ALONE]
    for name, windows in found.items():
        pairs = list(zip(windows, alone, strict=True))
        clock = statistics.median(one.updates / other.updates for one, other in pairs)
        processor = statistics.median(
            one.updates_of_processor / other.updates_of_processor for one, other in pairs
        )
        speed, share, frames, landscapes = (
            statistics.median(getattr(one, column) for one in windows)
            for column in ("updates", "publishing_share", "frames", "landscapes")
        )
        print(
            f"| {name} | {speed:.0f} ({clock:.1%}) | {processor:.1%} | {share:.1%} "
            f"| {frames:.1f} | {landscapes:.1f} |"
        )


if __name__ == "__main__":
    main()
