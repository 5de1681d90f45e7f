"""A preset as a run: the part that it sets, the whole but for the data, and its energy's size."""

from typing import Any

import torch

from ebm_core.datasets import DATASETS
from ebm_core.presets.preset import Preset
from ebm_core.runs import config


def part(preset: Preset, dataset: str) -> dict[str, Any]:
    """What a preset sets of a run on a data set, its kind included.

    Raises:
        ValueError: It is not for these data.
    """
    run = dict(preset.setup(dataset).run)
    return {**run, "dataset": {"kind": dataset, **run.get("dataset", {})}}


def whole(preset: Preset, dataset: str) -> dict[str, Any]:
    """A run as a preset has it, without its data but for what it sets of these."""
    run = preset.setup(dataset).run
    shape = DATASETS[dataset].example().shape
    return {"dataset": {}, **run, **config.recipe(run["method"]["kind"], shape, run)}


def parameters(preset: Preset, dataset: str) -> int:
    """Weights of the preset's energy."""
    run = whole(preset, dataset)
    method, energy = (
        config.PARTS[name].validate_python(run[name]) for name in ("method", "energy")
    )
    with torch.device("meta"):  # they are counted, not made
        network = method.network(energy, DATASETS[dataset].example().shape)
    return sum(weights.numel() for weights in network.parameters())
