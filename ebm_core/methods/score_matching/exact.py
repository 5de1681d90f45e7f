"""Exact score matching."""

import math
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, Family, Learner, Recipe, Shape, Task
from ebm_core.contracts.phases import observer
from ebm_core.derivatives.second_order import second_order, unit_directions
from ebm_core.methods._image_recipes import IMAGE_ENERGY
from ebm_core.methods.score_matching._learner import Objective
from ebm_core.methods.score_matching._match_phases import Curved, rows_shown, tell_softened
from ebm_core.methods.score_matching._softening import WITHOUT_NOISE, SoftenedScoreMatching
from ebm_core.samplers.annealed import Annealed

SLOPE = r"\tfrac{1}{2} \lVert \nabla E \rVert^2"
LAPLACIAN = r"- \nabla^2 E"
MOST = 256
"""Numbers of a point, each of which costs a forward derivative: 784 take 3 s an update."""


@final
class ExactScoreMatching(SoftenedScoreMatching):
    """Minimises mean |grad E|^2 / 2 - laplacian E over the data: no sampling, no noise.

    It is the Fisher divergence but for a constant, where p(x) E(x) vanishes at the edges; a hard
    edge breaks that. The Laplacian costs as many forward derivatives as a point has entries.
    The data are softened while the run is young, see `SoftenedScoreMatching`.

    Source:
        Hyvarinen (2005), theorem 1, https://jmlr.org/papers/v6/hyvarinen05a.html
    """

    rank: ClassVar[int] = 30
    title: ClassVar[str] = "Exact"
    summary: ClassVar[str] = "Matches the score at the data by the Laplacian of the energy."
    family: ClassVar[Family] = "score_matching"
    equation: ClassVar[str] = rf"L = \mathbb{{E}}\left[{SLOPE} {LAPLACIAN}\right]"
    source: ClassVar[str] = "Hyvärinen 2005, https://jmlr.org/papers/v6/hyvarinen05a.html"
    image_note: ClassVar[str] = WITHOUT_NOISE

    kind: Literal["exact"] = "exact"

    @classmethod
    def recipe(cls, shape: Shape) -> Recipe:
        if len(shape) == 1:
            return {"optimization": {"learning_rate": 6e-3}}
        return {
            "method": {"halo_share": 0.0, "fading_noise": 0.0},
            "energy": IMAGE_ENERGY,
            "optimization": {"learning_rate": 1e-3, "batch_size": 64},
        }

    @property
    def smoothing(self) -> float:
        return 0.0

    @property
    def annealing(self) -> Annealed | None:
        return None

    def learner(self, task: Task) -> Learner:
        """Raises ValueError for points of so many numbers that an update would take seconds."""
        if (size := math.prod(task.shape)) > MOST:
            raise ValueError(
                f"method 'exact' takes a second derivative along each of a point's {size} numbers, "
                f"and up to {MOST} are sensible; choose 'sliced' or 'denoising'"
            )
        return super().learner(task)

    def objective(
        self,
        energy: EnergyNetwork,
        positives: Float[Tensor, "n ..."],
        generator: torch.Generator,
        remaining: float = 1.0,
    ) -> Objective:
        points, weights = self.softened(positives, remaining, generator)
        energies, gradient, laplacian = second_order(energy, points, unit_directions(points))
        losses = gradient.square().sum(0) / 2 - laplacian
        objective = Objective(weights @ losses, energies[: len(positives)], points=points)
        if seen := observer():
            rows = rows_shown(len(positives), len(points))
            tell_softened(seen, r"\mathbb{E}", positives, points, rows)
            at = points[rows]

            def measure() -> tuple[Tensor, Tensor, Tensor]:
                _, gradient, laplacian = second_order(energy, at, unit_directions(at))
                return gradient.T.reshape(at.shape), gradient.square().sum(0), laplacian

            objective.then = Curved(seen, SLOPE, LAPLACIAN, at, measure, "Laplacian").tell
        return objective
