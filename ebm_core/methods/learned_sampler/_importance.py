"""Negatives from a learned sampler, weighted so that they stand for the energy's own samples."""

import math
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, setting
from ebm_core.evaluation.kernel_density import KernelDensity

BROAD = 3.0
"""Standard deviation of the defensive Gaussian, in the model's units."""

Estimator = Literal["corrected", "paper"]

# The fields of methods that choose between weighted negatives and their paper's.
ESTIMATOR = setting(
    "corrected",
    title="Estimator",
    live=True,
    description="corrected weights the negatives, so the energy is a density; paper does not.",
)
CENTRES = setting(
    1024,
    title="Density samples",
    ge=2,
    le=65536,
    log=True,
    advanced=True,
    description="Draws of z that make up the kernel density (corrected).",
)
DEFENSIVE_SHARE = setting(
    0.25,
    title="Defensive share",
    ge=0,
    le=0.9,
    live=True,
    advanced=True,
    description="Share of negatives from a broad Gaussian: no region is unseen (corrected).",
)


def enough_centres(centres: int, negatives: int) -> None:
    """Raises ValueError when fewer draws make up the density than are taken from it."""
    if centres < negatives:
        raise ValueError(
            f"method.centres is {centres}, fewer than method.negatives, {negatives}; choose more "
            "density samples or fewer negatives"
        )


class WeightedNegatives(NamedTuple):
    """Points of a sampler and of a broad Gaussian, and what is known there."""

    points: Float[Tensor, "m ..."]
    """The sampler's first."""
    weights: Float[Tensor, " m"]
    """exp(-E) / proposal, made to sum to one."""
    energies: Float[Tensor, " m"]
    gradients: Float[Tensor, "m ..."]
    """grad E."""
    log_density: Float[Tensor, " m"]
    """log q of the sampler."""
    score: Float[Tensor, "m ..."]
    """grad log q of the sampler."""

    @property
    def effective(self) -> Float[Tensor, ""]:
        """How many equal weights would be as good: 1 / sum of squares."""
        return 1 / self.weights.square().sum()


@torch.no_grad()
def weighted_negatives(
    energy: EnergyNetwork,
    drawn: Float[Tensor, "n ..."],
    density: KernelDensity,
    defensive: int,
    generator: torch.Generator,
) -> WeightedNegatives:
    """`drawn` from the density q and `defensive` points from a broad Gaussian, with their weights.

    The proposal is the mixture of both in these shares, so a region that the sampler has left is
    still seen, and no weight exceeds exp(-E) / (share of the Gaussian).
    """
    shape = (defensive, *drawn.shape[1:])
    far = BROAD * torch.randn(shape, generator=generator, device=drawn.device)
    points = torch.cat([drawn.detach(), far])
    energies, gradients = energy.with_gradient(points)
    log_density, score = density.evaluate(points)
    log_proposal = log_density
    if defensive:
        share = defensive / len(points)
        log_proposal = torch.logaddexp(
            log_density + math.log(1 - share), log_broad(points) + math.log(share)
        )
    weights = (-energies - log_proposal).softmax(0)
    return WeightedNegatives(points, weights, energies, gradients, log_density, score)


def log_broad(points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
    """log N(x; 0, BROAD^2 I), in nats."""
    flat = points.flatten(1)
    normaliser = flat.shape[1] * math.log(BROAD * math.sqrt(2 * math.pi))
    return -flat.square().sum(1) / (2 * BROAD**2) - normaliser
