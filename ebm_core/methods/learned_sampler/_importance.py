"""Negatives from a learned sampler, weighted so that they stand for the energy's own samples."""

import math
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, Shape, setting
from ebm_core.contracts.groups import Groups
from ebm_core.evaluation.kernel_density import KernelDensity
from ebm_core.ranks import ALONE, Ranks

BROAD = 3.0
"""Standard deviation of the broad density, in the model's units."""

FAINT = 1e-18
"""Smaller weights count as none: as denormal numbers they would make an update twice as slow."""

Estimator = Literal["corrected", "paper"]

# The fields of methods that choose between weighted negatives and their paper's.
ESTIMATOR = setting(
    "corrected",
    title="Estimator",
    live=True,
    description="corrected weights the negatives, so the energy is a density; paper does not.",
)
CENTRES = setting(
    256,
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
    """Points of a sampler and of a broad density, and what is known there."""

    points: Float[Tensor, "m ..."]
    """The sampler's first."""
    weights: Float[Tensor, " m"]
    """exp(-E) / proposal, made to sum to one; where there are several ranks, on average of them."""
    energies: Float[Tensor, " m"]
    gradients: Float[Tensor, "m ..."]
    """grad E."""
    log_density: Float[Tensor, " m"]
    """log q of the sampler."""
    score: Float[Tensor, "m ..."]
    """grad log q of the sampler."""
    effective: Float[Tensor, ""]
    """How many equal weights would be as good: 1 / sum of squares, over all ranks."""


@torch.no_grad()
def weighted_negatives(
    energy: EnergyNetwork,
    drawn: Float[Tensor, "n ..."],
    density: KernelDensity,
    broad: "Broad",
    defensive: int,
    generator: torch.Generator,
    ranks: Ranks = ALONE,
) -> WeightedNegatives:
    """`drawn` from the density q and `defensive` points from a broad one, with their weights.

    The proposal is the mixture of both in these shares, so a region that the sampler has left is
    still seen, and no weight exceeds exp(-E) / (share of the broad density).
    """
    points = torch.cat([drawn.detach(), broad.sample(defensive, generator)])
    energies, gradients = energy.with_gradient(points)
    log_density, score = density.evaluate(points)
    log_proposal = log_density
    if defensive:
        share = defensive / len(points)
        log_proposal = torch.logaddexp(
            log_density + math.log(1 - share), broad.log_density(points) + math.log(share)
        )
    log_weights = -energies - log_proposal
    weights = log_weights.softmax(0)
    if ranks.size > 1:
        # one normaliser for all, as in one batch: each rank by its own would be more biased
        shares = ranks.gathered(log_weights.logsumexp(0)).softmax(0)
        weights = ranks.size * shares[ranks.rank] * weights
    weights = weights.where(weights > FAINT, 0)
    squares = ranks.gathered(weights.square().sum()).mean(0)
    effective = ranks.size / squares
    return WeightedNegatives(points, weights, energies, gradients, log_density, score, effective)


class Broad:
    """N(0, BROAD^2 I); where the data fall into separate groups, one around each of them alike.

    Args:
        shape: Of a point.
    """

    def __init__(self, shape: Shape, device: torch.device, groups: Groups | None = None) -> None:
        centres = torch.zeros(1, *shape) if groups is None else groups.means.float()
        self.centres = centres.to(device)

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count ..."]:
        """Draws of it."""
        device, shape = self.centres.device, self.centres.shape
        points = BROAD * torch.randn((count, *shape[1:]), generator=generator, device=device)
        if len(self.centres) == 1:
            return points + self.centres
        which = torch.randint(shape[0], (count,), generator=generator, device=device)
        return points + self.centres[which]

    def log_density(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        """In nats."""
        ways = (points[:, None] - self.centres).flatten(2)
        normaliser = ways.shape[2] * math.log(BROAD * math.sqrt(2 * math.pi))
        each = -ways.square().sum(2) / (2 * BROAD**2) - normaliser
        return each.logsumexp(1) - math.log(len(self.centres))
