"""Groups of points with nothing between: what no chain crosses and no score sees."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor


class Groups(NamedTuple):
    """A Gaussian for each group, in the model's units, in double precision."""

    shares: Float[Tensor, " k"]
    """Of the points in the groups."""
    means: Float[Tensor, "k 2"]
    precisions: Float[Tensor, "k 2 2"]

    def log_odds(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, "n k"]:
        """log of share times N(x; mean, covariance) up to a constant, for each group."""
        squares = self.squared_distances(points)
        return self.shares.log() + torch.logdet(self.precisions) / 2 - squares / 2

    def squared_distances(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, "n k"]:
        """In standard deviations of each group, squared (Mahalanobis)."""
        ways = points[:, None] - self.means
        return torch.einsum("nki,kij,nkj->nk", ways, self.precisions, ways)

    @property
    def separation(self) -> float:
        """The longest way from one mean to another, in widths of the narrower group in that
        direction, which are two standard deviations."""
        return float(self.squared_distances(self.means).max().sqrt())

    def belonging(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, "n k"]:
        """How far each point belongs to each group; smooth, and in all one."""
        return torch.softmax(self.log_odds(points), 1)

    def to(self, device: torch.device, dtype: torch.dtype = torch.float64) -> "Groups":
        """The same on a device."""
        return Groups(*(part.to(device, dtype) for part in self))
