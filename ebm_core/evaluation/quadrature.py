"""Integrals over the plane: a fine box where the data lie, coarse shells for mass far away."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

BOX = 6.0
"""The fine grid covers [-BOX, BOX]^2."""

FAR = 96.0
"""The shells end at the edge of [-FAR, FAR]^2, each twice as wide as the one inside."""


Density = Callable[[Float[Tensor, "n 2"]], Float[Tensor, " n"]]


class Patch(NamedTuple):
    """A rectangle with a tensor grid of nodes; every axis has nodes and weights."""

    x: Float[Tensor, " a"]
    x_weights: Float[Tensor, " a"]
    y: Float[Tensor, " b"]
    y_weights: Float[Tensor, " b"]

    def points(self) -> Float[Tensor, "ab 2"]:
        """The nodes, x fastest."""
        y, x = torch.meshgrid(self.y, self.x, indexing="ij")
        return torch.stack((x, y), dim=-1).view(-1, 2)

    def weights(self) -> Float[Tensor, " ab"]:
        """The area that each node stands for."""
        return torch.outer(self.y_weights, self.x_weights).view(-1)

    def sides(self) -> Float[Tensor, "ab 2"]:
        """Width and height of the area that each node stands for."""
        y, x = torch.meshgrid(self.y_weights, self.x_weights, indexing="ij")
        return torch.stack((x, y), dim=-1).view(-1, 2)


class Quadrature:
    """Nodes and weights on [-96, 96]^2, in float64.

    The box has `size` x `size` midpoints: for a smooth function that is nearly 0 at the box's edge
    they converge faster than any power of the spacing (at a standard deviation of one spacing the
    error is 5e-9). Each shell is 12 squares of Gauss-Legendre nodes.
    """

    def __init__(self, size: int = 192) -> None:
        if not 24 <= size <= 2048:
            raise ValueError(f"a grid of size {size} cannot be used; 24 to 2048 are allowed")
        self.size = size
        self.spacing = 2 * BOX / size
        line = midpoints(size)
        width = torch.full_like(line, self.spacing)
        self.patches = [Patch(line, width, line, width)]
        near = BOX
        while near < FAR:
            self.patches += shell(near, size // 24)
            near *= 2
        self.points: Float[Tensor, "n 2"] = torch.cat([patch.points() for patch in self.patches])
        self.weights: Float[Tensor, " n"] = torch.cat([patch.weights() for patch in self.patches])
        self.outside: Bool[Tensor, " n"] = torch.arange(len(self.points)) >= size**2

    def smooth(self, density: Density, sigma: float) -> Float[Tensor, " n"]:
        """A density convolved with N(0, sigma^2 I), at the nodes.

        It is read on a grid of at least 384 x 384, so that hard edges count where they are. Mass
        outside the box is taken to stay where it is, as a density to learn has next to none.
        """
        finer = 2 if self.size < 384 else 1
        source = midpoints(self.size * finer)
        fine = self.spacing / finer
        box = density(torch.cartesian_prod(source, source)).view(len(source), -1).T
        kernel = band_limited(self.size, finer, fine, sigma)
        smoothed = [(kernel @ box @ kernel.T).clamp(min=0).view(-1)]
        for patch in self.patches[1:]:
            # here only a tail arrives; narrower than the grid it would fall between the nodes
            x = fine * gaussian(patch.x, source, max(sigma, fine))
            y = fine * gaussian(patch.y, source, max(sigma, fine))
            smoothed.append((y @ box @ x.T).view(-1))
        far = torch.zeros_like(self.weights)
        far[self.outside] = density(self.points[self.outside])
        return torch.cat(smoothed) + far


def midpoints(size: int) -> Float[Tensor, " size"]:
    """The centres of equal cells of [-BOX, BOX]."""
    return BOX * ((2 * torch.arange(size, dtype=torch.float64) + 1) / size - 1)


def shell(near: float, count: int) -> list[Patch]:
    """[-2 near, 2 near]^2 without [-near, near]^2: 12 squares of `count` x `count` nodes."""
    node, weight = (torch.from_numpy(array) for array in np.polynomial.legendre.leggauss(count))
    starts = [-2 * near, -near, 0.0, near]
    axes = [(start + near * (node + 1) / 2, near * weight / 2) for start in starts]
    return [
        Patch(*axes[column], *axes[row])
        for row in range(4)
        for column in range(4)
        if not (row in (1, 2) and column in (1, 2))
    ]


def gaussian(
    to: Float[Tensor, " a"], source: Float[Tensor, " b"], sigma: float
) -> Float[Tensor, "a b"]:
    """N(to - source; 0, sigma^2) for every pair."""
    distance = (to[:, None] - source) / sigma
    return (-(distance**2) / 2).exp() / (math.sqrt(2 * math.pi) * sigma)


def band_limited(size: int, finer: int, spacing: float, sigma: float) -> Float[Tensor, "size fine"]:
    """The matrix that convolves with a Gaussian, right even where it is narrower than a cell.

    It takes values at `finer * size` midpoints, `spacing` apart, to `size` midpoints. Its entries
    are the Gaussian's Fourier transform, cut off at the source's highest frequency and transformed
    back at every half spacing; the line is padded so that nothing wraps around.
    """
    length = 4 * size * finer * 2 ** math.ceil(math.log2(4 + 16 * sigma / (size * spacing)))
    frequency = 2 * torch.pi * torch.fft.rfftfreq(length, spacing / 2, dtype=torch.float64)
    spectrum = (-((sigma * frequency) ** 2) / 2).exp() * (frequency <= torch.pi / spacing)
    kernel: Tensor = 2 * torch.fft.irfft(spectrum, n=length)
    to = finer * (2 * torch.arange(size) + 1)
    source = 2 * torch.arange(size * finer) + 1
    return kernel[(to[:, None] - source).abs()]
