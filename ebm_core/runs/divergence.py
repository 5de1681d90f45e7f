"""When a run has gone wrong for good, and what may help."""

import math
from collections.abc import Mapping

from ebm_core.contracts import Dataset, Method
from ebm_core.optimization import TrainingDiverged

REPEATS = "the same settings would repeat it"
"""What is said of a run that diverged, by which others know it."""
RUN_AWAY = 1e4
"""Energies and losses beyond this many nats have run away: no data in the plane need them."""
A_DIMENSION = 625.0
"""The same a dimension, of many: data blurred by s have a loss of score matching of -1 / (2 s^2) a
dimension at the least, which is -556 for images with their noise of 0.03."""


def refuse_divergence(
    metrics: Mapping[str, float], step: int, method: Method, dataset: Dataset
) -> None:
    """Ends a run whose loss or energies are not finite or have run away.

    Raises:
        TrainingDiverged: They are not, or have.
    """
    most = bound(method, dataset)
    for name in ("loss", "energy_data", "energy_samples"):
        value = metrics.get(name, 0.0)
        if not math.isfinite(value) or abs(value) > most:
            raise TrainingDiverged(name, value, step, remedy(method, dataset))


def bound(method: Method, dataset: Dataset) -> float:
    """The nats beyond which energies and losses have run away."""
    return max(RUN_AWAY, A_DIMENSION * math.prod(dataset.shape)) + method.rise(dataset.shape)


def remedy(method: Method, dataset: Dataset) -> str:
    """What to change; made again as it is, a run diverges again."""
    if cause := dataset.hazard:
        return f"{cause}; {REPEATS}"
    fields = type(method).model_fields
    ways = ["a smaller learning rate"]
    if "sampler" in fields:
        ways.append("a smaller step size of the sampler")
    if "chain_steps" in fields:
        ways.append("more chain steps")
    if "noise_level" in fields:
        ways.append("more noise")
    return f"{REPEATS}: try {' or '.join(ways)}"
