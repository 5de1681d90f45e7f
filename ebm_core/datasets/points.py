"""The user's own points in the plane."""

import csv
import math
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple, Self, final

import numpy as np
import torch
from jaxtyping import Float, Int
from pydantic import model_validator
from torch import Tensor

from ebm_core.contracts import Dataset, Shape, setting

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
    values: tuple[tuple[float, float], ...] = setting(
        title="Points",
        description="Rows of two coordinates, in any units.",
        min_length=2,
        max_length=MOST,
    )

    @model_validator(mode="after")
    def spread_out(self) -> Self:
        """Refuses points that cannot be scaled."""
        table = np.array(self.values)
        row, column = np.unravel_index(np.abs(table).argmax(), table.shape)
        largest = float(abs(table[row, column]))
        if largest > LARGEST:
            raise ValueError(
                f"values[{row}] holds {table[row, column]:g}; coordinates up to {LARGEST:g} are "
                "allowed: use larger units"
            )
        if (spread := float(np.ptp(table, axis=0).max())) == 0:
            raise ValueError(
                f"all {len(table)} points are the same, {list(self.values[0])}; at least two "
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
        return cls(values=tuple(rows))

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

    @cached_property
    def split(self) -> Split:
        """The points in a fixed random order, cut in two, and a scale that outliers do not move."""
        table = torch.tensor(self.values, dtype=torch.float64)
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


def load_points(path: str | Path) -> Points:
    """Points from an .npy array of shape (n, 2), or a .csv of two columns with or without a header.

    Raises:
        ValueError: The file holds no such table; the message names the file and the row.
        OSError: The file cannot be read.
    """
    path = Path(path)
    readers = {".npy": read_array, ".csv": read_csv}
    if path.suffix.lower() not in readers:
        raise ValueError(f"{path.name} ends in {path.suffix!r}; save your points as .npy or .csv")
    rows = readers[path.suffix.lower()](path)
    if not 2 <= len(rows) <= MOST:
        raise ValueError(f"{path.name} has {len(rows):,} points; 2 to {MOST:,} are allowed")
    for number, row in rows:
        if not all(map(math.isfinite, row)):
            raise ValueError(
                f"{path.name}, row {number}: {list(row)} is not finite; remove the row"
            )
    return Points(values=tuple(row for _, row in rows))


Row = tuple[int, tuple[float, float]]
"""A row's number in its file, from 1, and its coordinates."""


def read_array(path: Path) -> list[Row]:
    """The rows of an .npy file."""
    try:
        table = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path.name} is not an array saved by numpy.save: {error}") from error
    if table.ndim != 2 or table.shape[1] != 2:
        raise ValueError(f"{path.name} has the shape {table.shape}; (n, 2) is needed")
    if table.dtype.kind not in "iuf":
        raise ValueError(f"{path.name} holds {table.dtype}; real numbers are needed")
    return [(number, (x, y)) for number, (x, y) in enumerate(table.astype(float).tolist(), start=1)]


def read_csv(path: Path) -> list[Row]:
    """The rows of a .csv file: commas, semicolons or tabs; empty lines and a header are skipped."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is not text in UTF-8: {error}") from error
    first = text.lstrip().partition("\n")[0]
    delimiter = next((mark for mark in ";\t" if mark in first), ",")
    rows: list[Row] = []
    header_allowed = True
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        row = f"{path.name}, row {reader.line_num}"
        if len(cells) != 2:
            raise ValueError(f"{row} has {len(cells)} columns; two are needed")
        try:
            rows.append((reader.line_num, (float(cells[0]), float(cells[1]))))
        except ValueError:
            if not header_allowed:
                raise ValueError(f"{row}: {cells} are not two numbers") from None
        header_allowed = False
    return rows
