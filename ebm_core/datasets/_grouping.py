"""What lies near in given points: groups with nothing between, and the finest detail."""

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from ebm_core.contracts.groups import Groups

NEIGHBOURS, NEAR = 16, 8
"""Points are linked to some of their neighbours; the distance to a nearer one is their scale."""
LINK = 3.0
"""Two points are linked when they are at most so many times the smaller of their scales apart."""
FEWEST, SHARE = 8, 0.005
"""A group has at least so many points, and at least that share of all; fewer are stragglers."""
MOST = 20
"""More groups than this are a pattern that fills the plane."""
GAP, FEW_GAPS, DIRECTIONS = 0.5, 2, 8
"""A gap of whitened data that is worth a second look; how many alike there may be; and along how
many directions it is looked for."""
WIDTH = 0.3
"""Of a kernel around one of few points, in units of the whitened data."""
DETAIL_NEIGHBOURS, DETAIL = 0.5, 0.2
"""Kernels that fit are so wide as a share of the way to the k-th neighbour, k a multiple of
n^(2/3): measured on six densities, from 300 to 20,000 points, at least that much."""
FINEST_DETAIL = 0.01
"""No detail is taken for finer."""
WIDEN = 2.0
"""A group reaches so many times its standard deviation: the border to the next one lies free."""


def groups_in(table: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """The group of each of some whitened points, -1 for stragglers; None where all are one.

    Values that are repeated are linked once: what lies on a lattice is one group.
    """
    values, place, repeats = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    count = len(values)
    if count < 2 * FEWEST:
        return None
    from scipy.sparse import coo_matrix  # takes a tenth of a worker's start
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    distances, rows = KDTree(values).query(values, min(NEIGHBOURS, count - 1) + 1)
    width = WIDTH * count ** (-1 / 6)  # a kernel's, as a rule of thumb: what is nearer is one group
    scales = np.maximum(distances[:, min(NEAR, count - 1)], 2 * width)
    source = np.repeat(np.arange(count), rows.shape[1])
    target = rows.ravel()
    linked = distances.ravel() <= LINK * np.minimum(scales[source], scales[target])
    graph = coo_matrix((linked[linked], (source[linked], target[linked])), (count, count))
    labels = connected_components(graph, directed=False)[1]
    sizes = np.bincount(labels, weights=repeats)
    kept = np.flatnonzero(sizes >= max(FEWEST, SHARE * len(table)))
    if not 2 <= len(kept) <= MOST:
        return None
    numbers = np.full(len(sizes), -1)
    numbers[kept] = np.arange(len(kept))
    members: NDArray[np.int64] = numbers[labels][place.ravel()]
    return members


def widest_gap(table: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """The sides, 0 and 1, of the widest gap between whitened points along any of some directions;
    None where it is narrower than `GAP`, or one of many, as between ratings.

    Far groups are thin stripes when all points together are whitened: how far their ends lie out
    along the stripe then hides what lies between, and a gap across them does not.
    """
    least = max(FEWEST, round(SHARE * len(table)))
    if len(table) < 2 * least:
        return None
    found, sides = GAP, None
    for angle in np.arange(DIRECTIONS) * np.pi / DIRECTIONS:
        along = table @ np.array([np.cos(angle), np.sin(angle)])
        ordered = np.sort(along)[least - 1 : len(table) - least + 1]
        gaps = np.diff(ordered)
        lattice = (gaps > gaps.max() / 2).sum() > FEW_GAPS
        if gaps.max() > found and not lattice:
            place = int(gaps.argmax())
            found, sides = float(gaps[place]), (along > ordered[place]).astype(np.int64)
    return sides


def finest_detail(table: NDArray[np.float64]) -> float:
    """A length that whitened points can tell: about the width of kernels that fit them.

    Repeated values tell no finer one than the others around them.
    """
    table = np.unique(table, axis=0)
    count = len(table)
    near = min(count - 1, max(3, round(DETAIL_NEIGHBOURS * count ** (2 / 3))))
    some = table[np.linspace(0, count - 1, min(count, 500)).astype(int)]
    from scipy.spatial import KDTree  # takes a tenth of a worker's start

    distances, _ = KDTree(table).query(some, near + 1)
    found = max(DETAIL * float(np.median(distances[:, -1])), FINEST_DETAIL)
    return float(f"{found:.2g}")  # no more digits mean anything


def groups_of(points: Float[Tensor, "n 2"], numbers: NDArray[np.int64], least: float) -> Groups:
    """What groups there are.

    Args:
        numbers: The group of each point, as of `groups_in`.
        least: Standard deviation that each has at least.
    """
    members = [points[torch.from_numpy(numbers == one)] for one in range(numbers.max() + 1)]
    added = least**2 * torch.eye(2, dtype=torch.float64)
    spreads = torch.stack([torch.cov(some.T) + added for some in members])
    sizes = torch.tensor([len(some) for some in members], dtype=torch.float64)
    shares = sizes / sizes.sum()
    means = torch.stack([some.mean(0) for some in members])
    return Groups(shares, means, torch.linalg.inv(WIDEN**2 * spreads))
