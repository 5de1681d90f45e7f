"""Where on a sampler's schedule a chain begins that does not begin from noise."""

from functools import singledispatch

from ebm_core.contracts import Sampler


@singledispatch
def steps_behind(sampler: Sampler, noise: float) -> int:
    """Steps that a chain has behind it where its start has so much noise (a standard deviation).

    None, for a sampler without noise levels; one that has some registers its own.
    """
    return 0
