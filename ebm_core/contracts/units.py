"""From the data's own units to the model's: an affine map."""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Units:
    """model = (point - center) W', on the last axis of points; the identity where W is None."""

    center: tuple[float, ...] = ()
    matrix: Matrix | None = None
    """W: what whitens the data."""

    @cached_property
    def _arrays(self) -> tuple[Tensor, Tensor, Tensor]:
        matrix = torch.tensor(self.matrix, dtype=torch.float64)
        return torch.tensor(self.center, dtype=torch.float64), matrix, torch.linalg.inv(matrix)

    @property
    def log_volume(self) -> float:
        """What a volume of 1 in the model's units is in the data's, as a logarithm: the term that
        takes a log density from the model's units to the data's is its negative."""
        if self.matrix is None:
            return 0.0
        return -float(torch.linalg.slogdet(self._arrays[1]).logabsdet)

    @property
    def scale(self) -> float:
        """What a length of 1 in the model's units is in the data's: the geometric mean over the
        directions, where they differ."""
        return 1.0 if self.matrix is None else math.exp(self.log_volume / len(self.matrix))

    def to_model(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n ..."]:
        """float32, with the graph."""
        if self.matrix is None:
            return points.float()
        center, matrix, _ = (array.to(points.device) for array in self._arrays)
        return ((points.double() - center) @ matrix.T).float()

    def from_model(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n ..."]:
        """The inverse of `to_model`; float64 where the units differ, float32 where they do not."""
        if self.matrix is None:
            return points.float()
        center, _, inverse = (array.to(points.device) for array in self._arrays)
        return points.double() @ inverse.T + center

    def directions_from_model(self, vectors: Float[Tensor, "n ..."]) -> Float[Tensor, "n ..."]:
        """Gradients by the point: those of E in the data's units, from those in the model's."""
        if self.matrix is None:
            return vectors
        return vectors.double() @ self._arrays[1].to(vectors.device)


SAME = Units()
"""The units of what is within about [-4, 4] as it is."""
