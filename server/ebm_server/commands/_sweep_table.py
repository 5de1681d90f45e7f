"""The table of a sweep in the terminal, and as data."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ebm_core.sweeps.summary import Group, Outcome, Quartiles, figure_of
from ebm_server.commands import refuse

MOST_LINES = 60
"""Lines of a table in the terminal, at most; the files have all."""
MOST_REASONS = 10


def show(
    groups: Sequence[Group], outcomes: Sequence[Outcome], figure: str | None, across: str | None
) -> None:
    """Prints the table, and why runs failed."""
    name = figure or figure_of(outcomes)
    known = {one for group in groups for one in group.figures}
    if figure is not None and known and figure not in known:
        refuse(f"--figure is {figure!r}, which no run has; allowed: {', '.join(sorted(known))}")
    if name is None:
        typer.echo("no run has finished yet")
    elif across is None:
        Console().print(listed(groups, name))
    else:
        Console().print(crossed(groups, name, across))
    reasons: dict[str, list[Outcome]] = {}
    for one in outcomes:
        if one.state == "failed":
            reasons.setdefault(one.reason or "", []).append(one)
    for reason, its in list(reasons.items())[:MOST_REASONS]:
        typer.echo(f"{len(its)} failed, such as {in_words(its[0].values)}: {reason}", err=True)
    if len(reasons) > MOST_REASONS:
        typer.echo(f"{len(reasons) - MOST_REASONS} further reasons are in runs.csv", err=True)


def listed(groups: Sequence[Group], name: str) -> Table:
    """A line a group: what it is, how many have ended, median and quartiles."""
    paths = list(dict.fromkeys(path for group in groups for path in group.values))
    table = Table(box=SIMPLE_HEAD)
    for path in paths:
        table.add_column(path)
    for title in ("runs", "failed", f"{name}, median", "quartiles"):
        table.add_column(title, justify="right")
    for group in groups[:MOST_LINES]:
        cells = [
            value_in_words(group.values[path]) if path in group.values else "" for path in paths
        ]
        of = "" if group.ended == len(group.keys) else f" of {len(group.keys)}"
        found = group.figures.get(name)
        ends = f"{number(found.better)} to {number(found.worse)}" if found else ""
        median = median_of(group, found)
        table.add_row(*cells, f"{group.ended}{of}", str(group.failed or ""), median, ends)
    if len(groups) > MOST_LINES:
        table.caption = f"{len(groups) - MOST_LINES:,} further lines are in groups.csv"
    return table


def crossed(groups: Sequence[Group], name: str, across: str) -> Table:
    """A column for each value of a field, with medians; failures are told beside."""
    paths = list(dict.fromkeys(path for group in groups for path in group.values))
    if across not in paths:
        refuse(
            f"--across is {across!r}, by which groups do not differ; allowed: {', '.join(paths)}"
        )
    columns = list(dict.fromkeys(value_in_words(group.values.get(across)) for group in groups))
    lines: dict[tuple[str, ...], dict[str, str]] = {}
    others = [path for path in paths if path != across]
    for group in groups:
        line = tuple(value_in_words(group.values.get(path)) for path in others)
        told = median_of(group, group.figures.get(name))
        if group.failed:
            told += f", {group.failed} failed"
        lines.setdefault(line, {})[value_in_words(group.values.get(across))] = told
    table = Table(box=SIMPLE_HEAD, title=f"{name}, median", title_justify="left")
    for path in others:
        table.add_column(path)
    for column in columns:
        table.add_column(column, justify="right")
    for line, cells in lines.items():
        table.add_row(*line, *(cells.get(column, "") for column in columns))
    return table


def median_of(group: Group, found: Quartiles | None) -> str:
    """The median; a failure where that decides it."""
    if found:
        return number(found.median)
    return "failed" if group.failed else ""


def number(value: float | None) -> str:
    """To three digits; None is what a failed run decides."""
    return "failed" if value is None else f"{value:.3g}"


def value_in_words(value: Any) -> str:
    """A field's value."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def in_words(values: Any) -> str:
    """Fields and their values."""
    return ", ".join(f"{path} = {value_in_words(value)}" for path, value in values.items())


def duration(seconds: float) -> str:
    """Seconds, minutes or hours."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def as_data(groups: Sequence[Group], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All that is known, for scripts."""
    return {
        "groups": [dataclasses.asdict(group) for group in groups],
        "runs": [dataclasses.asdict(one) for one in outcomes],
    }
