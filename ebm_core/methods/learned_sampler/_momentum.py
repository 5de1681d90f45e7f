"""The momentum of a generator and an energy, which goes with how negatives are counted."""

from ebm_core.methods.learned_sampler._importance import Estimator
from ebm_core.optimization import Descent

NONE = (0.0, 0.9)
"""Adam's decays where they play against each other: with momentum the two circle.

Source:
    Gulrajani et al. (2017), algorithm 1, https://arxiv.org/abs/1704.00028
"""


def choose_momentum(estimator: Estimator, energy: Descent, generator: Descent) -> None:
    """Sets both sides' decays; weighted negatives hold the energy, so that it may have momentum."""
    paper = estimator == "paper"
    energy.betas = NONE if paper else (0.9, 0.999)
    generator.betas = NONE if paper else (0.5, 0.999)
