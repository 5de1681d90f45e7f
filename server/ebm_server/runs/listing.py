"""The list of runs: filtered, sorted, as a tree of branches, and cut into pages."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ebm_server.protocol.listing import Found, ListedRun, Listing, SortBy
from ebm_server.protocol.runs import Run
from ebm_server.runs.apart import told_apart

FIGURES = ("frechet", "kl_data", "kl", "nll")
"""What runs are sorted by under "distance", the first that a run has. The KL is that from the data,
also of methods that learn blurred ones."""


def found(runs: Iterable[Run], asked: Listing) -> list[Run]:
    """The runs that fit all that is asked for."""
    words = (asked.search or "").lower().replace("_", " ").split()
    return [
        run
        for run in runs
        if fits(run.state, asked.state)
        and fits(run.method, asked.method)
        and fits(run.dataset, asked.dataset)
        and (not asked.tag or not set(asked.tag).isdisjoint(run.tags))
        and all(word in text_of(run) for word in words)
    ]


def fits(value: str, wanted: Sequence[str] | None) -> bool:
    """Whether it is one of those that are wanted, if any are."""
    return not wanted or value in wanted


def text_of(run: Run) -> str:
    """What a search looks through."""
    return (
        " ".join((run.name, run.id, run.dataset, run.method, *run.tags)).lower().replace("_", " ")
    )


def counted(runs: Iterable[Run], asked: Listing) -> Found:
    """How many runs there are of each kind, and how many of those fit."""
    everything = list(runs)
    return Found(
        all=len(everything),
        fitting=len(found(everything, asked)),
        states=dict(Counter(run.state for run in everything)),
        methods=dict(Counter(run.method for run in everything)),
        datasets=dict(Counter(run.dataset for run in everything)),
        tags=dict(Counter(tag for run in everything for tag in run.tags)),
    )


def page(runs: dict[str, Run], asked: Listing) -> list[ListedRun]:
    """A part of the list: pinned runs first; in families, branches under parents where all fit."""
    fitting = found(runs.values(), asked)
    depths: dict[str, int] = {}
    if asked.sort == "family" and len(fitting) == len(runs):
        fitting, depths = tree(fitting, newest_first=asked.descending)
    else:
        fitting.sort(key=SORTED_BY[asked.sort], reverse=asked.descending)
        # runs without the figure come last, whichever way
        fitting.sort(key=lambda run: asked.sort == "distance" and distance_of(run) is None)
    fitting.sort(key=lambda run: not run.pinned)
    shown = fitting[asked.offset : asked.offset + asked.limit]
    apart = told_apart(shown)
    return [
        listed(run, runs, 0 if run.pinned else depths.get(run.id, 0), apart[run.id])
        for run in shown
    ]


def listed(run: Run, runs: dict[str, Run], depth: int, differs: dict[str, Any]) -> ListedRun:
    """A run as the list has it."""
    parent = runs.get(run.parent or "")
    return ListedRun(
        **run.summary.model_dump(),
        depth=depth,
        differs=differs,
        parent_name=parent.name if parent else None,
        parent_method=parent.method if parent else None,
        parent_dataset=parent.dataset if parent else None,
    )


def distance_of(run: Run) -> float | None:
    """How far what it learned is from the data, in its best figure."""
    return next((run.metrics[name] for name in FIGURES if name in run.metrics), None)


SORTED_BY: dict[SortBy, Callable[[Run], tuple[float | str, str]]] = {
    "made": lambda run: (run.created, run.id),
    "family": lambda run: (run.created, run.id),
    "name": lambda run: (run.name.lower(), run.id),
    "state": lambda run: (run.state, run.id),
    "updates": lambda run: (run.step, run.id),
    "distance": lambda run: (distance_of(run) or 0.0, run.id),
}


def tree(runs: Iterable[Run], *, newest_first: bool) -> tuple[list[Run], dict[str, int]]:
    """Families by their newest run, branches by where they left; and how deep each run is."""
    known = {run.id: run for run in runs}
    branches: dict[str, list[Run]] = {}
    roots = []
    for run in known.values():
        if run.parent in known:
            branches.setdefault(run.parent, []).append(run)
        else:
            roots.append(run)
    depths: dict[str, int] = {}

    def family(root: Run) -> list[Run]:
        ordered, waiting = [], [(root, 0)]
        while waiting:
            run, depths[run.id] = waiting.pop()
            ordered.append(run)
            own = sorted(branches.get(run.id, ()), key=lambda b: (b.parent_step or 0, b.created))
            waiting += [(branch, depths[run.id] + 1) for branch in reversed(own)]
        return ordered

    families = [family(root) for root in roots]
    families.sort(key=lambda one: max(SORTED_BY["made"](r) for r in one), reverse=newest_first)
    return [run for one in families for run in one], depths
