"""Two columns of a table as points in the plane, and one as their labels."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ebm_core.tables.table import MOST, BadFile, Column, Table, listed

COUNTED = 10
"""Rows from which on a column of consecutive numbers is taken for a counter."""


@dataclass(frozen=True)
class PointTable:
    """Points as they will be trained on, in the file's units."""

    values: Float[np.ndarray, "n 2"]
    labels: Int[np.ndarray, " n"] | None
    """The class of each point, from 0; None where the table has none."""
    classes: tuple[str, ...]
    """The names of the classes."""
    columns: tuple[str, str]
    """Those that were taken, x first."""
    label_column: str | None
    rows: Int[np.ndarray, " n"]
    """The number of each point's row in its file."""
    messages: tuple[str, ...]
    """All that was decided, in sentences."""


def select(
    table: Table, columns: Sequence[str] | None = None, labels: str | None = None
) -> PointTable:
    """Two columns of numbers, by name or by number from 1; without a choice the first two that do
    more than count the rows.

    Without a choice, labels are the last column, if it holds one in each row; "" takes none. Rows
    with an empty cell in what is taken are left out and told. Of more than `MOST` rows, that many
    are drawn at random (seed 0) without repetition, and keep their order.

    Raises:
        BadFile: There are no two such columns, or an entry is infinite.
    """
    messages = list(table.messages)
    named = [found(table, name) for name in columns] if columns is not None else []
    if labels is None:
        label = likely_labels(table, named, messages)
    else:
        label = found(table, labels) if labels else None
    x, y = first_two(table, label, messages) if columns is None else chosen_two(table, named)
    keep = x.known & y.known
    messages += left_out(table, ~keep, "a cell is empty, or says NA or the like")
    for column in (x, y):
        if (wrong := np.flatnonzero(np.isinf(column.values) & keep)).size:
            raise table.wrong_cell(column, int(wrong[0]), "a finite number")
    if label is not None:
        if not label.classes:
            raise BadFile(
                f"{table.name}: column {label.name!r} holds no labels; 2 to 50 different words or "
                "whole numbers are needed, with five rows each on average"
            )
        messages += left_out(table, keep & ~label.known, "its label is empty")
        keep &= label.known
    rows = np.flatnonzero(keep)
    if len(rows) > MOST:
        messages.append(
            f"{MOST:,} of {len(rows):,} rows are taken, drawn at random without repetition, the "
            "same ones each time"
        )
        generator = np.random.Generator(np.random.PCG64(0))
        rows = rows[np.sort(generator.choice(len(rows), MOST, replace=False))]
    if len(rows) < 2:
        wanted = f"2 to {MOST:,}"
        raise BadFile(
            f"{table.name} has {len(rows)} point{'s' if len(rows) != 1 else ''}; {wanted} are "
            "allowed",
            value=len(rows),
            expected=f"{wanted} rows",
        )
    values = np.stack([x.values[rows], y.values[rows]], 1)
    if label is None:
        names = (x.name, y.name)
        return PointTable(values, None, (), names, None, table.rows[rows], tuple(messages))
    distinct, numbers = np.unique(label.values[rows], return_inverse=True)
    classes = tuple(f"{value:.0f}" if label.numeric else value for value in distinct.tolist())
    if labels is None:
        messages.append(f"column {label.name!r} gives {len(classes)} classes")
    return PointTable(
        values,
        numbers,
        classes,
        (x.name, y.name),
        label.name,
        table.rows[rows],
        tuple(messages),
    )


def names_in(text: str) -> list[str]:
    """Columns as they are written in one line, such as lon,lat; a name with a comma in quotes."""
    return [name.strip() for name in next(csv.reader([text], skipinitialspace=True), [])]


def found(table: Table, name: str) -> Column:
    """A column by its name, or by its number from 1.

    Raises:
        BadFile: There is none.
    """
    for column in table.columns:
        if column.name == name:
            return column
    if name.isdecimal() and 1 <= int(name) <= len(table.columns):
        return table.columns[int(name) - 1]
    raise BadFile(
        f"{table.name} has no column {name!r}; it has {described(table)}",
        value=name,
        expected=described(table),
    )


def described(table: Table) -> str:
    """The columns in words."""
    kinds = ((c.name, "numbers" if c.numeric else "text") for c in table.columns)
    return ", ".join(f"{name!r} ({kind})" for name, kind in kinds)


def likely_labels(table: Table, taken: Sequence[Column], messages: list[str]) -> Column | None:
    """The last column, where it holds labels of all rows and two columns of numbers stand before
    it; those that some rows lack are not worth losing these rows for."""
    *before, last = table.columns
    enough = sum(column.numeric for column in before) >= 2
    if not enough or last in taken or not last.classes:
        return None
    if last.known.all():
        return last
    messages.append(
        f"column {last.name!r} is not taken for classes, since {listed(table.rows[~last.known])} "
        "empty there; choose it (--labels) to leave those rows out"
    )
    return None


def first_two(table: Table, label: Column | None, messages: list[str]) -> tuple[Column, Column]:
    """The first two columns of numbers that are no labels, and no counters where others are left.

    Raises:
        BadFile: There are none.
    """
    free = [column for column in table.columns if column.numeric and column is not label]
    if len(free) < 2:
        if label is not None and label.numeric and len(free) == 1:
            raise BadFile(
                f"{table.name}: column {label.name!r} is taken for labels, which leaves one of "
                f"numbers ({free[0].name!r}) where two are needed; choose others of "
                f"{described(table)}",
                value=label.name,
                expected="two columns of numbers beside the labels",
            )
        words = [column for column in table.columns if not column.numeric and column.known.any()]
        place = int(words[0].known.argmax()) if words else 0
        told = words and f": row {table.rows[place]} holds {words[0].values[place]!r}"
        raise BadFile(
            f"{table.name} has {len(free)} column{'s' if len(free) != 1 else ''} of numbers "
            f"({described(table)}{told or ''}); two are needed",
            value=described(table),
            expected="two columns of numbers",
        )
    if counters := [column for column in free if counts_rows(column)][: len(free) - 2]:
        free = [column for column in free if column not in counters]
        messages += [
            f"column {column.name!r} only counts the rows and is not taken; choose it by --columns "
            "if it is meant"
            for column in counters
        ]
    if len(free) > 2:
        messages.append(
            f"columns {free[0].name!r} and {free[1].name!r} are taken of "
            f"{', '.join(repr(column.name) for column in free)}"
        )
    return free[0], free[1]


def counts_rows(column: Column) -> bool:
    """Whether a column numbers the rows, as spreadsheets and data frames write it: whole numbers
    one apart in whatever order, or numbers that rise by the same step, as times do.
    """
    values = column.values
    if len(values) < COUNTED or not column.known.all() or not np.isfinite(values).all():
        return False
    ordered = np.diff(np.sort(values))
    steps = np.diff(values)
    even = steps[0] > 0 and np.allclose(steps, steps[0], rtol=1e-6, atol=0)
    return bool((ordered == 1).all() or even)


def chosen_two(table: Table, named: Sequence[Column]) -> tuple[Column, Column]:
    """The columns that were chosen.

    Raises:
        BadFile: They are not two different columns of numbers.
    """
    if len(named) != 2 or named[0] is named[1]:
        chosen = ", ".join(repr(column.name) for column in named) or "none"
        raise BadFile(
            f"chosen of {table.name}: {chosen}; two different columns are needed, such as lon,lat",
            value=chosen,
            expected=described(table),
        )
    for column in named:
        if not column.numeric:
            raise table.wrong_cell(column, int(column.known.argmax()), "a number")
    return named[0], named[1]


def left_out(table: Table, gone: np.ndarray, why: str) -> list[str]:
    """What to say of rows that are left out, if there are any."""
    return [f"{listed(table.rows[gone])} left out: {why}"] if gone.any() else []
