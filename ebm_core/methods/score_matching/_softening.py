"""Data that are softened while a run is young, for methods that see the score at the data alone."""

from abc import ABC
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Unconditional, setting
from ebm_core.methods.score_matching._learner import ScoreMatching
from ebm_core.randomness.noise import blurred

WITHOUT_NOISE = (
    "Without noise the score is learned at the images alone, a thin part of their space: "
    "chains that start elsewhere do not find them. Score matching with noise does."
)
"""What images are beyond."""


class Weighted(NamedTuple):
    """Points that count differently."""

    points: Float[Tensor, "n ..."]
    weights: Float[Tensor, " n"]
    """They sum to one."""


class SoftenedScoreMatching(ScoreMatching, Unconditional, ABC):
    """Learns from (1 - a) q + a (q * N(0, width^2)), q = p * N(0, s^2), where a and s fall to 0.

    At the data alone nothing is learned of the space between and beyond them, and mass can stay
    there unseen; a thin halo shows it. At a hard edge the Laplacian has no bound and the theorem
    does not hold; noise that fades lets steep walls come last. Both fade with the learning rate:
    s in proportion, a as its square.
    """

    halo_share: float = setting(
        0.1,
        title="Halo",
        symbol="a",
        ge=0,
        lt=1,
        live=True,
        description="Share of widely blurred data at the start of the run; 0 leaves mass far away "
        "unseen.",
    )
    halo_width: float = setting(
        2.0,
        title="Halo width",
        gt=0,
        le=100,
        live=True,
        advanced=True,
        size=1,
        description="Standard deviation of that blur, in data units.",
    )
    fading_noise: float = setting(
        0.15,
        title="Fading noise",
        symbol="s",
        ge=0,
        le=10,
        live=True,
        advanced=True,
        size=1,
        description="Standard deviation of the noise on the data at the start, in data units.",
    )

    def softened(
        self, positives: Float[Tensor, "n ..."], remaining: float, generator: torch.Generator
    ) -> Weighted:
        """The data first, then the blurred ones, a quarter as many and of the weight a together."""
        count, share = len(positives), self.halo_share * remaining**2
        if sd := self.fading_noise * remaining:
            positives = blurred(positives, sd, generator)
        if share == 0:
            return Weighted(positives, positives.new_full((count,), 1 / count))
        around = positives[: max(1, count // 4)]
        halo = blurred(around, self.halo_width, generator)
        inside = positives.new_full((count,), (1 - share) / count)
        outside = positives.new_full((len(around),), share / len(around))
        return Weighted(torch.cat([positives, halo]), torch.cat([inside, outside]))
