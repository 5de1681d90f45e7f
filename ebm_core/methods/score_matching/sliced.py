"""Sliced score matching."""

from collections.abc import Callable
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, Family, Recipe, Shape, setting
from ebm_core.contracts.phases import Phases, observer
from ebm_core.derivatives.second_order import second_order
from ebm_core.methods._image_recipes import IMAGE_ENERGY
from ebm_core.methods.score_matching._learner import Objective
from ebm_core.methods.score_matching._match_phases import Curved, rows_shown, tell_softened
from ebm_core.methods.score_matching._softening import WITHOUT_NOISE, SoftenedScoreMatching
from ebm_core.samplers.annealed import Annealed

SLOPE = r"\tfrac{1}{2} \lVert \nabla E \rVert^2"
CURVATURE = r"- v^\top \nabla^2 E \, v"


@final
class SlicedScoreMatching(SoftenedScoreMatching):
    """Score matching along random directions v with mean v v' = I: one v' H v for the Laplacian.

    - variance-reduced: |grad E|^2 / 2 - v' H v. Only the second derivative is estimated.
    - plain: (v . grad E)^2 / 2 - v' H v. Both are.

    The data are softened while the run is young, see `SoftenedScoreMatching`.

    Source:
        Song, Garg, Shi and Ermon (2019), equations 7 and 8, https://arxiv.org/abs/1905.07088
    """

    rank: ClassVar[int] = 31
    title: ClassVar[str] = "Sliced"
    summary: ClassVar[str] = "Matches the score along random directions: cheap in many dimensions."
    family: ClassVar[Family] = "score_matching"
    equation: ClassVar[str] = rf"L = \mathbb{{E}}\left[{SLOPE} {CURVATURE}\right]"
    source: ClassVar[str] = "Song et al. 2019, https://arxiv.org/abs/1905.07088"

    image_note: ClassVar[str] = WITHOUT_NOISE

    kind: Literal["sliced"] = "sliced"
    estimator: Literal["variance_reduced", "plain"] = setting(
        "variance_reduced",
        title="Estimator",
        live=True,
        description="variance_reduced keeps the first term exact; plain slices both terms.",
    )
    directions: Literal["rademacher", "gaussian", "sphere"] = setting(
        "rademacher",
        title="Directions",
        live=True,
        description="rademacher: entries +1 or -1; gaussian: N(0, I); sphere: of length sqrt(d).",
    )
    slices: int = setting(
        1,
        title="Slices",
        ge=1,
        le=64,
        live=True,
        description="Directions for each point at each update.",
    )

    @classmethod
    def recipe(cls, shape: Shape) -> Recipe:
        if len(shape) == 1:
            return {"optimization": {"learning_rate": 6e-3}}
        return {
            "method": {"halo_share": 0.0, "fading_noise": 0.0},
            "energy": IMAGE_ENERGY,
            "optimization": {"learning_rate": 1e-3},
        }

    @property
    def smoothing(self) -> float:
        return 0.0

    @property
    def annealing(self) -> Annealed | None:
        return None

    def draw(
        self, points: Float[Tensor, "n ..."], generator: torch.Generator
    ) -> Float[Tensor, "s n ..."]:
        """Random directions with mean v v' = I, shaped as the points."""
        v: Tensor = points.new_empty(self.slices, *points.shape).normal_(generator=generator)
        if self.directions == "rademacher":
            return v.sign()
        if self.directions == "sphere":
            lengths: Tensor = v.flatten(2).norm(dim=2) / points[0].numel() ** 0.5
            return v / lengths.view(*v.shape[:2], *[1] * (v.dim() - 2))
        return v

    def objective(
        self,
        energy: EnergyNetwork,
        positives: Float[Tensor, "n ..."],
        generator: torch.Generator,
        remaining: float = 1.0,
    ) -> Objective:
        points, weights = self.softened(positives, remaining, generator)
        v = self.draw(points, generator)
        then = None
        if seen := observer():
            then = self.slices_in_phases(seen, energy, positives, points, v)
        if self.estimator == "plain":
            energies, slopes, curvature = second_order(energy, points, v)
            loss = weights @ (slopes.square().sum(0) / 2 - curvature) / self.slices
            return Objective(loss, energies[: len(positives)], points=points, then=then)
        with torch.no_grad():
            _, gradient = energy.with_gradient(points)
        # |grad E|^2 / 2 has the gradient grad E . d(grad E) by the weights: a bend of the path
        # along -grad E adds that to the curvature, at no cost
        energies, _, bent = second_order(energy, points, v, -self.slices * gradient)
        surrogate = -(weights @ bent) / self.slices
        loss = surrogate.detach() - weights @ gradient.square().flatten(1).sum(1) / 2
        return Objective(loss, energies[: len(positives)], surrogate, points=points, then=then)

    def slices_in_phases(
        self,
        phases: Phases,
        energy: EnergyNetwork,
        positives: Float[Tensor, "n ..."],
        points: Float[Tensor, "m ..."],
        v: Float[Tensor, "s m ..."],
    ) -> Callable[[], None]:
        """Tells the phases before the step; gives what tells the last one."""
        rows = rows_shown(len(positives), len(points))
        tell_softened(phases, r"\mathbb{E}", positives, points, rows)
        at, along = points[rows], v[:, rows]

        def measure() -> tuple[Tensor, Tensor, Tensor]:
            _, slopes, curvature = second_order(energy, at, along)
            _, gradient = energy.with_gradient(at)
            plain = self.estimator == "plain"
            squares = slopes.square().mean(0) if plain else gradient.square().flatten(1).sum(1)
            return gradient, squares, curvature / self.slices

        name = "curvature along v"
        return Curved(phases, SLOPE, CURVATURE, at, measure, name, along[0]).tell
