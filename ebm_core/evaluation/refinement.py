"""log Z of an energy that may be narrower than a grid: cells with mass are cut until it settles."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

TOLERANCE = 1e-3
"""Nats in log Z above which cells are cut finer."""
LEVELS = 3
"""Times that a cell is cut in 3 x 3, at most."""
KEPT = 1e-4
"""Share of the mass in cells that are not cut: they hold next to none."""
MOST_CELLS = 40_000
"""Cells that are cut in one go, those with most mass first."""
UNSEEN = 2.0
"""Nats below the grid's lowest energy at a data point that say that the grid misses something."""
SECOND_ORDER = 8.0
"""A rule of second order on cells of a third of the width is wrong by an eighth of the change."""

Energies = Callable[[Float[Tensor, "n 2"]], Float[Tensor, " n"]]


class Cells(NamedTuple):
    """Midpoints of equal cells, the energy there, and the cells' sides."""

    points: Float[Tensor, "n 2"]
    values: Float[Tensor, " n"]
    sides: Float[Tensor, " 2"]

    def log_mass(self) -> Float[Tensor, " n"]:
        return self.sides.log().sum() - self.values

    def of(self, which: Tensor) -> "Cells":
        """Some of them."""
        return Cells(self.points[which], self.values[which], self.sides)


class Partition(NamedTuple):
    """log Z and how far it may be wrong, in nats."""

    log_z: Tensor
    error: float
    leaves: list[Cells]
    """The grid's cells as they were cut at last, by size."""


def refined(
    energy: Energies,
    grid: Cells,
    size: int,
    rest: Float[Tensor, ""],
    near: Float[Tensor, "m 2"],
) -> Partition:
    """log Z over a grid of `size` x `size` cells, in rows, and what lies outside of it.

    Cells are cut where the mass is, and at first also where data lie, since a density can be too
    narrow for any midpoint to meet it. A cell's own midpoint is met again when it is cut.

    Args:
        rest: log of the mass outside of the grid.
        near: Where data lie.
    """
    log_mass = grid.log_mass()
    log_z = torch.logaddexp(log_mass.logsumexp(0), rest)
    middle = log_mass.view(size // 3, 3, size // 3, 3)[:, 1, :, 1] + math.log(9)
    error = abs((torch.logaddexp(middle.logsumexp((0, 1)), rest) - log_z).item()) / SECOND_ORDER
    unseen = bool((energy(near) < grid.values.min() - UNSEEN).any()) if len(near) else False
    chosen = worth_cutting(log_mass - log_z)
    if unseen or error > TOLERANCE:
        chosen = torch.cat((chosen, cells_of(grid, size, near))).unique()
    leaves: list[Cells] = []
    for _ in range(LEVELS):
        if error <= TOLERANCE and not unseen:
            break
        left = torch.ones(len(log_mass), dtype=torch.bool)
        left[chosen] = False
        rest = torch.logaddexp(rest, log_mass[left].logsumexp(0))
        leaves.append(grid.of(left))
        grid = cut(energy, grid, chosen)
        log_mass = grid.log_mass()
        finer = torch.logaddexp(rest, log_mass.logsumexp(0))
        error, unseen, log_z = abs((finer - log_z).item()) / SECOND_ORDER, False, finer
        chosen = worth_cutting(log_mass - log_z)
    return Partition(log_z, error, [*leaves, grid])


def worth_cutting(log_share: Float[Tensor, " n"]) -> Int[Tensor, " k"]:
    """The cells that hold all the mass but a share `KEPT`, or the `MOST_CELLS` that hold most."""
    order = log_share.argsort(descending=True)
    beyond = log_share[order].exp().cumsum(0) < log_share.exp().sum() - KEPT
    return order[: min(MOST_CELLS, int(beyond.sum()) + 1)]


def cells_of(grid: Cells, size: int, points: Float[Tensor, "m 2"]) -> Int[Tensor, " k"]:
    """The cells of a whole grid in which points lie."""
    lowest = grid.points[0] - grid.sides / 2
    x, y = ((points.double() - lowest) / grid.sides).floor().long().T
    inside = (x >= 0) & (x < size) & (y >= 0) & (y < size)
    numbers: Tensor = (y * size + x)[inside].unique()
    return numbers


def cut(energy: Energies, grid: Cells, chosen: Int[Tensor, " k"]) -> Cells:
    """Each chosen cell in 3 x 3."""
    sides = grid.sides / 3
    step = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64)
    points = (grid.points[chosen][:, None] + torch.cartesian_prod(step, step) * sides).view(-1, 2)
    return Cells(points, energy(points), sides)
