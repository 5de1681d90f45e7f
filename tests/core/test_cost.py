"""The estimate of an update's cost is of the right size, and a long update can be broken off."""

from pathlib import Path
from typing import Any

import pytest

from ebm_core import RunConfig, Training
from ebm_core.chains.interruption import interruptible
from ebm_core.methods import METHODS
from ebm_core.runs.cost import PASSES, cost_of


def config_of(kind: str, **method: Any) -> RunConfig:
    data = {"kind": "moons"}
    return RunConfig.model_validate(
        {"dataset": data, "method": {"kind": kind, **method}, "updates": 10}
    )


@pytest.mark.parametrize("kind", METHODS)
def test_the_estimate_is_near_to_what_is_counted(kind: str) -> None:
    config = config_of(kind)
    cost = cost_of(config)
    training = Training(config)
    metrics = training.update()
    counted = metrics["gradient_evaluations"] + metrics["value_evaluations"]
    estimated = cost.chains * cost.steps
    assert counted / 12 < estimated < 2 * counted
    assert cost.weights == sum(p.numel() for p in training.energy.parameters())


def test_more_of_anything_costs_more() -> None:
    small = cost_of(config_of("persistent", chains=100, chain_steps=2))
    more = cost_of(config_of("persistent", chains=400, buffer_size=400, chain_steps=20))
    assert more.seconds > 5 * small.seconds
    assert more.memory > small.memory
    leaps = {"kind": "hmc", "leapfrog_steps": 10}
    jumpy = cost_of(config_of("persistent", chains=100, chain_steps=2, sampler=leaps))
    assert jumpy.steps == 20
    assert jumpy.seconds * 3e10 > PASSES * 100 * 20


class Enough(Exception):
    pass


def test_an_update_that_is_broken_off_leaves_no_trace(tmp_path: Path) -> None:
    calm, broken = (Training(config_of("persistent", chain_steps=6)) for _ in range(2))
    for training in (calm, broken):
        for _ in range(3):
            training.update()
    broken.save(tmp_path)

    def ask(made: int, steps: int) -> None:
        assert steps == 6
        if made == 4:
            raise Enough

    with pytest.raises(Enough), interruptible(ask):
        broken.update()
    resumed = Training.resume(tmp_path)
    for training in (calm, resumed):
        for _ in range(3):
            training.update()
    weights = [list(training.energy.parameters()) for training in (calm, resumed)]
    assert all(bool((a == b).all()) for a, b in zip(*weights, strict=True))
    assert calm.metrics["gradient_evaluations"] == resumed.metrics["gradient_evaluations"]
