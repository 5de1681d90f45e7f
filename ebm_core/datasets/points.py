"""The user's own points in the plane."""

import csv
import io
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
        ValueError: The file holds no such table; the message names the file and the row.
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
    """Points from the bytes of an .npy array of shape (n, 2), or of a .csv of two columns with or
    without a header.

    Raises:
        ValueError: They hold no such table; the message names the file and the row.
    """
    suffix = Path(name).suffix
    readers = {".npy": read_array, ".csv": read_csv}
    if suffix.lower() not in readers:
        raise ValueError(f"{name} ends in {suffix!r}; save your points as .npy or .csv")
    rows = readers[suffix.lower()](data, name)
    if not 2 <= len(rows) <= MOST:
        raise ValueError(f"{name} has {len(rows):,} points; 2 to {MOST:,} are allowed")
    for number, row in rows:
        if not all(map(math.isfinite, row)):
            raise ValueError(f"{name}, row {number}: {list(row)} is not finite; remove the row")
    try:
        return PointsRead(Points(values=FrozenArray([row for _, row in rows])), ())
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ValueError(f"{name}: {why}") from error


Row = tuple[int, tuple[float, float]]
"""A row's number in its file, from 1, and its coordinates."""


def read_array(data: bytes, name: str) -> list[Row]:
    """The rows of an .npy file."""
    try:
        table = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{name} is not an array saved by numpy.save: {error}") from error
    if table.ndim != 2 or table.shape[1] != 2:
        raise ValueError(f"{name} has the shape {table.shape}; (n, 2) is needed")
    if table.dtype.kind not in "iuf":
        raise ValueError(f"{name} holds {table.dtype}; real numbers are needed")
    return [(number, (x, y)) for number, (x, y) in enumerate(table.astype(float).tolist(), start=1)]


def read_csv(data: bytes, name: str) -> list[Row]:
    """The rows of a .csv file: commas, semicolons or tabs; empty lines and a header are skipped."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} is not text in UTF-8: {error}") from error
    first = text.lstrip().partition("\n")[0]
    delimiter = next((mark for mark in ";\t" if mark in first), ",")
    rows: list[Row] = []
    header_allowed = True
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        row = f"{name}, row {reader.line_num}"
        if len(cells) != 2:
            raise ValueError(f"{row} has {len(cells)} columns; two are needed")
        try:
            rows.append((reader.line_num, (float(cells[0]), float(cells[1]))))
        except ValueError:
            if not header_allowed:
                raise ValueError(f"{row}: {cells} are not two numbers") from None
        header_allowed = False
    return rows
