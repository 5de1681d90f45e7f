"""Steers a sampler's step size to an acceptance rate."""

import math

from ebm_core.contracts import Chains


def carried_step_size(step_size: float, like: Chains | None) -> float:
    """The adapted step size of earlier chains, or the configured one if that is new."""
    if like is None or like.nominal_step_size != step_size:
        return step_size
    return like.step_size


def adapted(step_size: float, acceptance: float, target: float, rate: float) -> float:
    """Larger when too much is accepted, smaller when too little; rate 0 leaves it alone."""
    return step_size * math.exp(rate * (acceptance - target))
