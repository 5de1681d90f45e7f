"""How good a run's energy is, in the figures that its data allow."""

import torch

from ebm_core.config import RunConfig
from ebm_core.contracts import EnergyNetwork, Learner, Method
from ebm_core.evaluation.partition import ExactEvaluation


class Assessment:
    """Exact figures of an energy in the plane; the Frechet distance of samples of an image's.

    Args:
        thorough: A grid of 384 x 384 instead of 192 x 192.
    """

    def __init__(self, config: RunConfig, thorough: bool) -> None:
        self.dataset = config.dataset
        self.device = torch.device(config.device)
        self.size = 384 if thorough else 192
        self.exact: dict[float, ExactEvaluation] = {}

    def __call__(self, energy: EnergyNetwork, method: Method, learner: Learner) -> dict[str, float]:
        if len(self.dataset.shape) > 1:
            return {}
        smoothing = method.smoothing
        if smoothing not in self.exact:
            # a live noise level gives a new target; only the newest is worth keeping
            self.exact = {
                smoothing: ExactEvaluation(self.dataset, smoothing, self.size, self.device)
            }
        return self.exact[smoothing](energy)
