"""How a sweep and its runs are told of, from their rows and entries."""

from dataclasses import dataclass
from typing import Any

from ebm_server.protocol.sweeps import SweepRun, SweepState
from ebm_server.runs.ledger import Entry

PASSING = frozenset(
    {
        *("loss", "energy_data", "energy_samples", "learning_rate", "smoothing"),
        *("updates_per_second", "publishing_share"),
    }
)
"""Metrics that tell of an update, and not of what was learned."""


@dataclass
class Known:
    """A sweep, as its row has it."""

    id: str
    name: str
    toml: str
    members: list[dict[str, Any]]
    """The key, values and config of each of its runs."""
    created: str
    active: bool
    """Whether it goes on by itself."""


def has_ended(sweep: Known, entries: dict[str, Entry]) -> bool:
    """Whether every run has finished or failed."""
    found = (entries.get(member["key"]) for member in sweep.members)
    return all(entry and entry.run.state in ("finished", "failed") for entry in found)


def state(sweep: Known, entries: dict[str, Entry]) -> SweepState:
    """Whether a sweep goes on, is held, or has ended."""
    if sweep.active:
        return "running"
    return "finished" if has_ended(sweep, entries) else "paused"


def told(member: dict[str, Any], entry: Entry | None) -> SweepRun:
    """A run of a sweep, with what it has come to once it has ended."""
    key, values = member["key"], member["values"]
    if entry is None:
        return SweepRun(key=key, values=values)
    run = entry.run
    metrics = run.metrics if run.state == "finished" else {}
    return SweepRun(
        key=key,
        values=values,
        state=run.state,
        run=run.id,
        reason=run.reason,
        figures={name: float(n) for name, n in metrics.items() if name not in PASSING},
        updates=run.step,
        seconds=run.seconds,
    )


def called(member: dict[str, Any]) -> str:
    """The name of a run: its method, its data, and what else it has of its own."""
    config, values = member["config"], member["values"]
    own = [f"{p} = {v}" for p, v in values.items() if p not in ("method.kind", "dataset.kind")]
    name = f"{config['method']['kind']} on {config['dataset']['kind']}"
    return ", ".join([name, *own])[:200]
