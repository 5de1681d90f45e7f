"""Step sizes and noise levels are said in the units of the data, whatever these are."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from ebm_core import RunConfig, Training
from ebm_core.playground.trial import Trial, outcome
from ebm_core.runs.changes import changed, value_at
from ebm_core.runs.config import saved
from ebm_core.runs.problems import problems
from ebm_core.samplers.langevin import Langevin


def moons(factor: float) -> dict[str, Any]:
    x = np.random.default_rng(0).normal(size=(300, 2))
    x[:, 1] = x[:, 0] ** 2 + 0.3 * x[:, 1]
    return {"kind": "points", "values": x * factor}


def described(factor: float, method: Any = None, **fields: Any) -> RunConfig:
    method = {"kind": "denoising"} | (method or {})
    return RunConfig.model_validate({"dataset": moons(factor), "method": method, **fields})


def test_a_noise_level_is_given_in_the_datas_units() -> None:
    config = described(1000, {"noise_level": 100})
    scale = config.dataset.units.scale
    assert config.method.smoothing == pytest.approx(100 / scale)
    assert config.model_dump()["method"]["noise_level"] == 100
    training = Training(config)
    assert training.update()["smoothing"] == pytest.approx(100)


@pytest.mark.parametrize("method", ["denoising", "noise_conditional", "persistent", "variational"])
def test_what_is_not_given_does_not_depend_on_the_units(method: str) -> None:
    plain, large = (described(factor, {"kind": method}) for factor in (1, 1000))
    assert plain.method == large.method
    dumped = [config.model_dump()["method"] for config in (plain, large)]
    assert dumped[0] != dumped[1]


def test_sizes_survive_json_bit_for_bit() -> None:
    sampler = {"kind": "langevin", "step_size": 123.456}
    for method in ({"noise_level": 77.7}, {"kind": "persistent", "sampler": sampler}):
        config = described(317.7, method)
        again = RunConfig.model_validate_json(config.model_dump_json())
        assert again.method == config.method
        assert again.model_dump_json() == config.model_dump_json()


def test_a_size_that_is_an_area_scales_as_one() -> None:
    sampler = Langevin(step_size=0.5)
    config = described(1000, {"kind": "persistent", "sampler": sampler})
    inside = value_at(config, "method").sampler.step_size
    assert inside == pytest.approx(0.5 / config.dataset.units.scale**2)


def test_bounds_are_told_in_the_datas_units() -> None:
    with pytest.raises(ValidationError) as caught:
        described(1000, {"noise_level": 1e6})
    (problem,) = problems(RunConfig, caught.value)
    most = 10 * described(1000).dataset.units.scale
    assert (problem.path, problem.value) == ("method.noise_level", 1e6)
    assert problem.allowed == f"a number > 0 and <= {most:.6g}"


def test_what_a_method_says_of_its_sizes_has_a_unit() -> None:
    levels = {"kind": "multi_scale", "smallest": 500, "largest": 100, "colour": 1}
    with pytest.raises(ValidationError) as caught:
        described(1000, levels)
    (problem,) = problems(RunConfig, caught.value)
    assert (problem.path, problem.message) == ("method.colour", "there is no such field")
    del levels["colour"]
    with pytest.raises(ValidationError, match=r"of which one is 762\.7 of the data's"):
        described(1000, levels)


def test_a_live_change_is_in_the_datas_units() -> None:
    training = Training(described(1000, updates=10))
    before = value_at(training.config, "method.noise_level")
    change = training.change("method.noise_level", 50)
    assert (change.value, change.previous) == (50, before)
    assert training.config.model_dump()["method"]["noise_level"] == 50
    assert training.config.method.smoothing == pytest.approx(50 / training.config.scale)
    with pytest.raises(ValueError, match=r"data's units.* > 0 and <= 7627"):
        training.change("method.noise_level", 1e7)


def test_other_changes_leave_sizes_as_they_are() -> None:
    config = described(1e-3, {"noise_level": 1e-4})
    longer = changed(config, "seconds", 3.0)
    assert (longer.method, longer.model_dump()["method"]) == (
        config.method,
        config.model_dump()["method"],
    )


def test_a_size_can_be_emptied_and_given_again() -> None:
    chains = {"kind": "persistent", "sampler": {"kind": "langevin", "drift_limit": 200}}
    config, path = described(1000, chains), "method.sampler.drift_limit"
    emptied = changed(config, path, None)
    assert (value_at(config, path), value_at(emptied, path)) == (200, None)
    assert emptied.model_dump()["method"]["sampler"]["drift_limit"] is None
    again = changed(emptied, path, 300)
    assert again.model_dump()["method"]["sampler"]["drift_limit"] == 300
    assert again.method.model_dump()["sampler"]["drift_limit"] < 1


def test_a_run_of_before_keeps_what_its_sizes_meant() -> None:
    points = {"kind": "points", "values": np.asarray(moons(1000)["values"]).tolist()}
    config, _ = saved({"dataset": points, "method": {"kind": "denoising", "noise_level": 0.2}})
    assert config.sizes == "model"
    assert config.method.smoothing == 0.2
    assert config.model_dump()["method"]["noise_level"] == 0.2


def test_built_in_distributions_have_one_unit() -> None:
    config = RunConfig.model_validate(
        {"dataset": {"kind": "moons"}, "method": {"kind": "denoising", "noise_level": 0.3}}
    )
    assert (config.scale, config.method.smoothing) == (1.0, 0.3)
    assert json.loads(config.model_dump_json())["method"]["noise_level"] == 0.3


def test_a_resumed_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    first = Training(described(1000, {"noise_level": 100}, updates=6))
    for _ in range(3):
        first.update()
    first.save(tmp_path)
    second = Training.resume(tmp_path)
    for run in (first, second):
        while not run.finished:
            run.update()
    for one, other in zip(
        first.energy.state_dict().values(), second.energy.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other)


def test_a_trial_on_a_run_has_sizes_and_places_in_the_datas_units(tmp_path: Path) -> None:
    shifted = moons(1000)
    shifted["values"] = shifted["values"] + 5e6
    run = {"dataset": shifted, "method": {"kind": "denoising"}, "updates": 1}
    training = Training(RunConfig.model_validate(run))
    training.update()
    training.save(tmp_path)
    scale = training.dataset.units.scale

    sampler = {"kind": "random_walk", "step_size": 100, "adaptation": 0}
    start = [float(x) for x in shifted["values"][0]]
    given = {"energy": {"run": "it"}, "sampler": sampler, "start": start, "steps": 40}
    trial = Trial.asked(given, tmp_path)
    assert trial.sampler.model_dump()["step_size"] == pytest.approx(100 / scale)
    found = outcome(trial, tmp_path)
    assert found.step_size == pytest.approx(100)
    assert found.draws[0, 0] == pytest.approx(start)
    far = {**given, "sampler": {**sampler, "step_size": 1e6}}
    with pytest.raises(ValidationError) as caught:
        Trial.asked(far, tmp_path)
    (problem,) = problems(Trial, caught.value)
    assert (problem.path, problem.allowed) == (
        "sampler.step_size",
        f"a number > 0 and <= {100 * scale:.6g}",
    )


def test_noise_that_is_not_given_is_as_fine_as_the_data() -> None:
    draws = np.random.default_rng(0)
    tenths = {}
    for count in (300, 20_000):
        angles = draws.uniform(0, 2 * np.pi, count)
        ring = np.c_[np.cos(angles), np.sin(angles)] + draws.normal(0, 0.03, (count, 2))
        config = RunConfig.model_validate(
            {"dataset": {"kind": "points", "values": ring}, "method": {"kind": "denoising"}}
        )
        tenths[count] = config.method.smoothing
        assert config.method.smoothing == min(0.1, config.dataset.detail or 0)
        given = {"kind": "noise_conditional", "smallest": 0.1 * config.scale}
        own = RunConfig.model_validate({"dataset": config.dataset, "method": given})
        assert own.method.smoothing == pytest.approx(0.1)
    assert tenths[20_000] < tenths[300] <= 0.1
    built_in = RunConfig.model_validate(
        {"dataset": {"kind": "rings"}, "method": {"kind": "denoising"}}
    )
    assert built_in.dataset.detail is None
    assert built_in.method.smoothing == 0.1
