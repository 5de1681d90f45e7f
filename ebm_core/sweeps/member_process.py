"""A run of a sweep in a process of its own: it begins, or goes on from its checkpoint."""

import os
import signal
import threading
import time
import traceback
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch

from ebm_core.contracts.frozen_array import ArrayFolder
from ebm_core.optimization import TrainingDiverged
from ebm_core.plugins import mistake
from ebm_core.runs.checkpoint import FILE_NAME
from ebm_core.runs.config import RunConfig
from ebm_core.runs.training import Training

SELDOMEST = 10.0
"""Seconds between two checkpoints, at most; a young run makes more."""
TOLD_EVERY = 0.2
"""Seconds between two words on how far it is."""

Ended = dict[str, Any]
"""The fields of an `Outcome` beside its key and values."""


def main(line: Connection, config: dict[str, Any], directory: Path, points: Path) -> None:
    """Makes the run, telling how far it is (a number) and at last how it has ended (a dict)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's, which the sweep's process hears
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: asked.set())
    if ended := made(line, config, directory, points, asked):
        line.send(ended)


def _end_with_parent() -> None:
    """Leaves nothing behind where the sweep's own process is killed."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def made(
    line: Connection,
    config: dict[str, Any],
    directory: Path,
    points: Path,
    asked: threading.Event,
) -> Ended | None:
    """How the run has ended; None where it was asked to end before, and has saved a checkpoint."""
    training = None
    try:
        training = begun(config, directory, points)
        _update(training, directory, line, asked)
        if not training.finished:
            training.save(directory)
            return None
        figures = training.evaluate(thorough=True)
    except TrainingDiverged as error:
        return _ended("failed", training, str(error), {})
    except (Exception, SystemExit) as error:  # a plug-in may call sys.exit
        trouble = mistake(error)
        if trouble is None and not isinstance(error, ValueError):
            traceback.print_exc()
        sentence = training is None and isinstance(error, ValueError)
        reason = str(trouble or (error if sentence else f"{type(error).__name__}: {error}"))
        return _ended("failed", training, reason, {})
    if "kept_update" in training.metrics:
        figures = {**figures, "kept_update": training.metrics["kept_update"]}
    training.save(directory)
    return _ended("finished", training, None, figures)


def begun(config: dict[str, Any], directory: Path, points: Path) -> Training:
    """The run from its checkpoint, where it has one."""
    if (directory / FILE_NAME).is_file():
        return Training.resume(directory)
    return Training(RunConfig.model_validate(config, context=ArrayFolder(points)))


def _update(training: Training, directory: Path, line: Connection, asked: threading.Event) -> None:
    begun = saved = told = time.monotonic()
    while not (training.finished or asked.is_set()):
        training.update()
        now = time.monotonic()
        if now - told > TOLD_EVERY:
            line.send(share(training))
            told = now
        if now - saved > min(SELDOMEST, 1 + (now - begun) / 4):
            training.save(directory)
            saved = now


def share(training: Training) -> float:
    """How much of the run is made, from 0 to 1."""
    seconds = training.config.seconds
    if seconds is not None:
        return min(1.0, training.seconds / seconds)
    return training.step / (training.horizon or 1)


def _ended(
    state: str, training: Training | None, reason: str | None, figures: dict[str, float]
) -> Ended:
    return {
        "state": state,
        "reason": reason,
        "figures": {name: float(value) for name, value in figures.items()},
        "updates": training.step if training else 0,
        "seconds": round(training.seconds, 3) if training else 0.0,
    }
