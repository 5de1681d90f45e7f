"""`python -m tests.benchmarks.first_motion`: bytes and seconds until the page moves, on slow lines.

Chromium holds its line to a rate and a delay; nothing is in its cache. The page moves when its
stage shows a second picture. Bytes are those that came over the line, headers too.
"""

import argparse
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser import admitted, chromium
from tests.server.laboratory import Laboratory

VIEWPORT = {"width": 1366, "height": 768}
DEADLINE_MS = 120_000
LINES = {"10 Mbit/s, 40 ms": (10, 40), "2 Mbit/s, 40 ms": (2, 40), "none": (0, 0)}
"""Megabits a second and milliseconds; 0 is no limit."""

WATCHING = """
    window.moved = new Promise((done) => {
        const small = new OffscreenCanvas(48, 48).getContext("2d", { willReadFrequently: true });
        let shown = null;
        const look = () => {
            const stage = document.querySelector("canvas.stage");
            if (stage && stage.width > 0) {
                small.drawImage(stage, 0, 0, 48, 48);
                const pixels = small.getImageData(0, 0, 48, 48).data;
                const colors = new Set(new Uint32Array(pixels.buffer));
                const now = pixels.join();
                if (shown !== null && now !== shown) return done(performance.now());
                if (colors.size > 40) shown = now;
            }
            requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    });
"""


@dataclass(frozen=True)
class Opened:
    """What it took."""

    seconds: float
    """Until the stage moved."""
    until_then: int
    """Bytes that had come by then."""
    all: int
    """Bytes until nothing more was asked for."""
    came: dict[str, int]
    """Bytes of each address that had come whole by then."""


def opened(browser: Browser, lab: Laboratory, megabits: float, delay: float) -> Opened:
    """Opens the page for the first time."""
    context = admitted(browser.new_context(viewport=VIEWPORT), lab)  # type: ignore[arg-type]
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    rate = megabits * 1e6 / 8 or -1
    line = {"offline": False, "latency": delay, "downloadThroughput": rate, "uploadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", line)
    asked: dict[str, str] = {}
    taken: dict[str, int] = {}

    def ask(event: dict[str, Any]) -> None:
        asked[event["requestId"]] = event["request"]["url"]

    def take(event: dict[str, Any]) -> None:
        size = int(event["encodedDataLength"])
        taken[event["requestId"]] = taken.get(event["requestId"], 0) + size

    def finish(event: dict[str, Any]) -> None:
        taken[event["requestId"]] = int(event["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", ask)
    devtools.on("Network.dataReceived", take)
    devtools.on("Network.loadingFinished", finish)
    page.add_init_script(WATCHING)
    page.goto(f"http://127.0.0.1:{lab.port}/", wait_until="commit", timeout=DEADLINE_MS)
    milliseconds = page.evaluate("window.moved")
    came = {asked[one].rpartition("/")[2]: size for one, size in taken.items()}
    page.wait_for_load_state("networkidle", timeout=DEADLINE_MS)
    everything = sum(taken.values())
    context.close()
    return Opened(milliseconds / 1000, sum(came.values()), everything, came)


def main() -> None:
    """Prints the medians over some rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--flags", nargs="*", default=["--no-sandbox"], help="of Chromium")
    parser.add_argument("--each", action="store_true", help="tell the bytes of each file too")
    given = parser.parse_args()
    found: dict[str, list[Opened]] = {name: [] for name in LINES}
    loads = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Laboratory(Path(folder)) as lab,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=given.flags)
        opened(browser, lab, 0, 0)  # the catalogue is made, the files are read
        for _ in range(given.rounds):
            for name, line in LINES.items():
                found[name].append(opened(browser, lab, *line))
            loads.append(os.getloadavg()[0])
        browser.close()
    load = statistics.median(loads)
    print(f"medians of {given.rounds} rounds, load {load:.1f} on {os.cpu_count()} cores")
    print("| line | moves after, s | kB until then | kB in all |")
    print("|---|---:|---:|---:|")
    for name, times in found.items():
        seconds = statistics.median(one.seconds for one in times)
        until, whole = (
            statistics.median(getattr(one, kind) for one in times) / 1000
            for kind in ("until_then", "all")
        )
        print(f"| {name} | {seconds:.2f} | {until:,.0f} | {whole:,.0f} |")
    if given.each:
        for name, size in sorted(found["10 Mbit/s, 40 ms"][-1].came.items(), key=lambda x: -x[1]):
            print(f"{size / 1000:8.1f} kB  {name}")


if __name__ == "__main__":
    main()
