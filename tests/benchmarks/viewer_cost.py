"""`python -m tests.benchmarks.viewer_cost`: what a viewer at 15 frames a second costs training.

One run, windows with and without a viewer in turn; speeds are compared in updates per second of
processor time, which other programs do not disturb, and in updates per second of the clock.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from tests.server.laboratory import Laboratory, Page

WINDOW_SECONDS = 5.0


def window(page: Page, seconds: float) -> tuple[float, float, float, float]:
    """Updates per processor second and per second, frames and landscapes a second."""
    first = page.until(lambda m: m["type"] == "metrics")["rows"][-1]
    start, seen = time.monotonic(), len(page.messages)
    last = first
    while time.monotonic() - start < seconds:
        last = page.until(lambda m: m["type"] == "metrics")["rows"][-1]
    elapsed = time.monotonic() - start
    frames = [m for m in page.messages[seen:] if m["type"] == "frame"]
    updates = last["step"] - first["step"]
    landscapes = sum("landscape" in frame for frame in frames)
    processor = updates / (last["seconds"] - first["seconds"])
    return processor, updates / elapsed, len(frames) / elapsed, landscapes / elapsed


def main() -> None:
    """Prints the medians over some pairs of windows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--method", default="persistent")
    parser.add_argument("--dataset", default="pinwheel")
    given = parser.parse_args()
    config = {"dataset": {"kind": given.dataset}, "method": {"kind": given.method}}
    with tempfile.TemporaryDirectory() as folder, Laboratory(Path(folder)) as lab:
        run = lab.create({**config, "updates": 10_000_000})
        ratios, clocks, frames, landscapes = [], [], [], []
        with lab.page() as page:
            page.watch(run, rate=0)
            page.step_beyond(200)
            for _ in range(given.pairs):
                page.watch(run, after=page.numbers[-1], rate=15)
                window(page, 0.5)
                watched = window(page, WINDOW_SECONDS)
                page.watch(run, after=page.numbers[-1], rate=0)
                window(page, 0.5)
                alone = window(page, WINDOW_SECONDS)
                ratios.append(watched[0] / alone[0])
                clocks.append(watched[1] / alone[1])
                frames.append(watched[2])
                landscapes.append(watched[3])
        info = lab.ask("POST", f"/runs/{run}/stop")
    print(
        f"{given.method} on {given.dataset}: with a viewer {statistics.median(ratios):.1%} of the "
        f"updates per processor second ({statistics.median(clocks):.1%} by the clock), "
        f"{statistics.median(frames):.1f} frames and {statistics.median(landscapes):.1f} "
        f"landscapes a second, publishing share {info['metrics']['publishing_share']:.1%}"
    )


if __name__ == "__main__":
    main()
