"""A moment of a run on images: its energy, and the images that its samples may be near to."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import torch

from ebm_core.contracts import Dataset
from ebm_core.runs.display import NearestImages
from ebm_core.runs.load import load, written_at
from ebm_core.runs.trained import TrainedEnergy


class Moment(NamedTuple):
    """The energy of a run at one of its updates."""

    step: int
    trained: TrainedEnergy
    nearest: NearestImages | None


def moment_of(directory: Path, step: int | None) -> Moment:
    """The moment of a run's directory: a snapshot's, or without a step that of the checkpoint.

    Raises:
        FileNotFoundError: The run has no checkpoint.
        NoSnapshot: It keeps none of this update.
        ValueError: Its points are no images.
    """
    return _read(directory, step, written_at(directory, step))


@lru_cache(maxsize=4)
def _read(directory: Path, step: int | None, _written: int) -> Moment:
    """That of a file which was written at a time in nanoseconds."""
    found = load(directory, step)
    dataset = found.config.dataset
    if len(dataset.shape) != 3:
        raise ValueError(
            "its points are points of the plane; ways are shown of images: press on the map to "
            "drop chains there"
        )
    made = int((found.state or {})["step"]) if step is None else step
    # what else a checkpoint holds, such as a buffer of chains, is large
    trained = TrainedEnergy(found.config, found.network, tuning=found.tuning)
    return Moment(made, trained, _nearest(dataset, trained.device))


@lru_cache(maxsize=1)
def _nearest(dataset: Dataset, device: torch.device) -> NearestImages | None:
    """One for all moments of a run."""
    return NearestImages.of(dataset, device)
