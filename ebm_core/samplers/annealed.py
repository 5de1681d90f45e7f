"""Langevin dynamics through falling noise levels."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self, final

import torch
from jaxtyping import Float
from pydantic import model_validator
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.chains.schedules import steps_behind
from ebm_core.contracts import Chains, EnergyNetwork, Sampler, Step, Tuning, setting
from ebm_core.contracts.moves import Move, listener
from ebm_core.networks.noise_conditioning import annealed_gradient


@final
class Annealed(Sampler):
    """x <- x - (a / 2) grad E(x, sigma) + sqrt(a) noise with a = eps sigma^2, as sigma falls.

    Each chain passes the levels by its own age, then stays at the last one. Without a level in it,
    E(x) stands for every level at the temperature T = (sigma / last sigma)^2: the same noise, and
    the drift of the last level throughout.

    Source:
        Song and Ermon (2019), algorithm 1, https://arxiv.org/abs/1907.05600
    """

    rank: ClassVar[int] = 20
    title: ClassVar[str] = "Annealed Langevin"
    summary: ClassVar[str] = "Starts at a large noise level and lowers it, from noise to samples."
    moves: ClassVar[Mapping[str, str]] = {
        "": r"x \leftarrow x - \tfrac{a}{2}\,\nabla E(x, \sigma_i) + \sqrt{a}\,\omega,"
        r" \; a = \epsilon\,\sigma_i^2"
    }

    stationary: ClassVar[bool] = False

    kind: Literal["annealed"] = "annealed"
    largest: float = setting(
        3.0,
        title="First noise level",
        symbol="σ₁",
        gt=0,
        le=1000,
        log=True,
        size=1,
        description="Where a chain starts, in data units.",
    )
    smallest: float = setting(
        0.1,
        title="Last noise level",
        symbol="σ_L",
        gt=0,
        le=1000,
        log=True,
        size=1,
        description="Where it ends, in data units.",
    )
    levels: int = setting(
        10, title="Noise levels", symbol="L", ge=1, le=1000, description="Evenly apart in log σ."
    )
    level_steps: int = setting(
        20, title="Steps a level", ge=1, le=10_000, description="Steps at each noise level."
    )
    step_size: float = setting(
        0.2,
        title="Step size",
        symbol="ε",
        gt=0,
        le=10,
        live=True,
        log=True,
        description="A step's noise has the variance ε σ².",
    )
    denoise: bool = setting(
        False,
        title="Denoise",
        advanced=True,
        description="Ends the way with one step to the mean of what the noise was added to.",
    )

    @model_validator(mode="after")
    def falls(self) -> Self:
        """The levels fall."""
        if self.smallest > self.largest:
            raise ValueError(
                f"the last noise level {self.smallest:g} is above the first one, {self.largest:g}; "
                "swap them"
            )
        return self

    @property
    def sampled_temperature(self) -> float:
        return 1.0

    @property
    def length(self) -> int:
        """Steps from the first level to the end."""
        return self.levels * self.level_steps + self.denoise

    def levels_at(self, ages: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
        """sigma for chains that have made so many steps."""
        place = (ages // self.level_steps).clamp(max=self.levels - 1) / max(1, self.levels - 1)
        return self.largest * (self.smallest / self.largest) ** place

    def start(
        self, energy: EnergyNetwork, points: Float[Tensor, "n ..."], tuning: Tuning | None = None
    ) -> tuple[Chains, Tuning]:
        return Chains(points), Tuning.of(self.step_size, tuning)

    @torch.no_grad()
    def step(
        self, energy: EnergyNetwork, chains: Chains, tuning: Tuning, generator: torch.Generator
    ) -> Step:
        points = chains.points
        ages = chains.ages
        if ages is None:
            ages = points.new_full((len(points),), tuning.steps)
        levels = self.levels_at(ages)
        gradients = annealed_gradient(energy, points, levels, self.smallest)
        variance = (self.step_size * levels.square()).view(-1, *[1] * (points.dim() - 1))
        noise = torch.empty_like(points).normal_(generator=generator)
        moved = noise.mul_(variance.sqrt()).addcmul_(variance, gradients, value=-0.5).add_(points)
        ending = None
        if self.denoise:
            ending = (ages == self.length - 1).view_as(variance)
            moved = torch.where(ending, points - self.smallest**2 * gradients, moved)
        if told := listener():
            drift = variance * gradients * -0.5
            if ending is not None:
                drift = torch.where(ending, moved - points, drift)
            terms = r"- \tfrac{a}{2}\,\nabla E(x, \sigma_i)", r"\sqrt{a}\,\omega"
            told(Move(points, moved, drift, None, *terms))
        least = self.step_size * self.smallest**2
        return Step(Chains(moved, ages=ages + 1), tuning.after_step(least))

    def run(
        self, energy: EnergyNetwork, points: Float[Tensor, "n ..."], generator: torch.Generator
    ) -> Float[Tensor, "n ..."]:
        """The whole way from `points`."""
        return run(self, energy, points, self.length, generator).points


@steps_behind.register
def levels_behind(sampler: Annealed, noise: float) -> int:
    """The steps at levels above the noise; all but those of the last level at the most."""
    ages = torch.arange(sampler.levels) * float(sampler.level_steps)
    above = int((sampler.levels_at(ages) > noise).sum())
    return min(above, sampler.levels - 1) * sampler.level_steps
