"""A sampler of your own. It runs as it is (unadjusted Langevin): change a part at a time.

ebm check my_sampler.py            the tests that every sampler passes
ebm serve --plugin my_sampler.py   it can be chosen in the forms and under Samplers
"""

import math
from typing import ClassVar, Literal, final

import torch
from torch import Generator, Tensor

from ebm_core.kit import Chains, EnergyNetwork, Sampler, Step, Tuning, gradient_alone, setting


@final
class MySampler(Sampler):
    """The settings: every field is one line of the form."""

    title: ClassVar[str] = "My sampler"
    summary: ClassVar[str] = "How it moves, in one sentence for the form."

    kind: Literal["my_sampler"] = "my_sampler"  # its name in files and on the command line
    step_size: float = setting(
        0.02, title="Step size", symbol="ε", gt=0, le=1, live=True,  # may change during a run
        size=2,
        description="In data units squared.",
    )  # fmt: skip

    @property
    def sampled_temperature(self) -> float:
        """T, where exp(-E / T) is what small steps sample from."""
        return 1.0

    def start(
        self, energy: EnergyNetwork, points: Tensor, tuning: Tuning | None = None
    ) -> tuple[Chains, Tuning]:
        """Chains at `points`; `tuning` is that of earlier ones, to go on with."""
        # a sampler that needs energies or gradients at the points keeps them in its chains
        return Chains(points), Tuning.of(self.step_size, tuning)

    def step(
        self, energy: EnergyNetwork, chains: Chains, tuning: Tuning, generator: Generator
    ) -> Step:
        """One step of every chain. All randomness comes from the generator."""
        noise = torch.empty_like(chains.points).normal_(generator=generator)
        drift = self.step_size * gradient_alone(energy, chains.points)
        points = chains.points - drift + math.sqrt(2 * self.step_size) * noise
        return Step(Chains(points), tuning.after_step(self.step_size))
