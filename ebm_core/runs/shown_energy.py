"""The energy of a run that is shown and evaluated: averaged weights, of now or the best moment."""

import copy
import math
from typing import Any

import torch
from torch import nn

from ebm_core.contracts import EnergyNetwork, Method
from ebm_core.networks.weighed import Weighed
from ebm_core.optimization import Average
from ebm_core.runs.assessment import Assessment
from ebm_core.runs.best_moment import BestMoment, score
from ebm_core.runs.config import RunConfig


class ShownEnergy:
    """What averaging, judging and weighing make of the energy that is trained.

    Args:
        energy: The one that is trained.
    """

    def __init__(self, energy: EnergyNetwork, config: RunConfig, device: torch.device) -> None:
        dataset = config.dataset
        self.average = Average(energy, config.optimization.averaging)
        self.keeps_best = (
            dataset.shape == (2,) and dataset.guarded and config.method.promises == "density"
        )
        self.best = BestMoment()
        self.groups = dataset.groups if self.keeps_best else None
        self.offsets = torch.zeros(len(self.groups.shares) if self.groups else 0).to(device)
        """Of the energies of separate groups of points."""
        self.kept: EnergyNetwork | None = None
        """That of the best moment, where the run is finished and ended with a worse one."""

    def update(self, energy: nn.Module, step: int) -> None:
        """Moves the average; `step` counts the updates made before this one."""
        self.average.update(energy, step)

    def of_now(self, method: Method) -> EnergyNetwork:
        """That of the newest weights."""
        network = method.shown(self.average.network)
        return network if self.groups is None else Weighed(network, self.groups, self.offsets)

    def network(self, method: Method, finished: bool) -> EnergyNetwork:
        """That of now, or of the best moment where a finished run ended with a worse one."""
        return self.kept if self.kept is not None and finished else self.of_now(method)

    def is_due(self, step: int, finished: bool) -> bool:
        """Whether this moment is one to be judged."""
        return self.keeps_best and (finished or step >= self.best.due)

    def judge(self, step: int, finished: bool, method: Method, assessment: Assessment) -> int:
        """Compares this moment with the best one; a finished run takes the better of the two.

        Returns the update whose energy is kept.
        """
        network = self.of_now(method)
        try:
            if isinstance(network, Weighed) and self.groups:
                found = assessment.offsets(network.energy, method.smoothing, self.groups)
                self.offsets.copy_(found)
            now = score(assessment.exactly(network, method.smoothing))
        except ValueError:  # it has no partition function: no moment is worse
            now = math.inf
        if not finished:
            self.best.judge(step, now, network)
            return self.best.step
        if self.best.score < now:
            self.keep(network)
            return self.best.step
        self.kept = None  # a finished run that was lengthened may have had one
        return step

    def keep(self, network: EnergyNetwork) -> None:
        self.kept = copy.deepcopy(network)
        self.kept.load_state_dict(self.best.weights)

    def state(self, method: Method) -> dict[str, Any]:
        """What a checkpoint holds of it."""
        return {
            "average": self.of_now(method).state_dict(),
            "best": vars(self.best),
            "kept": self.kept is not None,
        }

    def load_state(self, state: dict[str, Any], method: Method) -> None:
        """The inverse of `state`."""
        network = self.of_now(method)
        network.load_state_dict(state["average"])
        if "best" in state:  # earlier checkpoints have none
            self.best = BestMoment(**state["best"])
            if state["kept"]:
                self.keep(network)
