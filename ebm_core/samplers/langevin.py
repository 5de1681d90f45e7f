"""Stochastic gradient Langevin dynamics."""

import math
from collections.abc import Mapping
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Chains, EnergyNetwork, Sampler, Step, Tuning, setting
from ebm_core.contracts.moves import Move, listener
from ebm_core.derivatives.gradient import gradient_alone


@final
class Langevin(Sampler):
    """x <- x - eta_t grad E(x) + sigma_t noise: downhill, with noise, never rejected.

    Its stationary temperature is T = sigma^2 / (2 eta) for small eta; the matched noise
    sqrt(2 eta) gives T = 1. On E = x^2 / 2 the variance is T / (1 - eta / 2) exactly. The schedule
    of Welling and Teh is eta_t = a (b + t)^-gamma, here with a = eta b^gamma, so it starts at eta.

    Source:
        Welling and Teh (2011), "Bayesian learning via stochastic gradient Langevin dynamics",
        equation 4 and section 3.
    """

    rank: ClassVar[int] = 10
    title: ClassVar[str] = "Langevin (SGLD)"
    summary: ClassVar[str] = (
        "Gradient steps with noise; no rejection, so biased for a large step size."
    )
    moves: ClassVar[Mapping[str, str]] = {
        "noise=matched": r"x \leftarrow x - \eta\,\nabla E(x) + \sqrt{2\eta}\,\omega",
        "noise=lecture": r"x \leftarrow x - \eta\,\nabla E(x) + 2\sqrt{\eta}\,\omega",
        "noise=separate": r"x \leftarrow x - \eta\,\nabla E(x) + \sigma\,\omega",
    }

    kind: Literal["langevin"] = "langevin"
    step_size: float = setting(
        0.01,
        title="Step size",
        symbol="η",
        gt=0,
        le=100,
        live=True,
        log=True,
        size=2,
        description="How far a step moves down the gradient, in data units squared.",
    )
    noise: Literal["matched", "lecture", "separate"] = setting(
        "matched",
        title="Noise",
        live=True,
        description="matched: sqrt(2 eta), T = 1. lecture: 2 sqrt(eta), T = 2. "
        "separate: the noise scale below.",
    )
    noise_scale: float = setting(
        0.1,
        title="Noise scale",
        symbol="σ",
        ge=0,
        le=100,
        live=True,
        log=True,
        size=1,
        description="Standard deviation of a step's noise when it is separate, in data units.",
    )
    schedule: Literal["constant", "welling_teh"] = setting(
        "constant",
        title="Schedule",
        description="welling_teh lets the step size decay as (1 + t / b)^-gamma.",
    )
    schedule_offset: float = setting(
        100.0,
        title="Schedule offset",
        symbol="b",
        gt=0,
        le=1e6,
        advanced=True,
        description="Steps before the decay sets in.",
    )
    schedule_exponent: float = setting(
        0.55,
        title="Schedule exponent",
        symbol="γ",
        gt=0.5,
        le=1,
        advanced=True,
        description="In (0.5, 1], so that the steps sum to infinity and their squares do not.",
    )
    drift_limit: float | None = setting(
        None,
        title="Drift limit",
        symbol="R",
        gt=0,
        le=1e6,
        live=True,
        advanced=True,
        size=1,
        description="Longest drift of a step, in data units; empty leaves steep walls their force.",
    )

    @property
    def sampled_temperature(self) -> float:
        return self.sigma(self.step_size) ** 2 / (2 * self.step_size)

    def sigma(self, step_size: float) -> float:
        """The noise's standard deviation at a step size."""
        if self.noise == "separate":
            return self.noise_scale
        return math.sqrt((2 if self.noise == "matched" else 4) * step_size)

    @property
    def terms(self) -> tuple[str, str]:
        """Drift and noise in the move above."""
        noise = {
            "matched": r"\sqrt{2\eta}\,\omega",
            "lecture": r"2\sqrt{\eta}\,\omega",
            "separate": r"\sigma\,\omega",
        }
        return r"- \eta\,\nabla E(x)", noise[self.noise]

    def start(
        self, energy: EnergyNetwork, points: Float[Tensor, "n ..."], tuning: Tuning | None = None
    ) -> tuple[Chains, Tuning]:
        return Chains(points), Tuning.of(self.step_size, tuning)

    def step(
        self, energy: EnergyNetwork, chains: Chains, tuning: Tuning, generator: torch.Generator
    ) -> Step:
        step_size = self.step_size
        if self.schedule == "welling_teh":
            step_size *= (1 + tuning.steps / self.schedule_offset) ** -self.schedule_exponent
        with torch.no_grad():
            gradients = gradient_alone(energy, chains.points)
            noise = torch.empty_like(chains.points).normal_(generator=generator)
            if self.drift_limit is not None:
                gradients = shortened(gradients, self.drift_limit / step_size)
            points = chains.points.sub(gradients, alpha=step_size)
            points.add_(noise, alpha=self.sigma(step_size))
            if told := listener():
                drift = -step_size * gradients
                told(Move(chains.points, points, drift, None, *self.terms))
        return Step(Chains(points), tuning.after_step(step_size))


def shortened(vectors: Float[Tensor, "n ..."], longest: float) -> Float[Tensor, "n ..."]:
    """The vectors, none longer than `longest`, in their own directions."""
    lengths = torch.linalg.vector_norm(vectors.flatten(1), dim=1)
    shares: Tensor = (longest / lengths).clamp_(max=1)
    return vectors * shares.view(-1, *[1] * (vectors.dim() - 1))
