"""Recipes of papers: each is a run, of the size that it tells, and makes an update."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from ebm_core import RunConfig, Training
from ebm_core.presets import PRESETS, preset_called
from ebm_core.presets.run import parameters, part, whole
from ebm_core.runs.config import laid_under
from tests.core.test_published import Files, like_cifar, like_mnist, written

DATA: Mapping[str, Callable[[], Files] | None] = {
    "digits": None,
    "mnist": like_mnist,
    "fashion_mnist": like_mnist,
    "cifar10": like_cifar,
}
FEW = {"chains": 2, "buffer_size": 4, "chain_steps": 2, "negatives": 4, "labels": 10}
"""In the place of a method's own, where it has the field: an update then takes a second."""


def cases() -> list[Any]:
    """Each preset on each of its data; the networks of papers take long."""
    return [
        pytest.param(name, kind, marks=[pytest.mark.slow] if kind == "cifar10" else [])
        for name, preset in PRESETS.items()
        for kind in preset.on
    ]


def given(name: str, kind: str, folder: Path) -> dict[str, Any]:
    """A preset as a run on small files of the real format."""
    files = DATA[kind]
    place = {} if files is None else {"data": str(written(folder / "set", files()))}
    return laid_under(part(PRESETS[name], kind), {"dataset": {"kind": kind, **place}})


def test_every_preset_is_for_the_four_sets_of_images() -> None:
    assert [set(preset.on) for preset in PRESETS.values()] == [set(DATA)] * len(PRESETS)


@pytest.mark.parametrize(("name", "kind"), cases())
def test_a_preset_makes_a_real_update_of_its_own_network(
    name: str, kind: str, tmp_path: Path
) -> None:
    run = given(name, kind, tmp_path)
    config = RunConfig.model_validate(run)
    fewer = {field: few for field, few in FEW.items() if field in type(config.method).model_fields}
    small = {"method": fewer, "optimization": {"batch_size": 4, "warmup": 0}, "device": "cpu"}
    short = {"seconds": None, "updates": 2}
    training = Training(RunConfig.model_validate(laid_under(run, small, short)))
    training.schedule.step = 1  # at the first, and each fiftieth, JEM judges 2,000 images
    before = [weights.clone() for weights in training.energy.parameters()]
    metrics = training.update()
    assert all(torch.tensor(float(value)).isfinite() for value in metrics.values())
    pairs = zip(training.energy.parameters(), before, strict=True)
    assert any(not torch.equal(after, weights) for after, weights in pairs)
    assert sum(map(torch.numel, before)) == parameters(PRESETS[name], kind)


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in PRESETS for kind in DATA])
def test_the_page_fills_in_the_run_that_the_command_line_makes(
    name: str, kind: str, tmp_path: Path
) -> None:
    run = RunConfig.model_validate(given(name, kind, tmp_path)).model_dump(mode="json")
    filled = whole(PRESETS[name], kind)
    assert filled["dataset"].items() <= run.pop("dataset").items()
    assert {**filled, "plugins": []} == {**run, "dataset": filled["dataset"]}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_where_it_is_from_and_what_came_of_it(name: str) -> None:
    preset = PRESETS[name]
    assert preset.link.startswith("https://arxiv.org/abs/")
    assert any(str(year) in preset.paper for year in range(2016, 2022))
    for kind, setup in preset.on.items():
        assert all(sentence.endswith(".") for sentence in preset.differences(kind))
        assert setup.figures.endswith(".")
        if setup.measured:
            assert setup.measured.frechet >= setup.measured.frechet_floor / 2
            assert not setup.measured.looks.endswith(".")
        else:
            assert setup.not_measured.startswith("not run")


def test_what_is_no_preset_or_for_other_data_is_told() -> None:
    with pytest.raises(ValueError, match="no preset 'igem'; choose one of igebm, short_run"):
        preset_called("igem")
    with pytest.raises(ValueError, match="for digits, mnist, fashion_mnist, cifar10, and the data"):
        part(preset_called("igebm"), "moons")
