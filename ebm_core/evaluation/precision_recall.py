"""Precision and recall of samples: how many are like the data, and how much of the data is met."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

NEIGHBOURS = 3


class PrecisionRecall(NamedTuple):
    """Both are shares, from 0 to 1."""

    precision: float
    """Of samples that lie in the data's manifold."""
    recall: float
    """Of data that lie in the samples' manifold."""


def precision_and_recall(
    data: Float[Tensor, "n d"], samples: Float[Tensor, "m d"], neighbours: int = NEIGHBOURS
) -> PrecisionRecall:
    """Of features. The manifold of a set is all that lies nearer to one of its points than that
    point's `neighbours`-th neighbour in the set; sets of one size are compared best.

    Raises:
        ValueError: A set has no more points than neighbours are asked for.

    Source:
        Kynkaanniemi et al. (2019), section 2, https://arxiv.org/abs/1904.06991
    """
    for name, points in (("data", data), ("samples", samples)):
        if len(points) <= neighbours:
            raise ValueError(
                f"there are {len(points)} {name}; more than {neighbours} neighbours are needed"
            )
    return PrecisionRecall(
        within(samples, data, neighbours).double().mean().item(),
        within(data, samples, neighbours).double().mean().item(),
    )


def within(
    points: Float[Tensor, "n d"], of: Float[Tensor, "m d"], neighbours: int
) -> Bool[Tensor, " n"]:
    """Whether each point lies in the manifold of others."""
    # itself is the nearest, at distance zero
    radii = torch.cdist(of, of).kthvalue(neighbours + 1, dim=1).values
    return (torch.cdist(points, of) <= radii).any(1)
