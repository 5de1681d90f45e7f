"""What a sampler is, and the chains that it moves."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts.energy import EnergyNetwork
from ebm_core.contracts.plug_in import PlugIn


@dataclass
class Chains:
    """Where a sampler's chains stand. A sampler leaves empty what it does not need."""

    points: Float[Tensor, "n ..."]
    energies: Tensor
    """(n,): E at `points`, so that a Metropolis step evaluates its proposal only."""
    gradients: Tensor
    """Shaped as `points`: grad E there, so that a step costs one gradient."""
    nominal_step_size: float
    """The configured step size that `step_size` was adapted from."""
    step_size: float
    """The step size in use."""
    steps: int = 0
    """Steps taken since the first start, for schedules."""
    acceptance: float = 1.0
    """Share of proposals accepted in the newest step."""
    ages: Tensor | None = None
    """(n,): steps of each chain since its own start, where they differ from `steps`."""


class Sampler(PlugIn, ABC):
    """A Markov chain whose stationary distribution is exp(-E(x) / T), exactly or nearly."""

    @property
    @abstractmethod
    def sampled_temperature(self) -> float:
        """T above, for small steps."""

    @abstractmethod
    def start(
        self, energy: EnergyNetwork, points: Float[Tensor, "n ..."], like: Chains | None = None
    ) -> Chains:
        """Chains at `points`; `like` hands on the adapted step size and the step count."""

    @abstractmethod
    def step(self, energy: EnergyNetwork, chains: Chains, generator: torch.Generator) -> Chains:
        """One step of every chain."""
