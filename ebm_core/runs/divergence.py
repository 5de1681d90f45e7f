"""When a run has gone wrong for good, and what may help."""

import math
from collections.abc import Mapping

from ebm_core.contracts import Dataset, Method
from ebm_core.optimization import TrainingDiverged

REPEATS = "the same settings would repeat it"
"""What is said of a run that diverged, by which others know it."""
RUN_AWAY = 1e4
"""Energies beyond this many nats have run away: no data needs them."""


def refuse_divergence(
    metrics: Mapping[str, float], step: int, method: Method, dataset: Dataset
) -> None:
    """Ends a run whose loss or energies are not finite or have run away.

    Raises:
        TrainingDiverged: They are not, or have.
    """
    for name in ("loss", "energy_data", "energy_samples"):
        value = metrics.get(name, 0.0)
        if not math.isfinite(value) or abs(value) > RUN_AWAY:
            raise TrainingDiverged(name, value, step, remedy(method, dataset))


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
