"""What tells runs of one method on the same data apart: settings in which their configs differ."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from ebm_server.protocol.runs import Run

UNTOLD = {"seed", "updates", "plugins", "dataset.values", "dataset.pictures", "dataset.labels"}
"""Seed and updates are told anyway, and arrays are no words."""
MOST = 4
"""Settings that are told of a run."""


def told_apart(runs: Sequence[Run]) -> dict[str, dict[str, Any]]:
    """By run: the settings, by path, that not all of these runs of its method and data share."""
    alike: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        alike[run.method, run.dataset].append(run)
    found: dict[str, dict[str, Any]] = {}
    for group in alike.values():
        settings = {run.id: dict(leaves(run.config)) for run in group}
        paths = dict.fromkeys(path for of_run in settings.values() for path in of_run)
        differing = [
            path for path in paths if len({repr(one.get(path)) for one in settings.values()}) > 1
        ]
        # fields of another kind of a part go with that
        parts = [path.removesuffix("kind") for path in differing if path.endswith(".kind")]
        told = [
            path
            for path in differing
            if path.endswith(".kind") or not path.startswith(tuple(parts))
        ]
        for run in group:
            own = settings[run.id]
            found[run.id] = {path: own[path] for path in told if path in own}
    return {run: dict(list(own.items())[:MOST]) for run, own in found.items()}


def leaves(config: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """A config's values by path, such as `method.chain_steps`."""
    for name, value in config.items():
        path = f"{before}{name}"
        if path in UNTOLD:
            continue
        if isinstance(value, dict):
            yield from leaves(value, f"{path}.")
        else:
            yield path, value
