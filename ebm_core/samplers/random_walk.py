"""Random-walk Metropolis."""

from collections.abc import Mapping
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Chains, EnergyNetwork, Sampler, Step, Tuning, setting
from ebm_core.contracts.moves import Move, listener
from ebm_core.samplers._adaptation import adapted


@final
class RandomWalk(Sampler):
    """Proposes y = x + s noise and accepts with probability min(1, exp((E(x) - E(y)) / T)).

    Source:
        Metropolis et al. (1953), https://doi.org/10.1063/1.1699114; the acceptance to aim at:
        Roberts, Gelman and Gilks (1997), https://doi.org/10.1214/aoap/1034625254
    """

    rank: ClassVar[int] = 12
    title: ClassVar[str] = "Random walk (Metropolis)"
    summary: ClassVar[str] = (
        "Gaussian proposals with a Metropolis test: exact, needs no gradient, best in the plane."
    )
    moves: ClassVar[Mapping[str, str]] = {"": r"x \leftarrow x + s\,\omega \;\text{ or stay}"}

    kind: Literal["random_walk"] = "random_walk"
    step_size: float = setting(
        0.5,
        title="Step size",
        symbol="s",
        gt=0,
        le=100,
        live=True,
        log=True,
        size=1,
        description="Standard deviation of a proposal, in data units; where adaptation starts.",
    )
    target_acceptance: float = setting(
        0.4,
        title="Target acceptance",
        gt=0,
        lt=1,
        live=True,
        description="Acceptance that the step size is steered to; 0.3 to 0.5 is near the best.",
    )
    adaptation: float = setting(
        0.025,
        title="Adaptation rate",
        ge=0,
        le=1,
        live=True,
        advanced=True,
        description="How fast the step size follows the acceptance; 0 keeps it fixed, and exact.",
    )
    temperature: float = setting(
        1.0,
        title="Temperature",
        symbol="T",
        gt=0,
        le=1000,
        live=True,
        log=True,
        advanced=True,
        description="The chain samples exp(-E / T).",
    )

    @property
    def sampled_temperature(self) -> float:
        return self.temperature

    @torch.no_grad()
    def start(
        self, energy: EnergyNetwork, points: Float[Tensor, "n ..."], tuning: Tuning | None = None
    ) -> tuple[Chains, Tuning]:
        return Chains(points, energy(points)), Tuning.of(self.step_size, tuning)

    @torch.no_grad()
    def step(
        self, energy: EnergyNetwork, chains: Chains, tuning: Tuning, generator: torch.Generator
    ) -> Step:
        spread = tuning.step_size
        noise = torch.empty_like(chains.points).normal_(generator=generator)
        proposals = noise.mul_(spread).add_(chains.points)
        energies = energy(proposals)
        uniform = torch.empty_like(energies).uniform_(generator=generator)
        accepted = uniform.log() < (chains.energies - energies) / self.temperature
        mask = accepted.view(-1, *[1] * (proposals.dim() - 1))
        acceptance = float(accepted.float().mean())
        moved = Chains(
            torch.where(mask, proposals, chains.points),
            torch.where(accepted, energies, chains.energies),
        )
        if told := listener():
            told(Move(chains.points, proposals, None, accepted, "", r"s\,\omega"))
        spread = adapted(spread, acceptance, self.target_acceptance, self.adaptation)
        return Step(moved, tuning.after_step(spread), acceptance)
