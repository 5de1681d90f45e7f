"""A run's configuration: recipes under it, clear problems, live changes."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from ebm_core import RunConfig
from ebm_core.datasets import DATASETS
from ebm_core.methods import METHODS
from ebm_core.runs.changes import changed
from ebm_core.runs.config import laid_under, recipe, saved
from ebm_core.runs.problems import problems
from ebm_core.samplers.langevin import Langevin


def described(method: Any = None, **fields: Any) -> RunConfig:
    return RunConfig.model_validate(
        {"dataset": {"kind": "moons"}, "method": method or {"kind": "persistent"}, **fields}
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dataset", ["gaussian_ring", "digits"])
def test_play_gives_a_whole_run_that_survives_json(dataset: str, method: str) -> None:
    if dataset == "digits" and not METHODS[method].recipe((1, 8, 8)):
        pytest.skip("a method for the plane alone")
    config = RunConfig.model_validate({"dataset": {"kind": dataset}, "method": {"kind": method}})
    assert RunConfig.model_validate_json(config.model_dump_json()) == config
    parts = recipe(method, DATASETS[dataset].example().shape)
    assert parts["method"] == config.method.model_dump(mode="json")
    assert config.seconds == (30 if dataset == "gaussian_ring" else 120)


def test_what_is_given_wins_over_the_recipe() -> None:
    config = described({"kind": "persistent", "chain_steps": 3}, energy={"hidden": [16]})
    assert config.method.model_dump()["chain_steps"] == 3
    assert config.energy.model_dump()["hidden"] == (16,)
    assert config.energy.model_dump()["fourier_features"] == 32


def test_a_plug_in_of_another_kind_replaces_the_recipes() -> None:
    below = {"sampler": {"kind": "langevin", "noise_scale": 1}, "k": 1}
    assert laid_under(below, {"sampler": {"kind": "mala"}}) == {"sampler": {"kind": "mala"}, "k": 1}
    digits = RunConfig.model_validate(
        {
            "dataset": {"kind": "digits"},
            "method": {"kind": "persistent", "sampler": {"kind": "mala"}},
        }
    )
    assert digits.method.model_dump()["sampler"]["kind"] == "mala"


@pytest.mark.parametrize(
    ("given", "path", "allowed"),
    [
        ({"dataset": {"kind": "moon"}}, "dataset.kind", ", ".join(DATASETS)),
        ({"method": {"kind": "x"}}, "method.kind", ", ".join(METHODS)),
        ({"method": {"kind": {"kind": "x"}}}, "method.kind", ", ".join(METHODS)),
        ({"method": {"kind": "persistent", "chain_steps": 0}}, "method.chain_steps",
         "a whole number >= 1 and <= 500"),
        ({"method": {"kind": "persistent", "sampler": {"kind": "langevin", "step_size": -1}}},
         "method.sampler.step_size", "a number > 0 and <= 100"),
        ({"method": {"kind": "persistent", "restart_from": "x"}}, "method.restart_from",
         "data, noise"),
        ({"optimization": {"batch_size": "many"}}, "optimization.batch_size",
         "a whole number >= 2 and <= 65536"),
        ({"dataset": {"kind": "moons", "colour": 1}}, "dataset.colour", None),
    ],
)  # fmt: skip
def test_a_problem_is_told_by_path_and_bounds(
    given: dict[str, Any], path: str, allowed: str | None
) -> None:
    run = {"dataset": {"kind": "moons"}, "method": {"kind": "persistent"}, **given}
    with pytest.raises(ValidationError) as caught:
        RunConfig.model_validate(run)
    (problem,) = problems(RunConfig, caught.value)
    assert (problem.path, problem.allowed) == (path, allowed)


@pytest.mark.parametrize("model", [RunConfig, *METHODS.values(), Langevin])
def test_true_is_no_number(model: type[BaseModel]) -> None:
    schema = model.model_json_schema()["properties"]
    numbers = [name for name, one in schema.items() if one.get("type") in ("integer", "number")]
    assert numbers
    for name in numbers:
        with pytest.raises(ValidationError) as error:
            model.model_validate({name: True})
        assert f"{name} is True: a number is needed" in str(error.value)


def test_a_list_with_true_in_it_is_told_by_its_path() -> None:
    given = {"dataset": {"kind": "moons"}, "method": {"kind": "exact"}}
    energy = {"kind": "mlp", "hidden": [True, 8]}
    with pytest.raises(ValidationError) as error:
        RunConfig.model_validate({**given, "energy": energy})
    (problem,) = problems(RunConfig, error.value)
    assert (problem.path, problem.value) == ("energy.hidden", [True, 8])


def test_a_field_of_several_types_says_what_each_needs() -> None:
    with pytest.raises(ValidationError) as refused:
        described(dataset={"kind": "points", "values": [[0, 1], [1, 2]], "smoothing": -1})
    (told,) = problems(RunConfig, refused.value)
    assert str(told) == (
        "dataset.smoothing is -1: Input should be 'auto' or input should be greater than or equal "
        "to 0"
    )


def test_a_problem_of_many_rows_does_not_hold_them() -> None:
    rows = [[float(row), 0.0] for row in range(200_001)]
    with pytest.raises(ValidationError) as caught:
        described(dataset={"kind": "points", "values": rows})
    (problem,) = problems(RunConfig, caught.value)
    assert (problem.path, problem.value) == ("dataset.values", None)
    assert "200001" in problem.message


def test_a_run_has_one_length() -> None:
    with pytest.raises(ValidationError, match="give one of the two"):
        described(seconds=1, updates=1)
    assert described(updates=7).seconds is None


def test_a_live_field_changes_and_nothing_else() -> None:
    config = described({"kind": "persistent", "sampler": {"kind": "langevin", "step_size": 0.1}})
    new = changed(config, "method.sampler.step_size", 0.3)
    assert new.method.model_dump()["sampler"] == Langevin(step_size=0.3).model_dump()
    assert changed(new, "method.sampler.step_size", 0.1) == config


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("method.sampler.step_size", -1, "greater than 0"),
        ("method.buffer_size", 512, "cannot change while a run goes on"),
        ("method.speed", 1, "there is no field 'speed'"),
        ("method.chain_steps.deep", 1, "no fields of its own"),
        ("seed", 1, "cannot change"),
    ],
)
def test_what_cannot_change_is_refused(path: str, value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        changed(described(), path, value)


@pytest.mark.parametrize(
    ("method", "younger"),
    [("denoising", "method.walk_steps"), ("noise_conditional", "method.denoise")],
)
def test_a_run_that_was_written_before_a_field_is_read_as_it_was(method: str, younger: str) -> None:
    """A recipe of today that sets it changes no run of before."""
    given = {"dataset": {"kind": "digits"}, "method": {"kind": method}}
    config = RunConfig.model_validate(given)
    assert config.optimization.decay_updates
    written = config.model_dump(mode="json")
    assert saved(written)[0] == config
    _, field = younger.split(".")
    assert written["method"].pop(field)
    del written["optimization"]["decay_updates"]
    before, _ = saved(written)
    assert before.optimization.decay_updates is None
    assert not before.method.model_dump()[field]
    # what is given by a person still has the recipe under it
    assert RunConfig.model_validate(given) == config
