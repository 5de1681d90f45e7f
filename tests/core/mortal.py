"""Processes that train or save and are killed, forked from one that has imported torch."""

import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from ebm_core import RunConfig, Training
from ebm_core.atomic_file import write_whole
from ebm_core.runs import checkpoint
from ebm_core.runs.changes import Change

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__, "pytest"])  # which is the main module of each
DEADLINE = 60.0


class Life:
    """A process that was started, and the line on which it tells of what it is about to do."""

    def __init__(self, process: ForkServerProcess, line: Connection) -> None:
        self.process = process
        self.line = line

    def hear(self) -> Any:
        """The next thing it tells; it then waits for an answer."""
        assert self.line.poll(DEADLINE), "the process tells nothing any more"
        return self.line.recv()

    def answer(self, byte: int | None = None) -> None:
        """Lets it go on, to its death at a byte of the next file where one is given."""
        self.line.send(byte)

    def end(self) -> int | None:
        """Waits for it to die; a signal is a negative number."""
        self.process.join(DEADLINE)
        return self.process.exitcode

    def end_within(self, seconds: float) -> int | None:
        """Kills it after that time, or as soon as it tells something."""
        self.line.poll(seconds)
        self.process.kill()
        return self.end()


@contextmanager
def life(work: Any, *arguments: Any) -> Iterator[Life]:
    """A process that does `work(line, *arguments)`; none is left behind."""
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=work, args=(theirs, *arguments), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Life(process, ours)
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()


def begun(directory: Path, config: RunConfig, events: Sequence[Change]) -> Training:
    """The run as its checkpoint has it, or from the start where there is none yet."""
    try:
        return Training.resume(directory)
    except FileNotFoundError:
        return Training(config, events)


def train(line: Connection, directory: Path, config: RunConfig, events: list[Change]) -> None:
    """Trains, and after each update tells its number, waits for an answer, and saves."""
    torch.set_num_threads(1)
    training = begun(directory, config, events)
    while not training.finished:
        training.update()
        line.send(training.step)
        byte = line.recv()
        if byte is not None:
            die_at(byte)
        training.save(directory)


def die_at(byte: int) -> None:
    """Lets the kernel kill this process as soon as it writes a file beyond `byte`."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte, byte))


def save_until_byte(line: Connection, directory: Path, state: dict[str, Any], byte: int) -> None:
    """Saves, and dies as soon as a file grows beyond `byte`."""
    die_at(byte)
    checkpoint.save(directory, state)


def save_until_line(line: Connection, directory: Path, state: dict[str, Any], count: int) -> None:
    """Saves, and dies before the `count`-th line of `checkpoint.save` and `write_whole`."""
    left = count

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code not in (checkpoint.save.__code__, write_whole.__code__):
            return None
        if event == "line":
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    checkpoint.save(directory, state)
