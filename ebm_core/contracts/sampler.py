"""What a sampler is, and the chains that it moves."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts.energy import EnergyNetwork
from ebm_core.contracts.plug_in import PlugIn

UNUSED = torch.empty(0)


class Chains(NamedTuple):
    """Where a sampler's chains stand. A sampler leaves empty what it does not need."""

    points: Float[Tensor, "n ..."]
    energies: Tensor = UNUSED
    """(n,): E at `points`, so that a Metropolis step evaluates its proposal only."""
    gradients: Tensor = UNUSED
    """Shaped as `points`: grad E there, so that a step costs one gradient."""
    ages: Tensor | None = None
    """(n,): steps of each chain since its own start, where they differ from `Tuning.steps`."""


class Tuning(NamedTuple):
    """What a sampler has settled on its way, for these chains or for later ones."""

    nominal_step_size: float
    """The configured step size that `step_size` was adapted from."""
    step_size: float
    """The step size in use."""
    steps: int = 0
    """Steps taken since the first start, for schedules."""

    @classmethod
    def of(cls, step_size: float, earlier: "Tuning | None") -> "Tuning":
        """The `earlier` one, with the configured step size in place of the adapted if that is new.

        What a sampler starts with.
        """
        if earlier is None:
            return cls(step_size, step_size)
        if earlier.nominal_step_size != step_size:
            return cls(step_size, step_size, earlier.steps)
        return earlier

    def after_step(self, step_size: float) -> "Tuning":
        """What it is one step later, with the step size that was adapted in it."""
        return Tuning(self.nominal_step_size, step_size, self.steps + 1)


class Step(NamedTuple):
    """What one step of every chain gives."""

    chains: Chains
    tuning: Tuning
    acceptance: float = 1.0
    """Share of proposals accepted."""


class Sampler(PlugIn, ABC):
    """A Markov chain whose stationary distribution is exp(-E(x) / T), exactly or nearly.

    Chains and tuning are values: a step changes neither, and gives new ones.
    """

    moves: ClassVar[Mapping[str, str]] = {}
    """One move as TeX, by the setting that it depends on, such as "noise=matched"; by "" where it
    depends on none. Without any, its numbers are shown alone."""

    stationary: ClassVar[bool] = True
    """Whether its chains go on for ever alike, so that their mixing can be told; False where they
    follow a schedule to its end."""

    @property
    @abstractmethod
    def sampled_temperature(self) -> float:
        """T above, for small steps."""

    @abstractmethod
    def start(
        self, energy: EnergyNetwork, points: Float[Tensor, "n ..."], tuning: Tuning | None = None
    ) -> tuple[Chains, Tuning]:
        """Chains at `points`; `tuning` hands on an adapted step size and the step count."""

    @abstractmethod
    def step(
        self, energy: EnergyNetwork, chains: Chains, tuning: Tuning, generator: torch.Generator
    ) -> Step:
        """One step of every chain. Loops over it are in `ebm_core.chains.run` alone."""
