"""Multi-scale denoising score matching: one energy for all noise levels."""

import math
from typing import ClassVar, Literal, Self, final

import torch
from jaxtyping import Float
from pydantic import model_validator
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, Family, Recipe, Shape, Unconditional, setting
from ebm_core.contracts.phases import first, observer
from ebm_core.methods._image_recipes import IMAGE_ENERGY, IMAGE_MATCHING
from ebm_core.methods.score_matching._learner import AnnealedMatching, Objective
from ebm_core.methods.score_matching._match_phases import Denoised, tell_perturbed
from ebm_core.samplers.annealed import Annealed

PREDICTED = r"\sigma_0^2 \nabla E(\tilde{x})"
WANTED = r"- (\tilde{x} - x)"


@final
class MultiScaleDenoising(AnnealedMatching, Unconditional):
    """Denoising at random noise levels by one energy that is not told the level.

    mean |sigma0^2 grad E(x~) - (x~ - x)|^2 / (2 sigma^2) with x~ = x + sigma n: a fixed sigma0, so
    that E looks the same from every level. In many dimensions |x~ - x| betrays the level, and E is
    an energy for each shell; in the plane it does not, and exp(-E) has a temperature of its own.
    Sampling lowers T from sigma^2 / sigma0^2 to 1 and ends with a denoising step.

    Source:
        Li, Chen and Sommer (2019), equations 5 and 6, https://arxiv.org/abs/1910.07762
    """

    rank: ClassVar[int] = 34
    title: ClassVar[str] = "Multi-scale"
    summary: ClassVar[str] = "One unconditional energy, denoised from many noise levels at once."
    promises: ClassVar[Literal["density", "samples"]] = "samples"
    family: ClassVar[Family] = "score_matching"
    equation: ClassVar[str] = (
        r"L = \tfrac{1}{2} \mathbb{E}_{\sigma} \sigma^{-2}"
        rf" \lVert {PREDICTED} {WANTED} \rVert^2"
    )
    source: ClassVar[str] = "Li et al. 2019, https://arxiv.org/abs/1910.07762"
    stage_note: ClassVar[str] = "one energy for all σ from {smallest} to {largest}"

    kind: Literal["multi_scale"] = "multi_scale"
    reference: float = setting(
        0.1,
        title="Reference noise",
        symbol="σ₀",
        gt=0,
        le=10,
        log=True,
        size=1,
        description="Sets the energy's scale, in data units.",
    )
    smallest: float = setting(
        0.05,
        title="Smallest noise",
        symbol="σ_min",
        gt=0,
        le=10,
        log=True,
        live=True,
        size=1,
        description="Of the random levels, even in log σ; in data units.",
    )
    largest: float = setting(
        1.0,
        title="Largest noise",
        symbol="σ_max",
        gt=0,
        le=10,
        log=True,
        live=True,
        size=1,
        description="Of the random levels; in data units.",
    )

    @model_validator(mode="after")
    def rises(self) -> Self:
        """The range is one, and annealing leads down to the reference."""
        if not (self.smallest < self.largest and self.reference <= self.largest):
            raise ValueError(
                f"the largest noise {self.largest:g} must be above the smallest, "
                f"{self.smallest:g}, and not below the reference, {self.reference:g}"
            )
        return self

    @classmethod
    def recipe(cls, shape: Shape) -> Recipe:
        # |x|^2 / (4 sigma0^2) is what it tends to far out, where the annealed chains start
        if len(shape) == 1:
            return {
                # heated, the drift is that of the last level throughout: it takes its time
                "method": {"level_steps": 60},
                "energy": {"kind": "mlp", "confinement": 0.15},
                "optimization": {"learning_rate": 3e-3},
            }
        return {
            "method": {"smallest": 0.2, "reference": 0.2, "step_size": 0.2, "denoise": True},
            "energy": {**IMAGE_ENERGY, "confinement": 0.15},
            "optimization": IMAGE_MATCHING,
        }

    @property
    def smoothing(self) -> float:
        return 0.0

    def rise(self, shape: Shape) -> float:
        """Of |x - x~|^2 / (2 sigma0^2) at the largest noise."""
        return math.prod(shape) / 2 * (self.largest / self.reference) ** 2

    @property
    def annealing(self) -> Annealed:
        return Annealed(
            largest=self.largest,
            smallest=self.reference,
            level_steps=self.level_steps,
            step_size=self.step_size,
            denoise=True,
        )

    def objective(
        self,
        energy: EnergyNetwork,
        positives: Float[Tensor, "n ..."],
        generator: torch.Generator,
        remaining: float = 1.0,
    ) -> Objective:
        places = positives.new_empty(len(positives)).uniform_(generator=generator)
        levels = self.smallest * (self.largest / self.smallest) ** places
        sigmas = levels.view(-1, *[1] * (positives.dim() - 1))
        noise = torch.empty_like(positives).normal_(generator=generator)
        noisy = positives + sigmas * noise
        energies, gradients = energy.with_gradient(noisy)
        back = self.reference**2 / sigmas * gradients
        losses = (back - noise).square().flatten(1).sum(1) / 2
        objective = Objective(losses.mean(), energies, noise=levels, points=noisy)
        if seen := observer():
            seen.take(positives, r"\mathbb{E}_{\sigma}")
            clean, at, n, sigma = first(positives), first(noisy), first(noise), first(sigmas)
            said = f"Each gets its own σ from {seen.length(self.smallest)} to "
            said += f"{seen.length(self.largest)}."
            tell_perturbed(seen, r"\tilde{x} - x", clean, at, first(levels), said)

            def estimate() -> tuple[Tensor, Tensor]:
                _, slopes = energy.with_gradient(at)
                missed = (self.reference**2 / sigma * slopes - n).square().flatten(1).sum(1) / 2
                return at - self.reference**2 * slopes, missed

            objective.then = Denoised(seen, WANTED, PREDICTED, clean, at, estimate).tell
        return objective
