"""What the server asks of `ebm_core` about sweeps. Importing this imports torch."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ebm_core.sweeps import summary
from ebm_core.sweeps.members import members
from ebm_core.sweeps.spec import Refused, read
from ebm_server.protocol.messages import Problem
from ebm_server.protocol.sweeps import SweepGroup, SweepPlan, SweepRun
from ebm_server.refusals import Invalid


def planned(toml: str, points: Path, at_once: int) -> tuple[SweepPlan, list[dict[str, Any]]]:
    """What a sweep comes to: its size, and each of its runs as JSON.

    Raises:
        Invalid: It cannot be made.
    """
    try:
        sweep = read(toml)
        found = members(sweep, points)
    except Refused as error:
        raise Invalid([Problem(**problem._asdict()) for problem in error.problems]) from error
    seconds = [member.config["seconds"] for member in found]
    plan = SweepPlan(
        name=sweep.name,
        runs=len(found),
        seconds=sum(seconds) if all(seconds) else None,
        at_once=at_once,
        varied=list(sweep.varied),
    )
    return plan, [vars(member) for member in found]


def grouped(runs: Sequence[SweepRun]) -> list[SweepGroup]:
    """Median, quartiles and failures of the runs that differ by their seed alone."""
    found = summary.groups(_outcomes(runs))
    return [SweepGroup.model_validate(dataclasses.asdict(group)) for group in found]


def as_csv(runs: Sequence[SweepRun], of_groups: bool) -> str:
    """The runs, or their groups, as a table."""
    outcomes = _outcomes(runs)
    if of_groups:
        return summary.groups_as_csv(summary.groups(outcomes))
    return summary.as_csv(outcomes)


def _outcomes(runs: Sequence[SweepRun]) -> list[summary.Outcome]:
    return [summary.Outcome(**run.model_dump()) for run in runs]
