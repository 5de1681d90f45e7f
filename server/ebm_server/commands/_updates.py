"""A run's updates in the terminal: the bar, saving on the way, and Ctrl-C."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from ebm_core import Training

SELDOMEST = 10.0
"""Seconds between two saves, at most; a young run is saved more often."""
EVALUATING = 0.05
"""Share of the time that figures for the bar may take."""


def make_updates(
    training: "Training", quiet: bool, save: Callable[[], None], interrupted: threading.Event
) -> None:
    """Trains to the end or until `interrupted`, with a bar on standard error unless `quiet`.

    Raises:
        TrainingDiverged: What was saved last stands.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.completed:,} / {task.total:,} updates"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[figure]}"),
    )
    begun = saved = time.monotonic()
    evaluated = cost = 0.0
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("", total=training.horizon or 1000, figure="")
        while not (training.finished or interrupted.is_set()):
            training.update()
            if not quiet and training.seconds - evaluated > cost / EVALUATING:
                before = training.seconds
                bar.update(task, figure=figure(training.evaluate()))
                cost, evaluated = training.seconds - before, training.seconds
            bar.update(task, completed=training.step, total=training.horizon or 1000)
            now = time.monotonic()
            if now - saved > min(SELDOMEST, 1 + (now - begun) / 4):
                save()
                saved = now


def figure(figures: dict[str, float]) -> str:
    """The one that is shown beside the bar."""
    name = next((name for name in ("kl_data", "kl", "nll", "frechet") if name in figures), None)
    return f"{name} {figures[name]:.4f}" if name else ""


@contextmanager
def interruption(
    said: str = "stopping after this update; Ctrl-C again ends at once",
) -> Iterator[threading.Event]:
    """What the first Ctrl-C (or SIGTERM) sets, so that an update is not cut in two; the second one
    ends the command at once.

    Args:
        said: What is said at the first one.
    """
    interrupted = threading.Event()

    def interrupt(_number: int, _frame: Any) -> None:
        if interrupted.is_set():
            raise KeyboardInterrupt
        interrupted.set()
        typer.echo(said, err=True)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield interrupted
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
