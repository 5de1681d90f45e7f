"""The Metropolis-adjusted Langevin algorithm."""

from collections.abc import Mapping
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Chains, EnergyNetwork, Sampler, Step, Tuning, setting
from ebm_core.contracts.moves import Move, listener
from ebm_core.samplers._adaptation import adapted


@final
class Mala(Sampler):
    """A Langevin step as a proposal, accepted so that exp(-E / T) is kept exactly.

    log accept = (E(x) - E(y)) / T + (|y - x + drift(x)|^2 - |x - y + drift(y)|^2) / (4 eta T), with
    drift = eta grad E cut to the length R in both directions, so that chains come back from steep
    walls. One gradient a step: the accepted point's is kept.

    Source:
        Roberts and Tweedie (1996), sections 1.4.2 and 1.4.3, https://doi.org/10.2307/3318418
    """

    rank: ClassVar[int] = 11
    title: ClassVar[str] = "MALA"
    summary: ClassVar[str] = "Langevin proposals with a Metropolis test: no bias at any step size."
    moves: ClassVar[Mapping[str, str]] = {
        "": r"x \leftarrow x - \eta\,\nabla E(x) + \sqrt{2\eta}\,\omega \;\text{ or stay}"
    }

    kind: Literal["mala"] = "mala"
    step_size: float = setting(
        0.05,
        title="Step size",
        symbol="η",
        gt=0,
        le=100,
        live=True,
        log=True,
        size=2,
        description="Of the Langevin proposal, in data units squared; where adaptation starts.",
    )
    target_acceptance: float = setting(
        0.65,
        title="Target acceptance",
        gt=0,
        lt=1,
        live=True,
        description="Acceptance that the step size is steered to; 0.6 to 0.7 is near the best.",
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
    drift_limit: float = setting(
        0.5,
        title="Drift limit",
        symbol="R",
        gt=0,
        le=1e6,
        advanced=True,
        size=1,
        description="Longest drift of a proposal, in data units.",
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

    def start(
        self, energy: EnergyNetwork, points: Float[Tensor, "n ..."], tuning: Tuning | None = None
    ) -> tuple[Chains, Tuning]:
        with torch.no_grad():
            energies, gradients = energy.with_gradient(points)
        return Chains(points, energies, gradients), Tuning.of(self.step_size, tuning)

    def drift(self, gradients: Float[Tensor, "n ..."], step_size: float) -> Float[Tensor, "n ..."]:
        """eta grad E, no longer than the limit."""
        lengths = torch.linalg.vector_norm(gradients.flatten(1), dim=1)
        shares = (self.drift_limit / lengths).clamp_(max=step_size)
        drift: Tensor = gradients * shares.view(-1, *[1] * (gradients.dim() - 1))
        return drift

    @torch.no_grad()
    def step(
        self, energy: EnergyNetwork, chains: Chains, tuning: Tuning, generator: torch.Generator
    ) -> Step:
        eta = tuning.step_size
        noise = torch.empty_like(chains.points).normal_(generator=generator)
        noise.mul_((2 * eta * self.temperature) ** 0.5)
        drift = self.drift(chains.gradients, eta)
        proposals = (chains.points - drift).add_(noise)
        energies, gradients = energy.with_gradient(proposals)
        # y - x + drift(x) is the noise, and x - y + drift(y) is both drifts less the noise
        both = drift.add_(self.drift(gradients, eta))
        back_minus_forward = noise.mul_(-2).add_(both).mul_(both).flatten(1).sum(1)
        log_ratio = chains.energies - energies
        log_ratio.sub_(back_minus_forward, alpha=1 / (4 * eta)).div_(self.temperature)
        uniform = torch.empty_like(log_ratio).uniform_(generator=generator)
        accepted = uniform.log_() < log_ratio
        mask = accepted.view(-1, *[1] * (proposals.dim() - 1))
        acceptance = int(accepted.count_nonzero()) / max(1, len(accepted))
        moved = Chains(
            torch.where(mask, proposals, chains.points),
            torch.where(accepted, energies, chains.energies),
            torch.where(mask, gradients, chains.gradients),
        )
        if told := listener():
            drift = -self.drift(chains.gradients, eta)
            terms = r"- \eta\,\nabla E(x)", r"\sqrt{2\eta}\,\omega"
            told(Move(chains.points, proposals, drift, accepted, *terms))
        eta = adapted(eta, acceptance, self.target_acceptance, self.adaptation)
        return Step(moved, tuning.after_step(eta), acceptance)
