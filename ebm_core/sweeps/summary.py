"""What a sweep comes to: median and quartiles of each figure over the seeds, and what failed."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

HIGH = ("mode_coverage", "sample_coverage", "confidence", "accuracy")
"""Figures of which more is better."""
HEADLINES = ("kl", "nll", "frechet")
"""Of these, the first that there is tells how good a run is."""
REPEATS = "seed"
"""What runs of a group differ by."""


@dataclass(frozen=True)
class Outcome:
    """What has become of a run of a sweep."""

    key: str
    values: Mapping[str, Any]
    state: str
    """"finished", "failed", or where it is on its way."""
    reason: str | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    updates: int = 0
    seconds: float = 0.0
    run: str | None = None
    """Its id on a server."""


@dataclass(frozen=True)
class Quartiles:
    """A figure of a group; what a failed run would decide is None, as such a run is the worst."""

    better: float | None
    median: float | None
    worse: float | None


@dataclass(frozen=True)
class Group:
    """Runs that differ by their seed alone."""

    values: dict[str, Any]
    keys: list[str]
    ended: int
    failed: int
    figures: dict[str, Quartiles]


def groups(outcomes: Sequence[Outcome]) -> list[Group]:
    """The groups of a sweep, in its order."""
    by: dict[str, list[Outcome]] = {}
    for one in outcomes:
        by.setdefault(json.dumps(_but_seed(one.values), sort_keys=True), []).append(one)
    return [_group(its) for its in by.values()]


def _group(its: list[Outcome]) -> Group:
    finished = [one for one in its if one.state == "finished"]
    failed = sum(one.state == "failed" for one in its)
    names = dict.fromkeys(name for one in finished for name in one.figures)
    return Group(
        values=_but_seed(its[0].values),
        keys=[one.key for one in its],
        ended=len(finished) + failed,
        failed=failed,
        figures={
            name: quartiles(
                [one.figures[name] for one in finished if name in one.figures], failed, name in HIGH
            )
            for name in names
        },
    )


def quartiles(values: Sequence[float], failed: int, high: bool) -> Quartiles:
    """Of the values, and of as many runs that failed, each worse than all of them."""
    worst = -math.inf if high else math.inf
    known = [worst if math.isnan(value) else value for value in values] + [worst] * failed
    known.sort(reverse=high)

    def at(share: float) -> float | None:
        place = share * (len(known) - 1)
        low, high_ = known[math.floor(place)], known[math.ceil(place)]
        if not (math.isfinite(low) and math.isfinite(high_)):
            return None
        return low + (place - math.floor(place)) * (high_ - low)

    return Quartiles(at(0.25), at(0.5), at(0.75))


def figure_of(outcomes: Iterable[Outcome]) -> str | None:
    """The figure by which a sweep is told: the first of `HEADLINES` that some run has."""
    known = {name for one in outcomes for name in one.figures}
    return next((name for name in HEADLINES if name in known), min(known, default=None))


def told_figures(outcomes: Iterable[Outcome]) -> list[str]:
    """All figures that some run has, in the order of first sight."""
    return list(dict.fromkeys(name for one in outcomes for name in one.figures))


def as_csv(outcomes: Sequence[Outcome]) -> str:
    """A line a run: the fields that runs differ by, how it ended, and its figures."""
    paths = list(dict.fromkeys(path for one in outcomes for path in one.values))
    figures = told_figures(outcomes)
    ids = ["run"] if any(one.run for one in outcomes) else []
    own = ("key", *ids, "state", "reason", "updates", "seconds")
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*own, *paths, *figures])
    for one in outcomes:
        told = [getattr(one, name) for name in own]
        values = [_cell(one.values.get(path)) for path in paths]
        writer.writerow([*told, *values, *(one.figures.get(name) for name in figures)])
    return table.getvalue()


def groups_as_csv(found: Sequence[Group]) -> str:
    """A line a group: its fields, how many ended and failed, and each figure's three quartiles."""
    paths = list(dict.fromkeys(path for group in found for path in group.values))
    figures = list(dict.fromkeys(name for group in found for name in group.figures))
    names = [f"{name}{end}" for name in figures for end in (" better", " median", " worse")]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*paths, "runs", "ended", "failed", *names])
    for group in found:
        counts = (len(group.keys), group.ended, group.failed)
        known = [group.figures.get(name) for name in figures]
        ends = [(q.better, q.median, q.worse) if q else (None,) * 3 for q in known]
        cells = [_cell(group.values.get(path)) for path in paths]
        writer.writerow([*cells, *counts, *(value for three in ends for value in three)])
    return table.getvalue()


def _but_seed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {path: value for path, value in values.items() if path != REPEATS}


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
