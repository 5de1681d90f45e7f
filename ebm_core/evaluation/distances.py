"""Distances between samples, each beside its floor: data against other data."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Dataset

SLICED, MMD = "sliced_wasserstein", "mmd"
PROJECTIONS = 128
BANDWIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Of the MMD's kernels, in units of the median distance between data points."""


def sliced_wasserstein(
    first: Float[Tensor, "n d"], second: Float[Tensor, "m d"], generator: torch.Generator
) -> float:
    """The mean over random directions of the Wasserstein-1 distance along them, in data units."""
    both = checked(first, second)
    directions = torch.randn(both[0].shape[1], PROJECTIONS, generator=generator).double()
    directions = directions / directions.norm(dim=0)
    lines = [(points @ directions).sort(0).values for points in both]
    if len(first) != len(second):
        # quantile functions at the midpoints of as many steps as the larger sample has
        count = max(len(first), len(second))
        levels = (torch.arange(count, dtype=torch.float64) + 0.5) / count
        lines = [line[(levels * len(line)).long()] for line in lines]
    return float((lines[0] - lines[1]).abs().mean())


def maximum_mean_discrepancy(
    first: Float[Tensor, "n d"], second: Float[Tensor, "m d"], bandwidth: float
) -> float:
    """The unbiased square of the MMD for a mean of Gaussian kernels, about 0 for equal laws.

    Args:
        bandwidth: The middle kernel's, see `median_distance`.

    Source:
        Gretton et al. (2012), lemma 6, https://jmlr.org/papers/v13/gretton12a.html
    """
    one, two = checked(first, second)

    def kernels(a: Tensor, b: Tensor) -> Tensor:
        squares = torch.cdist(a, b).square()
        total = torch.zeros((), dtype=torch.float64)
        for factor in BANDWIDTHS:
            total = total + (-squares / (2 * (factor * bandwidth) ** 2)).exp().sum()
        return total / len(BANDWIDTHS)

    n, m = len(one), len(two)
    within = (kernels(one, one) - n) / (n * (n - 1)) + (kernels(two, two) - m) / (m * (m - 1))
    return (within - 2 * kernels(one, two) / (n * m)).item()


def median_distance(points: Float[Tensor, "n d"]) -> float:
    """The median distance between different points, of the first 1,000."""
    return torch.pdist(points[:1000].double()).median().item() or 1.0


class SampleDistances:
    """Both distances from samples to a dataset, in the dataset's units.

    The floors are of `count` held-out points (all of them, where there are fewer): a model is as
    good as can be told when its distances, of as many samples, are no larger. There are none where
    fewer than two points are held out.
    """

    def __init__(
        self, dataset: Dataset, count: int = 2000, seed: int = 0, only: str | None = None
    ) -> None:
        self.count = count
        self.only = only
        self.generator = torch.Generator().manual_seed(seed)
        self.data = dataset.sample(count, self.generator).flatten(1)
        self.bandwidth = median_distance(self.data)
        held_out = dataset.held_out(count, self.generator)
        floor = self.between(held_out) if len(held_out) > 1 else {}
        self.floor = {f"{name}_floor": value for name, value in floor.items()}

    def __call__(self, samples: Float[Tensor, "n ..."]) -> dict[str, float]:
        """`sliced_wasserstein` and `mmd` (its unbiased square), or only one of them, and each with
        `_floor`."""
        return self.between(samples) | self.floor

    def between(self, samples: Float[Tensor, "n ..."]) -> dict[str, float]:
        """The distances alone; the same directions each time."""
        flat = samples.flatten(1).cpu()
        directions = torch.Generator().manual_seed(self.generator.initial_seed())
        measures: dict[str, Callable[[], float]] = {
            SLICED: lambda: sliced_wasserstein(flat, self.data, directions),
            MMD: lambda: maximum_mean_discrepancy(flat, self.data, self.bandwidth),
        }
        return {name: measure() for name, measure in measures.items() if self.only in (None, name)}


def checked(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Both in float64.

    Raises:
        ValueError: They cannot be compared.
    """
    for points in (first, second):
        if points.ndim != 2 or len(points) < 2 or points.shape[1] != first.shape[1]:
            raise ValueError(
                f"samples of shapes {tuple(first.shape)} and {tuple(second.shape)} cannot be "
                "compared; both must be (n, d) with the same d and at least two rows"
            )
        if not math.isfinite(points.double().sum().item()):
            raise ValueError("a sample is not finite; the chains have diverged: use smaller steps")
    return first.double(), second.double()
