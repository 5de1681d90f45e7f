"""Files of points: an array saved by NumPy, or a table of two columns as text."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SEPARATORS = ";\t,"
"""Of columns; the first of them in the first line holds for all, and else blanks do."""


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


class Table(NamedTuple):
    """Rows of two finite numbers, and what was decided while they were read, in sentences."""

    values: NDArray[np.float64]
    messages: tuple[str, ...]


def read_table(data: bytes, name: str, most: int) -> Table:
    """The table in a file's bytes; the name's ending says of what kind the file is.

    Raises:
        BadFile: There is none of 2 to `most` rows.
    """
    suffix = Path(name).suffix
    readers = {".npy": array, ".csv": text, ".tsv": text, ".txt": text}
    if suffix.lower() not in readers:
        raise BadFile(
            f"{name} ends in {suffix!r}; save your points as .npy or .csv",
            value=suffix,
            expected=", ".join(readers),
        )
    numbers, values, messages = readers[suffix.lower()](data, name)
    if not 2 <= len(values) <= most:
        wanted = f"2 to {most:,}"
        raise BadFile(
            f"{name} has {len(values):,} points; {wanted} are allowed",
            value=len(values),
            expected=f"{wanted} rows",
        )
    if len(wrong := np.argwhere(~np.isfinite(values))):
        index, column = map(int, wrong[0])
        raise BadFile(
            f"{name}, row {numbers[index]}: {values[index].tolist()} is not finite; remove the row",
            row=numbers[index],
            column=column + 1,
            value=str(values[index, column]),
            expected="a finite number",
        )
    return Table(values, messages)


Read = tuple[list[int], NDArray[np.float64], tuple[str, ...]]
"""The rows' numbers in the file, the rows, and what was decided."""


def array(data: bytes, name: str) -> Read:
    """The rows of an .npy file."""
    try:
        table = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise BadFile(f"{name} is not an array saved by numpy.save: {error}") from error
    if table.ndim != 2 or table.shape[1] != 2:
        raise BadFile(
            f"{name} has the shape {table.shape}; (n, 2) is needed",
            value=str(table.shape),
            expected="(n, 2)",
        )
    if table.dtype.kind not in "iuf":
        raise BadFile(
            f"{name} holds {table.dtype}; real numbers are needed",
            value=str(table.dtype),
            expected="real numbers",
        )
    return list(range(1, len(table) + 1)), table.astype(np.float64), ()


def text(data: bytes, name: str) -> Read:
    """The rows of a text file; empty lines, lines that begin with # and a header are skipped."""
    try:
        decoded = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"{name} is not text in UTF-8: {error}") from error
    numbers: list[int] = []
    rows: list[list[float]] = []
    messages: list[str] = []
    for number, cells in cells_of(decoded):
        row = f"{name}, row {number}"
        if len(cells) != 2:
            raise BadFile(
                f"{row} has {len(cells)} columns; two are needed",
                row=number,
                value=", ".join(cells)[:80],
                expected="two columns",
            )
        values = [number_in(cell) for cell in cells]
        if None not in values:
            numbers.append(number)
            rows.append([value for value in values if value is not None])
        elif not (rows or messages or any(value is not None for value in values)):
            messages.append(f"row {number}, {', '.join(cells)}, is taken for names of the columns")
        else:
            column = values.index(None)
            raise BadFile(
                f"{row}: {cells} are not two numbers",
                row=number,
                column=column + 1,
                value=cells[column][:80],
                expected="a number",
            )
    return numbers, np.array(rows, dtype=np.float64).reshape(-1, 2), tuple(messages)


def cells_of(decoded: str) -> Iterator[tuple[int, list[str]]]:
    """The number of each line that holds something, and its cells."""
    lines = [
        (number, line)
        for number, line in enumerate(decoded.splitlines(), start=1)
        if line.strip(f" {SEPARATORS}") and not line.lstrip().startswith("#")
    ]
    first = lines[0][1].strip() if lines else ""
    separator = next((mark for mark in SEPARATORS if mark in first), None)
    for number, line in lines:
        cells = line.split() if separator is None else next(csv.reader([line], delimiter=separator))
        yield number, [cell.strip() for cell in cells]


def number_in(cell: str) -> float | None:
    """What a cell holds, if that is a number, finite or not."""
    try:
        return float(cell)
    except ValueError:
        return None
