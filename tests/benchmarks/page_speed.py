"""`python -m tests.benchmarks.page_speed`: how smoothly a page shows a run that goes on.

One run, and a page on it for some seconds, in turn: one that takes landscapes from the server, and
one that computes them itself. Which of the two a page does follows from how fast it has found
itself; here it is told. Script time is that of the page's main thread.
"""

import argparse
import os
import statistics
import tempfile
from dataclasses import astuple, dataclass
from pathlib import Path

import msgpack
from playwright.sync_api import Browser, WebSocket, sync_playwright

from tests.browser import admitted, chromium
from tests.server.laboratory import Laboratory

SETTLING_MS, WINDOW_MS = 4_000.0, 6_000.0
VIEWPORT = {"width": 1366, "height": 768}
SERVER, PAGE = "of the server", "of the page"
FOUND_MS = {SERVER: 1000, PAGE: 1}
"""What the page believes that a map has taken it."""

COUNTING = """
    window.drawn = 0;
    window.mapped = 0;
    const fill = CanvasRenderingContext2D.prototype.fillRect;
    CanvasRenderingContext2D.prototype.fillRect = function (x, y, width, height) {
        if (this.canvas.className === "stage" && x === 0 && y === 0) window.drawn++;
        fill.call(this, x, y, width, height);
    };
    window.Worker = class extends Worker {
        set onmessage(receive) {
            super.onmessage = ({ data }) => {
                if (data.last && data.square.size === 128) window.mapped++;
                receive({ data: { ...data, milliseconds: FOUND } });
            };
        }
    };
"""


@dataclass(frozen=True)
class Seen:
    """What a page has shown, and what that took."""

    drawn: float
    """Drawings of the stage a second."""
    frames: float
    """Frames that came, a second."""
    landscapes: float
    """By the server or by the page, a second."""
    script: float
    """Milliseconds for each drawing."""
    updates: float
    """Of the run, a second."""


def look(browser: Browser, lab: Laboratory, run: str, mode: str) -> Seen:
    """Opens a page on the run and looks at it for a while."""
    came: list[dict[str, object]] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", keep)

    def keep(payload: str | bytes) -> None:
        message = msgpack.unpackb(payload) if isinstance(payload, bytes) else {}
        if message.get("type") == "frame":
            came.append(message)

    context = admitted(browser.new_context(viewport=VIEWPORT), lab)  # type: ignore[arg-type]
    page = context.new_page()
    page.add_init_script(COUNTING.replace("FOUND", str(FOUND_MS[mode])))
    page.on("websocket", listen)
    page.goto(f"http://127.0.0.1:{lab.port}/#run={run}")
    page.wait_for_timeout(SETTLING_MS)
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def counted() -> tuple[float, int, int, float, float]:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        values = {metric["name"]: metric["value"] for metric in metrics}
        drawn, mapped = page.evaluate("[window.drawn, window.mapped]")
        step = lab.ask("GET", f"/runs/{run}")["step"]
        return values["Timestamp"], drawn, mapped, values["ScriptDuration"], step

    before = counted()
    came.clear()
    page.wait_for_timeout(WINDOW_MS)
    frames = list(came)
    seconds, drawn, mapped, script, updates = (
        b - a for a, b in zip(before, counted(), strict=True)
    )
    context.close()
    sent = sum("landscape" in frame for frame in frames)
    return Seen(
        drawn=drawn / seconds,
        frames=len(frames) / seconds,
        landscapes=(mapped if mode == PAGE else sent) / seconds,
        script=1000 * script / max(drawn, 1),
        updates=updates / seconds,
    )


def main() -> None:
    """Prints the medians over some rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--method", default="persistent")
    parser.add_argument("--dataset", default="pinwheel")
    parser.add_argument("--flags", nargs="*", default=["--no-sandbox"], help="of Chromium")
    given = parser.parse_args()
    config = {"dataset": {"kind": given.dataset}, "method": {"kind": given.method}}
    found: dict[str, list[Seen]] = {SERVER: [], PAGE: []}
    loads = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Laboratory(Path(folder)) as lab,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=given.flags)
        run = lab.create({**config, "updates": 10_000_000})
        for _ in range(given.rounds):
            for mode, seen in found.items():
                seen.append(look(browser, lab, run, mode))
            loads.append(os.getloadavg()[0])
        browser.close()
        lab.ask("POST", f"/runs/{run}/stop")
    print(
        f"{given.method} on {given.dataset}, medians of {given.rounds} rounds, "
        f"load {statistics.median(loads):.1f} on {os.cpu_count()} cores"
    )
    print("| landscapes | drawn/s | frames/s | landscapes/s | script, ms | updates/s |")
    print("|---|---:|---:|---:|---:|---:|")
    for mode, seen in found.items():
        columns = zip(*map(astuple, seen), strict=True)
        figures = (f"{statistics.median(column):.1f}" for column in columns)
        print(f"| {mode} | {' | '.join(figures)} |")


if __name__ == "__main__":
    main()
