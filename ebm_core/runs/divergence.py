"""When a run has gone wrong for good, and what may help."""

import math
from collections.abc import Mapping

from ebm_core.contracts import Method
from ebm_core.optimization import TrainingDiverged

RUN_AWAY = 1e4
"""Energies beyond this many nats have run away: no data needs them."""


def refuse_divergence(metrics: Mapping[str, float], step: int, method: Method) -> None:
    """Ends a run whose loss or energies are not finite or have run away.

    Raises:
        TrainingDiverged: They are not, or have.
    """
    for name in ("loss", "energy_data", "energy_samples"):
        value = metrics.get(name, 0.0)
        if not math.isfinite(value) or abs(value) > RUN_AWAY:
            raise TrainingDiverged(name, value, step, remedy(method))


def remedy(method: Method) -> str:
    """What to change; made again as it is, a run diverges again."""
    fields = type(method).model_fields
    ways = ["a smaller learning rate"]
    if "sampler" in fields:
        ways.append("a smaller step size of the sampler")
    if "chain_steps" in fields:
        ways.append("more chain steps")
    if "noise_level" in fields:
        ways.append("more noise")
    return f"the same settings would repeat it: try {' or '.join(ways)}"
