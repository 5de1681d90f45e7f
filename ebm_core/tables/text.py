"""Tables of text: CSV and its kin, in whatever dialect they come."""

import io
import re
from array import array
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebm_core.tables.dialect import (
    COMMENTS,
    EXCEL,
    MISSING,
    Dialect,
    as_utf8,
    header_of,
    told_from,
)
from ebm_core.tables.table import MOST, BadFile, Column, Table, default_names

SAMPLE = 60
"""Rows that a dialect is told from."""
MOSTLY = 0.5
"""A column with a larger share of words is one of text; else a word in it is a mistake."""
LONGEST_CELL = 20
"""Lines that a cell in quotes may run over."""
LONGEST = 50_000
"""Characters of a line: some thousand columns, which a second suffices for."""
NAMELESS = ("", "Unnamed: 0")
"""What pandas writes above an index."""


def read_text(data: bytes, name: str) -> Table:
    """The table in the bytes of a text file.

    Raises:
        BadFile: It holds none; the message says row, column, value, and what was expected.
    """
    text, messages = as_utf8(data, name)
    told = EXCEL.match(text)
    body, numbers, before = rows_of(text if told is None else b"\n" + text[told.end() :])
    if not len(numbers):
        raise BadFile(f"{name} is empty; rows of two numbers are expected")
    sample = [line.decode().rstrip("\n") for line in islice(io.BytesIO(body), SAMPLE + 1)]
    if (longest := max(map(len, sample))) > LONGEST:
        raise BadFile(
            f"{name} has a line of {longest:,} characters; a table's are of {LONGEST:,} at the "
            "most: leave out columns, or save it as NPY"
        )
    dialect = told_from(sample) if told is None else told_from(sample, [told[1].decode()])
    names = header_of(sample, dialect)
    if names is not None:
        messages.append(
            f"row {numbers[0]}, {', '.join(filter(None, names))}, is taken for names of the columns"
        )
        body, numbers = body[body.find(b"\n") + 1 :] if len(numbers) > 1 else b"", numbers[1:]
    else:
        names = commented_names(before, len(dialect.cells(sample[0])), dialect)
    if not len(numbers):
        found = f"{name} has 0 points, only a row without a number"
        raise BadFile(f"{found}; rows of two numbers are expected", expected=f"2 to {MOST:,} rows")
    messages += of_commas(sample, dialect)
    frame = parsed(body, dialect, name, numbers)
    rows = np.array(numbers) if len(numbers) == len(frame) else np.arange(1, len(frame) + 1)
    titles = unique(names or [], frame.shape[1])
    table = Table(
        name,
        tuple(Column(title, values_of(frame[i], dialect)) for i, title in enumerate(titles)),
        rows,
        tuple(messages),
    )
    return without_index(checked(table, dialect), names)


def rows_of(text: bytes) -> tuple[bytes, NDArray[np.int64], str]:
    """The lines that are neither empty nor comments, their numbers, and the last comment before."""
    marks = tuple(mark.encode() for mark in COMMENTS)
    body, numbers, before = io.BytesIO(), array("q"), b""
    for number, line in whole_lines(text):
        bare = line.lstrip()
        if bare and not bare.startswith(marks):
            body.write(line)
            numbers.append(number)
        elif bare and not numbers:
            before = bare
    return body.getvalue(), np.array(numbers, dtype=np.int64), before.decode()


def whole_lines(text: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines and their numbers; where a cell in quotes runs over several, they are one.

    A quote that is not closed within `LONGEST_CELL` lines is a mark like any other.
    """
    lines = enumerate(io.BytesIO(text), 1)
    if b'"' not in text:
        yield from lines
        return
    waiting = deque(islice(lines, 1))
    while waiting:
        number, line = waiting.popleft()
        if line.count(b'"') % 2:
            waiting.extend(islice(lines, LONGEST_CELL - len(waiting)))
            odd = (place for place, (_, other) in enumerate(waiting) if other.count(b'"') % 2)
            if (end := next(odd, None)) is not None:
                rest = [waiting.popleft()[1] for _ in range(end + 1)]
                line = b" ".join(part.rstrip(b"\n") for part in (line, *rest)) + b"\n"
        yield number, line
        if not waiting:
            waiting.extend(islice(lines, 1))


def commented_names(comment: str, width: int, dialect: Dialect) -> list[str] | None:
    """The names in the last comment before the rows, if it has as many words as they have cells."""
    words = dialect.cells(comment.strip().lstrip("#%/ \t")) if comment else []
    fits = len(words) == width and not any(map(dialect.is_number, words))
    return words if fits else None


def of_commas(sample: list[str], dialect: Dialect) -> list[str]:
    """How commas are read, where they can be read otherwise."""
    if dialect.decimal == "," and any("," in line for line in sample[1:] or sample):
        return ["a comma is read as the decimal mark, a point as that of thousands"]
    cells = chain.from_iterable(map(dialect.cells, sample[1:] or sample))
    if dialect.decimal == "." and any("," in cell and dialect.is_grouped(cell) for cell in cells):
        return ["a comma within a number is read as the mark of thousands"]
    pair = re.compile(r"\s*[+-]?\d+,\d+\s*")
    if dialect.delimiter == "," and all(map(pair.fullmatch, sample)):
        return [
            "the comma is read as what parts two columns; if it is the decimal mark of one column, "
            "write points"
        ]
    return []


def unique(names: list[str], width: int) -> list[str]:
    """A name for each column: the one given, or its number; none twice."""
    titles: list[str] = []
    for place, plain in enumerate(default_names(width)):
        title = names[place] if place < len(names) and names[place] else plain
        titles.append(title if title not in titles else f"{title} ({place + 1})")
    return titles


def parsed(body: bytes, dialect: Dialect, name: str, numbers: NDArray[np.int64]) -> Any:
    """The rows as a pandas frame, numbers where whole columns are numbers."""
    import pandas as pd  # takes half a second, which the start of a worker has no use for

    missing = {form for word in MISSING for form in (word, word.upper(), word.title())} | {"NaN"}
    try:
        return pd.read_csv(
            io.BytesIO(body),
            sep=r"\s+" if dialect.delimiter == " " else dialect.delimiter,
            decimal=dialect.decimal,
            header=None,
            comment="#",
            na_values=sorted(missing),
            keep_default_na=False,
            skipinitialspace=True,
        )
    except pd.errors.ParserError as error:
        found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if found is None:
            raise BadFile(f"{name} cannot be read as a table: {error}") from error
        expected, line, saw = map(int, found.groups())
        row = int(numbers[line - 1]) if line <= len(numbers) else line
        raise BadFile(
            f"{name}, row {row} has {saw} columns; {expected} are expected, as in the rows before",
            row=row,
            value=f"{saw} columns",
            expected=f"{expected} columns",
        ) from error


def values_of(series: Any, dialect: Dialect) -> NDArray[Any]:
    """The cells of a column: numbers where all of them are, or else text with None for nothing."""
    if series.dtype.kind in "iufb":
        return np.asarray(series.to_numpy(), dtype=np.float64)
    known = series.notna().to_numpy()
    cells: NDArray[Any] = series.astype(object).to_numpy(copy=True)
    cells[known] = [str(cell).strip() for cell in cells[known]]
    cells[~known] = None
    if not all(map(dialect.is_number, cells[known])):
        return cells
    values = np.full(len(cells), np.nan)
    values[known] = [dialect.number(cell) for cell in cells[known]]
    return values


def checked(table: Table, dialect: Dialect) -> Table:
    """The table, if no word stands in a column of numbers.

    Raises:
        BadFile: One does.
    """
    for column in table.columns:
        if column.numeric:
            continue
        held = np.flatnonzero(column.known).tolist()
        wrong = [place for place in held if not dialect.is_number(column.values[place])]
        if len(wrong) <= MOSTLY * len(held):
            raise table.wrong_cell(column, wrong[0], "a number", advice(table, wrong[0], dialect))
    return table


def advice(table: Table, place: int, dialect: Dialect) -> str:
    """What to do about a row in which a word stands for a number."""
    cells = [column.values[place] for column in table.columns if column.known[place]]
    if not any(isinstance(cell, float) or dialect.is_number(cell) for cell in cells):
        return "if this row names the columns, put # before what stands above it"
    return "leave the cell empty, or write NA, where nothing is known"


def without_index(table: Table, names: list[str] | None) -> Table:
    """The table without a nameless first column that numbers the rows, as pandas and R write it."""
    first, *others = table.columns
    if not names or names[0] not in NAMELESS or not others or not first.numeric:
        return table
    whole = bool((first.values == np.floor(first.values)).all())
    if not whole or len(np.unique(first.values)) < len(first):
        return table
    message = "the first column, which has no name and numbers the rows, is left out"
    return Table(table.name, tuple(others), table.rows, (*table.messages, message))
