"""`python -m tests.benchmarks.many_viewers`: a thousand who watch one run, some of whom never read.

Told are frames a second for each who reads, how much later than the first of all viewers he has a
frame, the server's memory, who was dropped, and what of its updates a second training keeps.
"""

import argparse
import asyncio
import contextlib
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.benchmarks.soak import measured
from tests.server.laboratory import Laboratory

RATE = 2.0
"""Frames a second that each asks for."""
AT_ONCE = 50
"""Who come in together."""
SETTLING = 10.0


class Audience:
    """What the viewers have seen."""

    def __init__(self) -> None:
        self.counting = False
        self.first: dict[int, float] = {}
        """When the first of all had the frame of an update."""
        self.late: list[float] = []
        self.frames = 0
        self.closed = 0

    def seen(self, step: int) -> None:
        now = time.monotonic()
        first = self.first.setdefault(step, now)
        if self.counting:
            self.frames += 1
            self.late.append(now - first)

    async def watch(self, lab: Laboratory, run: str, reads: bool) -> None:
        """One viewer, until he is sent away."""
        address = f"ws://127.0.0.1:{lab.port}/api/v1/stream"
        queue = None if reads else 1
        try:
            async with connect(
                address,
                additional_headers=lab.shown,
                max_size=None,
                max_queue=queue,
                compression=None,
                proxy=None,
                ping_interval=None,
                open_timeout=120,
            ) as line:
                asked = {"run": run, "after": 0, "frames_per_second": RATE, "landscapes": True}
                await line.send(msgpack.packb({"type": "watch", **asked}))
                if reads:
                    await self.read(line)
                else:
                    await line.wait_closed()
        except ConnectionClosed:
            pass
        self.closed += 1

    async def read(self, line: ClientConnection) -> None:
        async for data in line:
            message: dict[str, Any] = msgpack.unpackb(data)
            if message["type"] == "frame":
                self.seen(message["step"])


async def speed(lab: Laboratory, run: str, seconds: float) -> float:
    """Updates a second of the run's own processor time, over some seconds."""
    before = await asyncio.to_thread(lab.ask, "GET", f"/runs/{run}")
    await asyncio.sleep(seconds)
    after = await asyncio.to_thread(lab.ask, "GET", f"/runs/{run}")
    passed = max(1e-9, after["seconds"] - before["seconds"])
    return float((after["step"] - before["step"]) / passed)


async def look(lab: Laboratory, viewers: int, silent: int, seconds: float) -> None:
    """Prints the figures."""
    assert lab.process
    run = lab.create({"dataset": {"kind": "pinwheel"}, "method": {"kind": "persistent"},
                      "updates": 10_000_000})  # fmt: skip
    await asyncio.sleep(SETTLING)
    alone = await speed(lab, run, seconds / 2)
    before = measured(lab.process.pid, lab.data_dir)
    audience = Audience()
    tasks = []
    for number in range(viewers):
        tasks.append(asyncio.create_task(audience.watch(lab, run, number >= silent)))
        if number % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(1)
    await asyncio.sleep(SETTLING)
    audience.counting = True
    watched = await speed(lab, run, seconds)
    audience.counting = False
    after = measured(lab.process.pid, lab.data_dir)
    each = audience.frames / seconds / (viewers - silent)
    late = sorted(audience.late) or [float("nan")]
    print(f"{viewers} viewers, {silent} of whom never read, {RATE:g} frames a second asked")
    print(f"frames a second for each who reads: {each:.2f}")
    print(
        f"later than the first who has it: median {statistics.median(late):.2f} s, "
        f"95 % {late[int(0.95 * (len(late) - 1))]:.2f} s"
    )
    print(f"memory: {before['memory, MB']:.0f} -> {after['memory, MB']:.0f} MB")
    print(f"descriptors: {before['descriptors']:.0f} -> {after['descriptors']:.0f}")
    print(f"sent away: {audience.closed}")
    print(f"training, of its own processor time: {watched / alone:.1%} of its speed without them")
    for task in tasks:
        task.cancel()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(30):
            await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    """Looks once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--silent", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Laboratory(Path(folder)) as lab:
        asyncio.run(look(lab, given.viewers, given.silent, given.seconds))


if __name__ == "__main__":
    main()
