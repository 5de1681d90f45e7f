"""Steers a sampler's step size to an acceptance rate."""

import math


def adapted(step_size: float, acceptance: float, target: float, rate: float) -> float:
    """Larger when too much is accepted, smaller when too little; rate 0 leaves it alone."""
    return step_size * math.exp(rate * (acceptance - target))
