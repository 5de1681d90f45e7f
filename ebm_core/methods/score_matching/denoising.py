"""Denoising score matching."""

from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, Family, Recipe, Shape, setting
from ebm_core.contracts.phases import observer
from ebm_core.methods._image_recipes import IMAGE_ENERGY, IMAGE_MATCHING
from ebm_core.methods.score_matching._learner import Objective
from ebm_core.methods.score_matching._match_phases import (
    Denoised,
    rows_shown,
    tell_perturbed,
    tell_softened,
)
from ebm_core.methods.score_matching._softening import SoftenedScoreMatching
from ebm_core.samplers.annealed import Annealed

WALK_STEP = 0.5
"""The variance of a walking step's noise, as a share of the perturbation's."""
PREDICTED = r"\sigma \nabla E(x + \sigma n)"


@final
class DenoisingScoreMatching(SoftenedScoreMatching):
    """Fits the score at x + sigma n to the way back: mean |sigma grad E(x + sigma n) - n|^2 / 2.

    It estimates p convolved with N(0, sigma^2), so it is compared with that density. The data are
    softened while the run is young, see `SoftenedScoreMatching`.

    Every second point of a batch is perturbed both ways, by n and by -n: as many evaluations, and
    the part of the gradient's variance that grows as 1 / sigma^2 is gone.

    Source:
        Vincent (2011), section 4.3, https://doi.org/10.1162/NECO_a_00142; both ways: antithetic
        variates, Hammersley and Morton (1956), https://doi.org/10.1017/S0305004100031455
    """

    rank: ClassVar[int] = 32
    title: ClassVar[str] = "Denoising"
    summary: ClassVar[str] = (
        "Perturb the data and learn the direction back; no sampling, no second derivative."
    )
    family: ClassVar[Family] = "score_matching"
    equation: ClassVar[str] = rf"L = \tfrac{{1}}{{2}} \mathbb{{E}} \lVert {PREDICTED} - n \rVert^2"
    source: ClassVar[str] = "Vincent 2011, https://doi.org/10.1162/NECO_a_00142"
    stage_note: ClassVar[str] = "of data blurred by σ {noise_level}"

    kind: Literal["denoising"] = "denoising"
    noise_level: float = setting(
        0.1,
        title="Noise level",
        symbol="σ",
        gt=0,
        le=10,
        live=True,
        log=True,
        size=1,
        fine=True,
        description="Standard deviation of the perturbation, in data units.",
    )
    walk_steps: int | None = setting(
        None,
        title="Walk",
        ge=1,
        le=100_000,
        advanced=True,
        description="Langevin steps from noise, after which one step jumps to the mean of what the "
        "noise was added to: so images are drawn (Saremi and Hyvarinen 2019, section 3, "
        "https://arxiv.org/abs/1903.02334). Empty draws from the blurred density itself.",
    )

    @classmethod
    def recipe(cls, shape: Shape) -> Recipe:
        if len(shape) == 1:
            return {"optimization": {"learning_rate": 3e-3}}
        return {
            "method": {
                "noise_level": 0.3,
                "walk_steps": 300,
                "halo_share": 0.0,
                "fading_noise": 0.0,
            },
            "energy": IMAGE_ENERGY,
            "optimization": IMAGE_MATCHING,
        }

    @property
    def smoothing(self) -> float:
        return self.noise_level

    @property
    def annealing(self) -> Annealed | None:
        if self.walk_steps is None:
            return None
        sigma = self.noise_level
        return Annealed(
            largest=sigma,
            smallest=sigma,
            levels=1,
            level_steps=self.walk_steps,
            step_size=WALK_STEP,
            denoise=True,
        )

    def objective(
        self,
        energy: EnergyNetwork,
        positives: Float[Tensor, "n ..."],
        generator: torch.Generator,
        remaining: float = 1.0,
    ) -> Objective:
        sigma = self.noise_level
        softened = self.softened(positives, remaining, generator)
        points, weights = softened
        points, weights = points[::2], weights[::2] / weights[::2].sum()
        noise = torch.empty_like(points).normal_(generator=generator)
        noise = torch.cat([noise, -noise])
        noisy = torch.cat([points, points]) + sigma * noise
        energies, gradients = energy.with_gradient(noisy)
        # sigma stays outside, so that a small one does not blow the loss up
        losses = (sigma * gradients - noise).square().flatten(1).sum(1) / 2
        weights = torch.cat([weights, weights]) / 2
        data = (len(positives) + 1) // 2
        objective = Objective(weights @ losses, energies[:data], noise=sigma, points=noisy)
        if seen := observer():
            rows = rows_shown(len(positives), len(softened.points), apart=2)
            tell_softened(seen, r"\mathbb{E}", positives, softened.points, rows)
            both = torch.cat([rows // 2, rows // 2 + len(points)])
            at, n, clean = noisy[both], noise[both], torch.cat([softened.points[rows]] * 2)
            said = f"Noise of σ {seen.length(sigma)} on each, both ways."
            tell_perturbed(seen, r"x + \sigma n", clean, at, None, said)

            def estimate() -> tuple[Tensor, Tensor]:
                _, slopes = energy.with_gradient(at)
                missed = (sigma * slopes - n).square().flatten(1).sum(1) / 2
                return at - sigma**2 * slopes, missed

            objective.then = Denoised(seen, "- n", PREDICTED, clean, at, estimate).tell
        return objective
