"""A branch is its parent up to its update, bit for bit, for every method on the shelf."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from ebm_server.configs import branch
from ebm_server.limits import Limits

from ebm_core import RunConfig, Training
from ebm_core.checks.histories import described, held, lived, recorded
from ebm_core.methods import METHODS
from ebm_core.runs.changes import Change

DATASETS = {"gaussian_ring": 12, "digits": 4}


def branched(config: RunConfig, parent: Training, step: int, **changes: Any) -> Training:
    """A run of the changes that a branch is given, before its first update."""
    events = [change.model_dump(mode="json") for change in recorded(parent)]
    made = branch(config.model_dump(mode="json"), events, step, changes, Path(), Limits())
    return Training(config, [Change.model_validate(change) for change in made])


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("kind", METHODS)
def test_a_branch_without_a_change_equals_its_parent(
    kind: str, dataset: str, tmp_path: Path
) -> None:
    """At each of its moments; what the parent changed later is not the branch's."""
    config = described(kind, dataset, DATASETS[dataset])
    parent = lived(config, Random(f"{kind} {dataset}"))
    last = max(change.step for change in parent.events if change.path != "updates")
    whole = branched(config, parent, last)
    while not whole.finished:
        whole.update()
    assert held(whole, tmp_path / "branch") == held(parent, tmp_path / "parent")


def test_a_branch_goes_its_own_way_from_its_update_on(tmp_path: Path) -> None:
    config = described("denoising", "gaussian_ring", 8)
    parent = Training(config)
    own = branched(config, parent, 5, **{"optimization.learning_rate": 0.5})
    for _ in range(5):
        parent.update()
        own.update()
    assert weights(own) == weights(parent)
    for run in (parent, own):
        run.update()
    assert weights(own) != weights(parent)


def weights(run: Training) -> dict[str, Any]:
    """Of the energy."""
    return {name: value.tolist() for name, value in run.energy.state_dict().items()}
