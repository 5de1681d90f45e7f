"""Score matching at many noise levels with one conditional energy (NCSN)."""

import math
from collections.abc import Mapping
from typing import ClassVar, Literal, Self, final

import torch
from jaxtyping import Float
from pydantic import model_validator
from torch import Tensor

from ebm_core.contracts import (
    Energy,
    EnergyNetwork,
    Family,
    Learner,
    Recipe,
    Shape,
    Task,
    setting,
)
from ebm_core.contracts.phases import observer
from ebm_core.methods._image_recipes import IMAGE_ENERGY, IMAGE_MATCHING
from ebm_core.methods.score_matching._far_field import COUNT
from ebm_core.methods.score_matching._learner import AnnealedMatching, Objective
from ebm_core.methods.score_matching._match_phases import (
    Denoised,
    rows_shown,
    tell_perturbed,
    tell_softened,
)
from ebm_core.networks.noise_conditioning import NoiseConditional
from ebm_core.samplers.annealed import Annealed

PREDICTED = r"\sigma \nabla E(x + \sigma n, \sigma)"


@final
class NoiseConditionalScoreMatching(AnnealedMatching):
    """Denoising at levels from large to small, by one energy E(x, sigma) that is told the level.

    mean |sigma grad E(x + sigma n, sigma) - n|^2 / 2 over levels evenly apart in log sigma; small
    ones are harder and are drawn more often (the place in the row is u^2, u uniform). The large
    levels join the modes and give them their weights; sampling follows them down. What is shown and
    evaluated is E(., sigma) at one level, against p convolved with N(0, sigma^2).

    Source:
        Song and Ermon (2019), sections 4.2 and 4.3, https://arxiv.org/abs/1907.05600
    """

    rank: ClassVar[int] = 33
    title: ClassVar[str] = "Noise-conditional"
    summary: ClassVar[str] = "One energy for many noise levels, sampled from the largest down."
    family: ClassVar[Family] = "score_matching"
    equation: ClassVar[str] = (
        r"L = \tfrac{1}{2} \mathbb{E}_{\sigma}"
        rf" \lVert {PREDICTED} - n \rVert^2"
    )
    source: ClassVar[str] = "Song and Ermon 2019, https://arxiv.org/abs/1907.05600"
    stage_note: ClassVar[str] = "E(x, σ) at σ {smoothing}, level {shown_level} of {levels}"
    series: ClassVar[Mapping[str, str]] = {"level_losses": "Loss at each noise level"}

    kind: Literal["noise_conditional"] = "noise_conditional"
    largest: float = setting(
        3.0,
        title="Largest noise",
        symbol="σ₁",
        gt=0,
        le=1000,
        log=True,
        size=1,
        description="As wide as the data, so that the modes become one; in data units.",
    )
    smallest: float = setting(
        0.1,
        title="Smallest noise",
        symbol="σ_L",
        gt=0,
        le=1000,
        log=True,
        size=1,
        fine=True,
        description="Small beside the finest detail; in data units.",
    )
    levels: int = setting(
        10, title="Noise levels", symbol="L", ge=2, le=1000, description="Evenly apart in log σ."
    )
    confinement: float | None = setting(
        3.0,
        title="Confinement b",
        gt=0,
        le=1000,
        advanced=True,
        size=1,
        description="Adds |x|² / (2 (b² + σ²)) so that Z exists at every level; in data units, and "
        "wider where separate groups lie farther out. "
        "Leave the energy's own empty: it would grow as 1 / σ.",
    )
    shown_level: int = setting(
        1,
        title="Shown level",
        ge=1,
        le=1000,
        live=True,
        description="Which level is shown and evaluated: 1 is the smallest.",
    )

    @model_validator(mode="after")
    def fits(self) -> Self:
        """The levels fall, and the shown one is one of them."""
        if self.smallest >= self.largest:
            raise ValueError(
                f"the smallest noise {self.smallest:g} is not below the largest, {self.largest:g}"
            )
        if self.shown_level > self.levels:
            raise ValueError(f"shown_level is {self.shown_level}, but levels is {self.levels}")
        return self

    @classmethod
    def recipe(cls, shape: Shape) -> Recipe:
        if len(shape) == 1:
            return {
                "energy": {"kind": "mlp", "confinement": None},
                "optimization": {"learning_rate": 8e-3},
            }
        return {
            "method": {"largest": 1.5, "confinement": None, "denoise": True},
            "energy": IMAGE_ENERGY,
            "optimization": IMAGE_MATCHING,
        }

    @property
    def smoothing(self) -> float:
        return float(self.noise_levels()[self.shown_level - 1])

    @property
    def annealing(self) -> Annealed:
        return Annealed(
            largest=self.largest,
            smallest=self.smallest,
            levels=self.levels,
            level_steps=self.level_steps,
            step_size=self.step_size,
            denoise=self.denoise,
        )

    def noise_levels(self) -> Float[Tensor, " levels"]:
        """Every sigma, from the smallest up."""
        places = torch.arange(self.levels) / (self.levels - 1)
        return self.smallest * (self.largest / self.smallest) ** places

    def network(self, energy: Energy, shape: Shape) -> NoiseConditional:
        return NoiseConditional(energy, shape, self.smallest, self.confinement)

    def learner(self, task: Task) -> Learner:
        """Where the data fall into separate groups, b reaches the farthest of them."""
        network = conditional(task.energy)
        if task.groups is not None and network.confinement is not None:
            reach = float(task.groups.means.norm(dim=1).max())
            network.confinement = math.hypot(network.confinement, reach)
        return super().learner(task)

    def shown(self, network: EnergyNetwork) -> EnergyNetwork:
        return conditional(network).at(self.smoothing)

    def objective(
        self,
        energy: EnergyNetwork,
        positives: Float[Tensor, "n ..."],
        generator: torch.Generator,
        remaining: float = 1.0,
    ) -> Objective:
        points = positives[::2]  # each is perturbed both ways, see `DenoisingScoreMatching`
        sigmas = self.noise_levels().to(positives)
        places = points.new_empty(len(points)).uniform_(generator=generator)
        which = (places.square() * self.levels).long().clamp(max=self.levels - 1).repeat(2)
        noise = torch.empty_like(points).normal_(generator=generator)
        noise = torch.cat([noise, -noise])
        at_points = sigmas[which].view(-1, *[1] * (points.dim() - 1))
        noisy = torch.cat([points, points]) + at_points * noise
        energies, gradients = conditional(energy).at(sigmas[which]).with_gradient(noisy)
        losses = (at_points * gradients - noise).square().flatten(1).sum(1) / 2
        with torch.no_grad():
            counts = torch.zeros_like(sigmas).index_add_(0, which, torch.ones_like(losses))
            sums = torch.zeros_like(sigmas).index_add_(0, which, losses)
        series = {"noise_levels": sigmas, "level_losses": sums / counts}
        far = conditional(energy).at(sigmas[which[:COUNT]])
        objective = Objective(
            losses.mean(), energies, None, far, sigmas[which], noisy, series=series
        )
        if seen := observer():
            rows = rows_shown(len(positives), len(positives), apart=2)
            tell_softened(seen, r"\mathbb{E}_{\sigma}", positives, positives, rows)
            both = torch.cat([rows // 2, rows // 2 + len(points)])
            clean, at, n = torch.cat([positives[rows]] * 2), noisy[both], noise[both]
            levels, sigma = sigmas[which][both], at_points[both]
            said = f"Each gets a noise level of its own of {self.levels}, both ways."
            tell_perturbed(seen, r"\mathbb{E}_{\sigma}", clean, at, levels, said)
            leveled = conditional(energy).at(levels)

            def estimate() -> tuple[Tensor, Tensor]:
                _, slopes = leveled.with_gradient(at)
                missed = (sigma * slopes - n).square().flatten(1).sum(1) / 2
                return at - sigma**2 * slopes, missed

            objective.then = Denoised(seen, "- n", PREDICTED, clean, at, estimate).tell
        return objective


def conditional(network: EnergyNetwork) -> NoiseConditional:
    """The network as what `network` above made it.

    Raises:
        TypeError: It is another.
    """
    if not isinstance(network, NoiseConditional):
        raise TypeError(f"{type(network).__name__} takes no noise level; wrap it: NoiseConditional")
    return network
