"""`python -m tests.benchmarks.compare_speed`: what a comparison costs the page, a frame.

One, three and four stages of 128 x 128 cells with 1,000 chains each, while metrics arrive; the
frames are made here and come by the page's own socket, 15 a second of all runs together, so that no
training takes the cores. Beside it, in the same browser, the same content through Plotly.

A frame is one callback of requestAnimationFrame; "all script" is all that the page's main thread
ran (reading messages, telling figures, charts), over the frames of that time.
"""

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
from playwright.sync_api import Browser, Page, WebSocketRoute, sync_playwright
from plotly.offline import get_plotlyjs

from tests.browser import admitted, chromium
from tests.server.laboratory import SMALL, Laboratory

STAGES = (1, 3, 4)
SIZE, CHAINS, SHOWN = 128, 1000, 4.5
FRAMES_A_SECOND, ROWS_A_SECOND = 15, 10
SETTLING_S, WINDOW_S = 3.0, 8.0
VIEWPORT = {"width": 1366, "height": 768}
REACHED_MS = {1: 4.0, 3: 10.0, 4: 12.0}
"""What the design asks of the median."""

COUNTING = """
    window.took = [];
    const request = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (callback) => request((now) => {
        const start = performance.now();
        callback(now);
        window.took.push(performance.now() - start);
    });
"""

PLOTLY = """async ([stages, size, side, chains, seconds]) => {
    const random = (n) => Float32Array.from({ length: n }, () => 8 * Math.random() - 4);
    const z = () => Array.from({ length: size }, (_, i) => Float32Array.from({ length: size },
        (_, j) => Math.sin(i / 9 + phase) * Math.cos(j / 9)));
    let phase = 0;
    const boxes = Array.from({ length: stages }, () => {
        const box = document.createElement("div");
        document.body.append(box);
        return box;
    });
    const axis = { range: [-4.5, 4.5], fixedrange: true };
    const layout = { width: side, height: side, margin: { l: 0, r: 0, t: 0, b: 0 },
        xaxis: axis, yaxis: axis, showlegend: false, uirevision: "same" };
    const centres = Array.from({ length: size }, (_, i) => ((i + 0.5) / size) * 9 - 4.5);
    const draw = (box) => Plotly.react(box, [
        { type: "heatmap", x: centres, y: centres, z: z(), colorscale: "Viridis",
          showscale: false },
        { type: "scatter", mode: "markers", x: random(chains), y: random(chains),
          marker: { size: 4 } },
    ], layout, { staticPlot: true });
    const took = [];
    const end = performance.now() + 1000 * seconds;
    while (performance.now() < end) {
        await new Promise((next) => requestAnimationFrame(next));
        phase += 0.1;
        const start = performance.now();
        await Promise.all(boxes.map(draw));
        took.push(performance.now() - start);
    }
    return took;
}"""


@dataclass
class Socket:
    """The page's socket, which tells of runs that go on, and of what is made here."""

    to_page: list[WebSocketRoute] = field(default_factory=list)

    def route(self, page: WebSocketRoute) -> None:
        """Stands between the page and the server."""
        server = page.connect_to_server()
        page.on_message(server.send)
        server.on_message(lambda message: self.hand_on(page, message))
        self.to_page.append(page)

    def hand_on(self, page: WebSocketRoute, message: str | bytes) -> None:
        """Ended runs go on, and their own frames stay away."""
        assert isinstance(message, bytes)
        told = msgpack.unpackb(message)
        if told["type"] == "run":
            told["info"]["state"] = "running"
        if told["type"] != "frame":
            page.send(msgpack.packb(told))

    def tell(self, message: dict[str, Any]) -> None:
        """Sends the page something."""
        self.to_page[-1].send(msgpack.packb(message))


def packed(values: np.ndarray[Any, Any]) -> dict[str, Any]:
    return {"dtype": "f4", "shape": list(values.shape), "data": values.astype("<f4").tobytes()}


def frame(run: str, step: int, random: np.random.Generator) -> dict[str, Any]:
    """A landscape that moves, and chains that walk."""
    cells = (np.arange(SIZE) + 0.5) / SIZE * 2 * SHOWN - SHOWN
    x, y = np.meshgrid(cells, cells)
    energy = 0.2 * (x**2 + y**2) + 2 * np.sin(x + step / 40) * np.cos(1.3 * y)
    lo, hi = float(energy.min()), float(energy.max())
    levels = np.round((energy - lo) / (hi - lo) * 65535).astype("<u2")
    window = [[-SHOWN, SHOWN], [-SHOWN, SHOWN]]
    chains = random.normal(0, 1.5, (CHAINS, 2))
    return {
        "type": "frame",
        "run": run,
        "step": step,
        "seconds": step / 100,
        "metrics": {"kl": 1 / step},
        "window": window,
        "places": ["chains", "data"],
        "arrays": {"chains": packed(chains), "data": packed(random.normal(0, 1.5, (512, 2)))},
        "landscape": {
            **{"dtype": "u2", "shape": [SIZE, SIZE], "data": levels.tobytes()},
            **{"lo": lo, "hi": hi, "window": window},
        },
    }


def row(run: str, seq: int, step: int) -> dict[str, Any]:
    values = {"kl": 1 / step, "gradient_evaluations": 512.0 * step, "mass_outside": 0.01 / step}
    return {
        "type": "metrics",
        "run": run,
        "seq": seq,
        "rows": [{"seq": seq, "step": step, "seconds": step / 100, "values": values}],
    }


def feed(page: Page, socket: Socket, runs: list[str], seconds: float, since: int) -> int:
    """Frames and rows for a while; the step that they have come to."""
    random = np.random.default_rng(0)
    end, step, turn = time.monotonic() + seconds, since, 0
    next_row = 0.0
    while (now := time.monotonic()) < end:
        step += 1
        socket.tell(frame(runs[turn % len(runs)], step, random))
        turn += 1
        if now >= next_row:
            next_row = now + 1 / ROWS_A_SECOND
            for run in runs:
                socket.tell(row(run, 1_000_000 + step, step))
        page.wait_for_timeout(max(0.0, 1000 / FRAMES_A_SECOND - 1000 * (time.monotonic() - now)))
    return step


def median_and_tail(took: list[float]) -> tuple[float, float]:
    """The median, and what one frame in twenty takes longer than."""
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


def stages(browser: Browser, lab: Laboratory, runs: list[str]) -> tuple[list[float], float, float]:
    """Milliseconds of each frame; all script for a frame; frames a second."""
    socket = Socket()
    context = admitted(browser.new_context(viewport=VIEWPORT), lab)  # type: ignore[arg-type]
    page = context.new_page()
    page.add_init_script(COUNTING)
    page.route_web_socket("**/api/v1/stream", socket.route)
    # two at least are compared: of one stage the other is left out of sight
    shown = runs if len(runs) > 1 else [*runs, ONE_MORE[0]]
    page.goto(f"http://127.0.0.1:{lab.port}/#compare={','.join(shown)}")
    page.locator(".compare-run").nth(len(shown) - 1).wait_for(timeout=60_000)
    if len(runs) == 1:
        hidden = "document.querySelectorAll('.compare-run')[1].style.display = 'none'"
        page.evaluate(hidden)
    step = feed(page, socket, shown, SETTLING_S, 1000)
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def script() -> tuple[float, float]:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        values = {metric["name"]: metric["value"] for metric in metrics}
        return values["Timestamp"], values["ScriptDuration"]

    before = script()
    page.evaluate("window.took.length = 0")
    feed(page, socket, shown, WINDOW_S, step)
    took: list[float] = page.evaluate("window.took")
    seconds, spent = (b - a for a, b in zip(before, script(), strict=True))
    context.close()
    return took, 1000 * spent / len(took), len(took) / seconds


ONE_MORE: list[str] = []


def through_plotly(browser: Browser, count: int) -> list[float]:
    """Milliseconds of each frame."""
    context = browser.new_context(viewport=VIEWPORT)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_content("<style>div { display: inline-block }</style>")
    page.add_script_tag(content=get_plotlyjs())
    side = 1310 // max(count, 3)
    took: list[float] = page.evaluate(PLOTLY, [count, SIZE, side, CHAINS, WINDOW_S])
    context.close()
    return took


def main() -> None:
    """Prints the medians over all frames of some rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--flags", nargs="*", default=["--no-sandbox"], help="of Chromium")
    given = parser.parse_args()
    loads = []
    found: dict[int, list[tuple[list[float], float, float]]] = {count: [] for count in STAGES}
    plotly: dict[int, list[float]] = {count: [] for count in STAGES}
    with (
        tempfile.TemporaryDirectory() as folder,
        Laboratory(Path(folder)) as lab,
        sync_playwright() as playwright,
    ):
        runs = [lab.create({**SMALL, "updates": 5, "seed": seed}) for seed in range(max(STAGES))]
        for run in runs:
            with lab.page() as listener:
                listener.watch(run, rate=0)
                listener.state("finished")
        ONE_MORE.append(runs[-1])
        browser = playwright.chromium.launch(executable_path=chromium(), args=given.flags)
        for _ in range(given.rounds):
            for count in STAGES:
                found[count].append(stages(browser, lab, runs[:count]))
                plotly[count] += through_plotly(browser, count)
                loads.append(os.getloadavg()[0])
        browser.close()
    print(
        f"{SIZE} x {SIZE} with {CHAINS} chains a stage, {given.rounds} rounds, "
        f"load {statistics.median(loads):.1f} on {os.cpu_count()} cores"
    )
    print("| stages | script a frame, ms | 95 % | asked | all script, ms | frames/s | Plotly, ms |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for count in STAGES:
        took = [one for part, _, _ in found[count] for one in part]
        middle, tail = median_and_tail(took)
        script = statistics.median(every for _, every, _ in found[count])
        rate = statistics.median(each for _, _, each in found[count])
        print(
            f"| {count} | {middle:.1f} | {tail:.1f} | {REACHED_MS[count]:.0f} | {script:.1f} "
            f"| {rate:.0f} | {statistics.median(plotly[count]):.0f} |"
        )


if __name__ == "__main__":
    main()
