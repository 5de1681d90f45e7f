"""`python -m tests.benchmarks.soak`: what an hour of use leaves in the server. Linux only.

Clients watch the newest run that goes and come back now and then; short runs of every method start,
are paused, changed, stopped and deleted. Told are the server's resident memory, descriptors and
threads, the processes below it, and what its folder holds, by the quarter after the first tenth.
"""

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import msgpack
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ebm_core.methods import METHODS
from tests.server.laboratory import Laboratory

DATASETS = ("moons", "pinwheel", "checkerboard", "rings", "digits")
RUN_SECONDS, BETWEEN_RUNS, KEPT = 6.0, 8.0, 12
VISIT = 45.0
"""Seconds after which a client leaves and comes back, on average."""


class Soak:
    """What the clients share: the server, its newest run, and what was counted."""

    def __init__(self, lab: Laboratory) -> None:
        self.lab = lab
        self.newest: str | None = None
        self.counted = dict.fromkeys(("runs", "frames", "rows", "visits", "refused"), 0)
        self.unexpected: list[str] = []

    async def client(self) -> None:
        """Watches whatever is newest, for a while, again and again."""
        address = f"ws://127.0.0.1:{self.lab.port}/api/v1/stream"
        while True:
            self.counted["visits"] += 1
            with contextlib.suppress(ConnectionClosed, TimeoutError):
                async with connect(
                    address, additional_headers=self.lab.shown, max_size=None, proxy=None
                ) as line:
                    await self.visit(line, time.monotonic() + random.expovariate(1 / VISIT))

    async def visit(self, line: Any, end: float) -> None:
        watched = None
        while (now := time.monotonic()) < end:
            if self.newest and watched != self.newest:
                watched = self.newest
                asked = {"run": watched, "after": 0, "frames_per_second": 4, "landscapes": True}
                await line.send(msgpack.packb({"type": "watch", **asked}))
            try:
                async with asyncio.timeout(min(end - now, 2)):
                    message = msgpack.unpackb(await line.recv())
            except TimeoutError:
                continue
            if message["type"] in ("frame", "metrics"):
                self.counted["frames" if message["type"] == "frame" else "rows"] += 1

    async def runs(self, http: httpx.AsyncClient) -> None:
        """Starts runs of all methods in turn, disturbs each, and deletes the oldest."""
        kept: list[str] = []
        chance = random.Random(0)
        for number in range(10**9):
            method = list(METHODS)[number % len(METHODS)]
            dataset = "moons" if method == "exact" else DATASETS[number % len(DATASETS)]
            config = {"dataset": {"kind": dataset}, "method": {"kind": method}}
            answer = await http.post("/runs", json={**config, "seconds": RUN_SECONDS})
            if answer.status_code == 201:
                self.counted["runs"] += 1
                self.newest = answer.json()["id"]
                kept.append(self.newest)
            else:
                self.told(answer)
            await asyncio.sleep(BETWEEN_RUNS / 2)
            if self.newest:
                await self.disturb(http, self.newest, chance.randrange(4))
            await asyncio.sleep(BETWEEN_RUNS / 2)
            if len(kept) > KEPT:
                oldest = kept.pop(0)
                await http.post(f"/runs/{oldest}/stop")
                self.told(await http.delete(f"/runs/{oldest}"))

    async def disturb(self, http: httpx.AsyncClient, run: str, how: int) -> None:
        if how == 0:
            await http.post(f"/runs/{run}/pause")
            self.told(await http.get(f"/runs/{run}/metrics"))
            await http.post(f"/runs/{run}/resume")
        elif how == 1:
            changes = {"optimization.learning_rate": 0.001}
            self.told(await http.patch(f"/runs/{run}", json={"changes": changes}))
        elif how == 2:
            self.told(await http.get(f"/runs/{run}/keyframes"))
            self.told(await http.get("/runs", params={"limit": 50}))
        else:
            await http.post(f"/runs/{run}/stop")

    def told(self, answer: httpx.Response) -> None:
        """Counts a refusal; what is no client's mistake is kept."""
        if answer.status_code >= 400:
            self.counted["refused"] += 1
        if answer.status_code >= 500:
            self.unexpected.append(f"{answer.request.url.path} {answer.status_code} {answer.text}")


def measured(pid: int, folder: Path) -> dict[str, float]:
    """Of the server: MB of memory, descriptors, threads, processes below it; MB of its folder."""
    status = Path(f"/proc/{pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # a run is removed meanwhile
                size += os.stat(f"{place}/{name}").st_size
    return {
        "memory, MB": int(fields["VmRSS"].split()[0]) / 1024,
        "descriptors": len(list(Path(f"/proc/{pid}/fd").iterdir())),
        "threads": int(fields["Threads"]),
        "processes": len(below),
        "folder, MB": size / 2**20,
    }


async def soak(lab: Laboratory, minutes: float, clients: int) -> list[dict[str, float]]:
    """Lets it go on, and looks every half a minute."""
    assert lab.process
    found: list[dict[str, float]] = []
    here = Soak(lab)
    base = f"http://127.0.0.1:{lab.port}/api/v1"
    async with httpx.AsyncClient(base_url=base, headers=lab.shown, timeout=60) as http:
        tasks = [asyncio.create_task(here.client()) for _ in range(clients)]
        tasks.append(asyncio.create_task(here.runs(http)))
        start = time.monotonic()
        while (passed := time.monotonic() - start) < 60 * minutes:
            done, _ = await asyncio.wait(tasks, timeout=30, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
            figures = {"minute": passed / 60, **measured(lab.process.pid, lab.data_dir)}
            found.append(figures | {name: float(n) for name, n in here.counted.items()})
            if len(found) % 10 == 1:
                print(
                    " ".join(f"{name} {value:.1f};" for name, value in found[-1].items()),
                    flush=True,
                )
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for line in here.unexpected:
        print("unexpected:", line)
    return found


def main() -> None:
    """Prints the figures by the quarter of the time, and the growth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--clients", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Laboratory(Path(folder)) as lab:
        found = asyncio.run(soak(lab, given.minutes, given.clients))
    settled = found[len(found) // 10 :]
    names = list(settled[0])[1:6]
    print("| minutes | " + " | ".join(names) + " |")
    print("|---|" + "---:|" * len(names))
    quarter = max(1, len(settled) // 4)
    for part in (settled[i : i + quarter] for i in range(0, quarter * 4, quarter)):
        told = [f"{statistics.median(one[name] for one in part):.1f}" for name in names]
        print(f"| {part[0]['minute']:.0f} to {part[-1]['minute']:.0f} | " + " | ".join(told) + " |")
    print(", ".join(f"{name} {value:.0f}" for name, value in list(found[-1].items())[6:]))


if __name__ == "__main__":
    main()
