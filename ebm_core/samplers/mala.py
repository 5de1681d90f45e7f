"""The Metropolis-adjusted Langevin algorithm."""

from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.adaptation import adapted, carried_step_size
from ebm_core.contracts import Chains, EnergyNetwork, Sampler, setting


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

    kind: Literal["mala"] = "mala"
    step_size: float = setting(
        0.05,
        title="Step size",
        symbol="η",
        gt=0,
        le=100,
        live=True,
        log=True,
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
        self, energy: EnergyNetwork, points: Float[Tensor, "n ..."], like: Chains | None = None
    ) -> Chains:
        with torch.no_grad():
            energies, gradients = energy.with_gradient(points)
        step_size = carried_step_size(self.step_size, like)
        steps = like.steps if like else 0
        return Chains(points, energies, gradients, self.step_size, step_size, steps)

    def drift(self, gradients: Tensor, step_size: float) -> Tensor:
        """eta grad E, no longer than the limit."""
        flat = gradients.flatten(1)
        lengths = torch.linalg.vector_norm(flat, dim=1, keepdim=True) * step_size
        shares = (self.drift_limit / lengths.clamp(min=1e-30)).clamp(max=1.0)
        cut: Tensor = flat * (step_size * shares)
        return cut.view_as(gradients)

    @torch.no_grad()
    def step(self, energy: EnergyNetwork, chains: Chains, generator: torch.Generator) -> Chains:
        eta = carried_step_size(self.step_size, chains)
        spread = (2 * eta * self.temperature) ** 0.5
        noise = torch.empty_like(chains.points).normal_(generator=generator).mul_(spread)
        mean = chains.points - self.drift(chains.gradients, eta)
        proposals = mean + noise
        energies, gradients = energy.with_gradient(proposals)
        back = chains.points - proposals + self.drift(gradients, eta)
        forward_minus_back = noise.square().flatten(1).sum(1) - back.square().flatten(1).sum(1)
        log_ratio = (chains.energies - energies + forward_minus_back / (4 * eta)) / self.temperature
        uniform = torch.empty_like(log_ratio).uniform_(generator=generator)
        accepted = uniform.log() < log_ratio
        mask = accepted.view(-1, *[1] * (proposals.dim() - 1))
        acceptance = float(accepted.float().mean())
        return Chains(
            torch.where(mask, proposals, chains.points),
            torch.where(accepted, energies, chains.energies),
            torch.where(mask, gradients, chains.gradients),
            self.step_size,
            adapted(eta, acceptance, self.target_acceptance, self.adaptation),
            chains.steps + 1,
            acceptance,
        )
