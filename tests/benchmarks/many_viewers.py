"""`python -m tests.benchmarks.many_viewers`: a thousand who watch one run, some of whom never read.

The viewers are in some processes of their own, so that the figures are the server's. Told are
frames a second for each who reads, how much later than the first of all viewers he has a frame, the
server's memory, who was dropped, and what of its updates a second training keeps.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.benchmarks.soak import measured
from tests.server.laboratory import Laboratory

RATE = 2.0
"""Frames a second that each asks for."""
SETTLING = 10.0
PROCESSES = 4


@dataclass(frozen=True)
class Part:
    """The viewers of one process."""

    address: str
    headers: dict[str, str]
    run: str
    viewers: int
    silent: int


@dataclass
class Audience:
    """What the viewers of one process have seen, while it counts."""

    part: Part
    counting: bool = False
    seen: list[tuple[int, float]] = field(default_factory=list)
    """The update of a frame, and when it came by a clock that all processes share."""
    inside: int = 0
    """How many have come in."""
    closed: int = 0
    """How many were sent away."""

    async def attend(self, line: Connection) -> None:
        """Brings all viewers in, and counts from one word of the other side to the next."""
        told = asyncio.get_running_loop().run_in_executor
        tasks = [
            asyncio.create_task(self.watch(number >= self.part.silent))
            for number in range(self.part.viewers)
        ]
        while self.inside < self.part.viewers:
            await asyncio.sleep(0.1)
        line.send("inside")
        for counting in (True, False):
            await told(None, line.recv)
            self.counting = counting
        line.send((self.seen, self.closed))
        await told(None, line.recv)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def watch(self, reads: bool) -> None:
        """One viewer, until he is sent away."""
        asked = {"run": self.part.run, "after": 0, "frames_per_second": RATE, "landscapes": True}
        try:
            async with connect(
                self.part.address,
                additional_headers=self.part.headers,
                max_size=None,
                max_queue=None if reads else 1,
                compression=None,
                proxy=None,
                ping_interval=None,
                open_timeout=300,
            ) as line:
                await line.send(msgpack.packb({"type": "watch", **asked}))
                self.inside += 1
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
            if self.counting and message["type"] == "frame":
                self.seen.append((message["step"], time.monotonic()))


def attended(part: Part, line: Connection) -> None:
    """What one process of viewers does."""
    asyncio.run(Audience(part).attend(line))


@contextmanager
def audiences(parts: list[Part]) -> Iterator[list[Connection]]:
    """Processes of viewers, each with the line on which it is told when to count."""
    context = multiprocessing.get_context("spawn")
    lines, processes = [], []
    for part in parts:
        ours, theirs = context.Pipe()
        process = context.Process(target=attended, args=(part, theirs), daemon=True)
        process.start()
        lines.append(ours)
        processes.append(process)
    try:
        yield lines
    finally:
        for line, process in zip(lines, processes, strict=True):
            line.send("go")
            process.join(60)


def speed(lab: Laboratory, run: str, seconds: float) -> float:
    """Updates a second of the run's own processor time, over some seconds."""
    before = lab.ask("GET", f"/runs/{run}")
    time.sleep(seconds)
    after = lab.ask("GET", f"/runs/{run}")
    passed = max(1e-9, after["seconds"] - before["seconds"])
    return float((after["step"] - before["step"]) / passed)


def shares(total: int, parts: int) -> list[int]:
    """A number in parts that differ by one at most."""
    return [total // parts + (number < total % parts) for number in range(parts)]


def look(lab: Laboratory, viewers: int, silent: int, seconds: float) -> None:
    """Prints the figures."""
    assert lab.process
    run = lab.create({"dataset": {"kind": "pinwheel"}, "method": {"kind": "persistent"},
                      "updates": 10_000_000})  # fmt: skip
    time.sleep(SETTLING)
    alone = speed(lab, run, seconds / 2)
    before = measured(lab.process.pid, lab.data_dir)
    address = f"ws://127.0.0.1:{lab.port}/api/v1/stream"
    parts = [
        Part(address, dict(lab.shown), run, *both)
        for both in zip(shares(viewers, PROCESSES), shares(silent, PROCESSES), strict=True)
    ]
    with audiences(parts) as lines:
        for line in lines:
            line.recv()
        time.sleep(SETTLING)
        for line in lines:
            line.send("count")
        watched = speed(lab, run, seconds)
        for line in lines:
            line.send("stop")
        told = [line.recv() for line in lines]
        after = measured(lab.process.pid, lab.data_dir)
    seen = [moment for part, _ in told for moment in part]
    first: dict[int, float] = {}
    for step, at in sorted(seen, key=lambda moment: moment[1]):
        first.setdefault(step, at)
    late = sorted(at - first[step] for step, at in seen) or [float("nan")]
    each = len(seen) / seconds / (viewers - silent)
    print(f"{viewers} viewers, {silent} of whom never read, {RATE:g} frames a second asked")
    print(f"frames a second for each who reads: {each:.2f}")
    print(
        f"later than the first who has it: median {statistics.median(late):.2f} s, "
        f"95 % {late[int(0.95 * (len(late) - 1))]:.2f} s"
    )
    print(f"memory: {before['memory, MB']:.0f} -> {after['memory, MB']:.0f} MB")
    print(f"descriptors: {before['descriptors']:.0f} -> {after['descriptors']:.0f}")
    left = int(before["descriptors"] + viewers - after["descriptors"])
    print(f"sent away: {left}, of whom {sum(closed for _, closed in told)} have read it")
    print(f"training, of its own processor time: {watched / alone:.1%} of its speed without them")


def main() -> None:
    """Looks once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--silent", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Laboratory(Path(folder)) as lab:
        look(lab, given.viewers, given.silent, given.seconds)


if __name__ == "__main__":
    main()
