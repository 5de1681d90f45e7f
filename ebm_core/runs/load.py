"""Brings a trained energy back: from a run's directory, or from a pickle."""

import copyreg
import warnings
from pathlib import Path
from typing import Any

from ebm_core.runs import snapshots
from ebm_core.runs.at_hand import on_device_at_hand
from ebm_core.runs.checkpoint import FILE_NAME
from ebm_core.runs.config import RunConfig
from ebm_core.runs.trained import TrainedEnergy
from ebm_core.runs.training import Training

DIVERGED = "diverged.txt"
"""Why the run in a directory diverged, where it did: resumed as it is, it would again."""


def load(directory: Path | str, step: int | None = None) -> TrainedEnergy:
    """The trained energy of a run's directory, with averaged weights where the run keeps them.

    Args:
        step: A past update; `runs.snapshots.steps` lists those that the laboratory has kept.

    Where a plug-in that the run uses has changed since, a warning says so. A run that was trained
    on a GPU comes to the CPU where there is none, and a warning says so too; and so where the run
    diverged.

    Raises:
        FileNotFoundError: There is no checkpoint in it.
        PlugInMissing: A ValueError: it uses a plug-in from outside that is not loaded.
        ValueError: It is damaged.
        NoSnapshot: A ValueError: the directory keeps no snapshot of this update.
    """
    folder = Path(directory)
    if step is None:
        training = Training.resume(folder, anywhere=True)
        energy = training.trained()
    else:
        training = snapshots.read(folder, step)
        energy = TrainedEnergy(training.config, training.network, tuning=training.learner.tuning)
    for remark in (*training.plugin_changes, *diverged(folder)):
        warnings.warn(remark, stacklevel=2)
    return energy


def written_at(directory: Path, step: int | None) -> int:
    """When the file that `load` reads was written, in nanoseconds.

    Raises:
        FileNotFoundError, NoSnapshot: As of `load`.
    """
    if step is not None:
        return snapshots.written_at(directory, step)
    return (directory / FILE_NAME).stat().st_mtime_ns


def diverged(directory: Path) -> list[str]:
    """What to say of the energy in a directory whose run diverged; nothing where it did not."""
    told = directory / DIVERGED
    if not told.is_file():
        return []
    reason = told.read_text("utf-8").strip()
    return [f"this run diverged ({reason}); its energy is that of an update before"]


def restored(config: RunConfig, state: dict[str, Any]) -> TrainedEnergy:
    """The energy that `reduced` took apart, on the CPU where its device is not there."""
    return Training.restored(on_device_at_hand(config), state).trained()


def reduced(energy: TrainedEnergy) -> tuple[Any, ...]:
    """What a pickle keeps of an energy: a learner is bound to its run, so the run is made anew."""
    if energy.state is None:
        return TrainedEnergy, (energy.config, energy.network, None, energy.tuning)
    return restored, (energy.config, energy.state)


copyreg.pickle(TrainedEnergy, reduced)
