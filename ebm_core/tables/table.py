"""A table as it was read: columns by name, where each row stood, and what was noticed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 200_000
"""Points of a run; of more rows so many are drawn."""
SHOWN = 3
"""Rows that a message names, at most."""
MOST_CLASSES = 50
"""Distinct values that can still be labels, at most."""


class BadFile(ValueError):
    """A file holds no points: why, and where it can be told, the row, the column (both from 1), the
    value there and what is expected instead."""

    def __init__(
        self,
        message: str,
        *,
        row: int | None = None,
        column: int | None = None,
        value: Any = None,
        expected: str | None = None,
    ) -> None:
        super().__init__(message)
        self.row = row
        self.column = column
        self.value = value
        self.expected = expected


@dataclass(frozen=True)
class Column:
    """One column: numbers with NaN where a cell is empty, or else text with None there."""

    name: str
    values: NDArray[Any]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers."""
        return bool(self.values.dtype.kind == "f")

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where a cell is not empty."""
        empty = np.isnan(self.values) if self.numeric else [cell is None for cell in self.values]
        return ~np.asarray(empty, dtype=bool)

    @property
    def classes(self) -> list[Any]:
        """The distinct values as labels, in order; empty where they are no labels.

        Labels are words or whole numbers, of which there are few.
        """
        held = self.values[self.known]
        if self.numeric and not (np.isfinite(held).all() and (held == held.round()).all()):
            return []
        distinct = np.unique(held).tolist() if self.numeric else sorted(set(held))
        most = max(2, min(MOST_CLASSES, len(self) // 5))
        return distinct if 1 < len(distinct) <= most else []


@dataclass(frozen=True)
class Table:
    """What a file holds."""

    name: str
    """The file's."""
    columns: tuple[Column, ...]
    rows: NDArray[np.int64]
    """The number of each row in its file, from 1, headers and comments counted."""
    messages: tuple[str, ...] = ()
    """What was decided while it was read, in sentences."""

    def wrong_cell(self, column: Column, place: int, expected: str, advice: str = "") -> BadFile:
        """What to raise of a cell."""
        row, value = int(self.rows[place]), column.values[place]
        shown = f"{value:g}" if column.numeric else repr(value)
        return BadFile(
            f"{self.name}, row {row}, column {column.name!r}: {shown} is not {expected}"
            f"{advice and f'; {advice}'}",
            row=row,
            column=self.columns.index(column) + 1,
            value=str(value)[:80],
            expected=expected,
        )

    def head(self, rows: int) -> list[list[str]]:
        """The first rows, cell by cell, as they are understood."""
        return [
            [shown(column.values[row]) if column.known[row] else "" for column in self.columns]
            for row in range(min(rows, len(self.rows)))
        ]


def shown(cell: Any) -> str:
    """A cell in a preview: all digits, and no more."""
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def default_names(width: int) -> list[str]:
    """Those of columns that have none."""
    return ["x", "y"] if width == 2 else [f"column {place + 1}" for place in range(width)]


def listed(rows: Sequence[int] | NDArray[np.int64]) -> str:
    """Row numbers in words: "row 7 is", "rows 7, 9 and 12 more are"."""
    some = ", ".join(str(int(row)) for row in rows[:SHOWN])
    more = len(rows) - SHOWN
    return (
        f"row{'s' if len(rows) > 1 else ''} {some}"
        + (f" and {more:,} more" if more > 0 else "")
        + (" are" if len(rows) > 1 else " is")
    )
