"""The user's own points in the plane."""

import math
from functools import lru_cache
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple, Self, final

import numpy as np
import torch
from jaxtyping import Float, Int
from pydantic import ValidationError, model_validator
from torch import Tensor

from ebm_core.contracts import Dataset, Shape, setting
from ebm_core.contracts.frozen_array import FrozenArray, Rows
from ebm_core.datasets._point_files import BadFile as BadFile  # which reading here may raise
from ebm_core.datasets._point_files import read_table

MOST = 200_000
"""Rows that a run's configuration can hold."""

LARGEST = 1e30
"""Largest coordinate: single precision holds its square's root and its differences."""

BULK = 2.3
"""Root mean square radius of the scaled points, so that their bulk lies in [-4, 4]^2."""


class Split(NamedTuple):
    """The points apart, in double precision, and what brings them to the model's units."""

    train: Float[Tensor, "n 2"]
    test: Float[Tensor, "m 2"]
    center: tuple[float, float]
    scale: float


@final
class Points(Dataset):
    """Given points, of which a tenth (fewer below 50 points, at least one) is held out."""

    rank: ClassVar[int] = 30
    title: ClassVar[str] = "Your points"
    summary: ClassVar[str] = "Points of your own, from a file or drawn; a tenth is held out."

    kind: Literal["points"] = "points"
    values: Annotated[FrozenArray, Rows(row=(2,), least=2, most=MOST)] = setting(
        title="Points", description="Rows of two coordinates, in any units."
    )

    @model_validator(mode="after")
    def spread_out(self) -> Self:
        """Refuses points that cannot be scaled."""
        table = self.values.array
        row, column = np.unravel_index(np.abs(table).argmax(), table.shape)
        largest = float(abs(table[row, column]))
        if largest > LARGEST:
            raise ValueError(
                f"values[{row}] holds {table[row, column]:g}; coordinates up to {LARGEST:g} are "
                "allowed: use larger units"
            )
        if (spread := float(np.ptp(table, axis=0).max())) == 0:
            raise ValueError(
                f"all {len(table)} points are the same, {table[0].tolist()}; at least two "
                "different points are needed"
            )
        if spread < max(1e-9 * largest, 1 / LARGEST):
            raise ValueError(
                f"the points differ by no more than {spread:g} around values of {largest:g}, too "
                "little to tell them apart; subtract their mean first, or use smaller units"
            )
        return self

    @classmethod
    def example(cls) -> Self:
        """A heart."""
        rows = []
        for index in range(300):
            u = 2 * math.pi * index / 300
            y = 13 * math.cos(u) - 5 * math.cos(2 * u) - 2 * math.cos(3 * u) - math.cos(4 * u)
            rows.append((round(16 * math.sin(u) ** 3, 2), round(y, 2)))
        return cls(values=FrozenArray(rows))

    @property
    def shape(self) -> Shape:
        return (2,)

    @property
    def has_density(self) -> bool:
        return False

    @property
    def center(self) -> tuple[float, ...]:
        return self.split.center

    @property
    def scale(self) -> float:
        return self.split.scale

    @property
    def split(self) -> Split:
        """The points in a fixed random order, cut in two, and a scale that outliers do not move."""
        return split_of(self.values)

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count 2"]:
        """`count` training points with replacement, float64: `to_model` may need the digits."""
        train = self.split.train
        return train[torch.randint(len(train), (count,), generator=generator)]

    @property
    def classes(self) -> int:
        return 1

    def sample_labelled(
        self, count: int, generator: torch.Generator
    ) -> tuple[Float[Tensor, "count 2"], Int[Tensor, " count"]]:
        return self.sample(count, generator), torch.zeros(count, dtype=torch.long)

    def labelled(self, split: Literal["train", "test"]) -> None:
        return None

    def held_out(self, count: int, generator: torch.Generator) -> Float[Tensor, "n 2"]:
        return self.split.test[:count]

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        raise ValueError(
            "dataset 'points' has no known density; compare by samples, or choose a built-in one"
        )

    def modes(self) -> None:
        return None


@lru_cache(maxsize=4)
def split_of(values: FrozenArray) -> Split:
    """`Points.split`, kept outside of the points, whose equality it would disturb."""
    table = torch.tensor(values.array)
    held = len(table) // 10 if len(table) >= 50 else max(1, len(table) // 20)
    order = torch.randperm(len(table), generator=torch.Generator().manual_seed(0))
    # the outer 2.5 % on each side count as if they lay on the edge of the rest
    low, high = np.quantile(table.numpy(), (0.025, 0.975), axis=0)
    bulk = table.clamp(torch.from_numpy(low), torch.from_numpy(high))
    bulk = table if bulk.eq(bulk[0]).all() else bulk
    center = bulk.mean(0)
    radius = (bulk - center).square().sum(1).mean().sqrt().item()
    return Split(
        train=table[order[held:]],
        test=table[order[:held]],
        center=(center[0].item(), center[1].item()),
        # the farthest outlier's square still fits in single precision
        scale=max(radius, 1e-15 * (table.amax(0) - table.amin(0)).max().item()) / BULK,
    )


def load_points(path: str | Path) -> Points:
    """Points from a file, as `read_points` reads it.

    Raises:
        BadFile: The file holds no such table; the message names the file and the row.
        OSError: The file cannot be read.
    """
    path = Path(path)
    return read_points(path.read_bytes(), path.name).points


class PointsRead(NamedTuple):
    """What a file of points holds."""

    points: Points
    messages: tuple[str, ...]
    """All that was decided while it was read, in sentences."""


def read_points(data: bytes, name: str) -> PointsRead:
    """Points from the bytes of a file, for the command line and for the page.

    Raises:
        BadFile: They hold no such table; the message names the file and the row.
    """
    table = read_table(data, name, MOST)
    try:
        return PointsRead(Points(values=FrozenArray(table.values)), table.messages)
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadFile(f"{name}: {why}") from error
