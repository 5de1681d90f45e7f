"""The plane around a dataset: where the mass of exp(-E) is, and log Z by it."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Dataset
from ebm_core.contracts.dataset import Region
from ebm_core.evaluation.quadrature import BOX, Quadrature
from ebm_core.evaluation.refinement import Cells, Partition, refined

CHUNK = 2048
"""Points in one pass of an energy: more spill out of the cache, fewer cost more calls."""

EnergyFunction = Callable[[Float[Tensor, "n 2"]], Float[Tensor, " n"]]


class Plane:
    """The nodes of a quadrature around a dataset's region, in the model's units.

    Args:
        size: Cells along a side of the box.
        device: Where energies are.

    Raises:
        ValueError: The dataset is not planar.
    """

    def __init__(self, dataset: Dataset, size: int, device: torch.device) -> None:
        if dataset.shape != (2,):
            raise ValueError(
                f"exact evaluation needs points in the plane, not of shape {dataset.shape}; "
                "use the Frechet distance for images"
            )
        self.dataset = dataset
        self.device = device
        self.quadrature = Quadrature(size)
        self.middle, self.stretch = placement(dataset.region)
        self.nodes = self.quadrature.points * self.stretch + self.middle
        self.log_weights = self.quadrature.weights.log() + self.stretch.log().sum()
        self.points = self.nodes.float().to(device)

    def values(self, energy: EnergyFunction) -> Float[Tensor, " n"]:
        """E at the nodes.

        Raises:
            ValueError: It has no partition function.
        """
        values = evaluate(energy, self.points)
        wrong = values.isnan() | (values == -torch.inf)
        if wrong.any() or not values.isfinite().any():
            where = int(wrong.int().argmax())
            x, y = self.dataset.from_model(self.nodes[where]).tolist()
            raise ValueError(
                f"the energy is {values[where].item():g} at ({x:.3g}, {y:.3g}), so it has no "
                "partition function; go back to the last good weights"
            )
        return values

    def log_far(self, values: Float[Tensor, " n"]) -> Float[Tensor, ""]:
        """log of the mass outside of the box."""
        return (self.log_weights - values)[self.quadrature.outside].logsumexp(0)

    def partition(
        self, energy: EnergyFunction, values: Float[Tensor, " n"], near: Float[Tensor, "m 2"]
    ) -> Partition:
        """log Z in the model's units, of an energy with these `values` at the nodes.

        Args:
            near: Where data lie: a density may be too narrow for any node to meet it.
        """
        box = ~self.quadrature.outside
        sides = self.stretch * self.quadrature.spacing
        grid = Cells(self.nodes[box], values[box], sides)

        def energies(points: Tensor) -> Tensor:
            return evaluate(energy, points.float().to(self.device))

        return refined(energies, grid, self.quadrature.size, self.log_far(values), near)

    def mass(self, energy: EnergyFunction, near: Float[Tensor, "m 2"]) -> "Mass":
        """All the mass of exp(-E), where data lie `near`.

        Raises:
            ValueError: It has no partition function.
        """
        values = self.values(energy)
        partition = self.partition(energy, values, near)
        outside = self.quadrature.outside
        far = torch.cat([patch.sides() for patch in self.quadrature.patches[1:]]) * self.stretch
        leaves = partition.leaves
        return Mass(
            torch.cat([*(cells.points for cells in leaves), self.nodes[outside]]),
            torch.cat([*(cells.sides.expand_as(cells.points) for cells in leaves), far]),
            torch.cat(
                [*(cells.log_mass() for cells in leaves), (self.log_weights - values)[outside]]
            ),
            partition,
            len(far),
        )


class Mass(NamedTuple):
    """The plane in cells of all sizes."""

    points: Float[Tensor, "n 2"]
    """Their middles."""
    sides: Float[Tensor, "n 2"]
    log_mass: Float[Tensor, " n"]
    partition: Partition
    far: int
    """How many cells are outside of the box, far from all data; they are the last."""

    @property
    def outside(self) -> float:
        """Share of the mass that lies far from all data."""
        return torch.softmax(self.log_mass, 0)[len(self.points) - self.far :].sum().item()

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count 2"]:
        """Points of the density that is even within each cell, on the generator's device."""
        device = generator.device
        shares = torch.softmax(self.log_mass, 0).to(device)
        cells = torch.multinomial(shares, count, replacement=True, generator=generator)
        within = torch.rand(count, 2, generator=generator, dtype=torch.float64, device=device)
        return self.points.to(device)[cells] + (within - 0.5) * self.sides.to(device)[cells]


def placement(region: Region) -> tuple[Float[Tensor, " 2"], Float[Tensor, " 2"]]:
    """Where the box of a quadrature goes to cover one and a half of a region, and its stretch."""
    low, high = torch.tensor([*region, *region][:2], dtype=torch.float64).T
    return (low + high) / 2, 1.5 * (high - low) / 2 / BOX


@torch.no_grad()
def evaluate(energy: EnergyFunction, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
    """E at many points, without a graph, in float64 on the CPU."""
    chunks = [energy(chunk) for chunk in torch.split(points, CHUNK)]
    return torch.cat(chunks).to("cpu", torch.float64)
