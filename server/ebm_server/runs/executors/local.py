"""Workers as processes of this machine, each in a session of its own."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ebm_server.runs.executors import Demand, Ended, Executor, Process, Used
from ebm_server.search_path import search_path

POLL_SECONDS = 0.5


def birth(pid: int) -> str | None:
    """When the process started, None where there is none (or only its exit code is left)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self/stat").exists():
            return None
        answer = subprocess.run(
            ["ps", "-o", "state=,lstart=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        state, _, started = answer.stdout.strip().partition(" ")
        return None if not state or state.startswith("Z") else started.strip()
    return None if fields[0] in "ZX" else fields[19]


def used(pid: int) -> Used | None:
    """What a process takes with those that it has started; None where it is gone."""
    own = used_alone(pid)
    parts = [part for child in children(pid) if (part := used_alone(child))]
    if own is None or not parts:
        return own
    parts.append(own)
    return Used(sum(part.cpu_seconds for part in parts), sum(part.memory for part in parts))


def children(pid: int) -> list[int]:
    """The processes that a process has started; none where the system does not tell."""
    try:
        told = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children")]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for part in told for child in part.split()]


def used_alone(pid: int) -> Used | None:
    """What a process takes; None where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks, pages = int(fields[11]) + int(fields[12]), int(fields[21])
    except (FileNotFoundError, ProcessLookupError):
        return None if Path("/proc/self/stat").exists() else used_by_ps(pid)
    return Used(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE"))


def used_by_ps(pid: int) -> Used | None:
    """The same on a system without /proc."""
    command = ["ps", "-o", "time=,rss=", "-p", str(pid)]
    words = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    if len(words) != 2:
        return None
    seconds = 0.0
    for part in words[0].replace("-", ":").split(":"):
        seconds = seconds * 60 + float(part)
    return Used(seconds, int(words[1]) * 1024)


class LocalExecutor(Executor):
    """Child processes that are left alone when the server goes."""

    queues = False

    def __init__(self) -> None:
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def demand(self, config: dict[str, Any]) -> Demand:
        return Demand()  # all workers are alike

    def start(self, environment: dict[str, str], demand: Demand, log: Path) -> Process:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "ebm_server.worker"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **environment, "PYTHONPATH": search_path()},
                start_new_session=True,
            )
        self._children[child.pid] = child
        return Process(child.pid, birth(child.pid) or "")

    def alive(self, process: Process) -> bool:
        return birth(process.pid) == process.born

    async def ended(self, process: Process) -> Ended:
        if hasattr(os, "pidfd_open"):
            await self._readable(process)
        while self.alive(process):
            await asyncio.sleep(POLL_SECONDS)
        child = self._children.pop(process.pid, None)
        return Ended(None if child is None else child.wait())

    async def _readable(self, process: Process) -> None:
        try:
            descriptor = os.pidfd_open(process.pid)
        except OSError:  # it is gone, or descriptors are short: then it is polled
            return
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_reader(descriptor, ended.set)
        try:
            # The number may belong to another process by now: the birth is read after opening.
            if self.alive(process):
                await ended.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)

    def used(self, processes: Sequence[Process]) -> list[Used | None]:
        return [used(process.pid) for process in processes]

    def ask_to_end(self, process: Process) -> None:
        self._signal(process, signal.SIGTERM)

    def kill(self, process: Process) -> None:
        followers = children(process.pid) if self.alive(process) else []
        self._signal(process, signal.SIGKILL)
        for follower in followers:  # one that hangs would not see its leader's end
            with suppress(ProcessLookupError):
                os.kill(follower, signal.SIGKILL)

    def _signal(self, process: Process, number: signal.Signals) -> None:
        if self.alive(process):
            os.kill(process.pid, number)
