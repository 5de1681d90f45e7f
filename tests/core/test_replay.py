"""A run is its config, its seed and its events, for every method on the shelf."""

from pathlib import Path
from random import Random

import pytest
import torch

from ebm_core import RunConfig, Training
from ebm_core.checks.histories import described, held, lived, recorded
from ebm_core.methods import METHODS

LENGTHS = {"gaussian_ring": 12, "digits": 4}


@pytest.mark.parametrize("dataset", LENGTHS)
@pytest.mark.parametrize("kind", METHODS)
def test_a_run_is_replayed_from_its_events(kind: str, dataset: str, tmp_path: Path) -> None:
    """In one go, and from a checkpoint that has some of the changes still ahead."""
    config = described(kind, dataset, LENGTHS[dataset])
    first = lived(config, Random(f"{kind} {dataset}"))
    second = Training(config, recorded(first))
    while len(second.replayed) > len(first.events) // 2:
        second.update()
    while second.replayed:
        second.save(tmp_path)
        second.update()
    resumed = Training.resume(tmp_path)
    assert resumed.replayed
    for replay in (second, resumed):
        while not replay.finished:
            replay.update()
        assert held(replay, tmp_path / "replay") == held(first, tmp_path / "first")


def test_a_change_is_part_of_what_decides_a_run(tmp_path: Path) -> None:
    config = described("persistent", "gaussian_ring", 8)
    first = lived(config, Random(0))
    without = Training(config, recorded(first)[1:])
    while not without.finished:
        without.update()
    assert held(without, tmp_path / "without") != held(first, tmp_path / "first")


def test_a_run_by_time_is_repeated_from_its_checkpoint(tmp_path: Path) -> None:
    given = {"dataset": {"kind": "moons"}, "method": {"kind": "denoising"}, "seconds": 0.4}
    first = Training(RunConfig.model_validate(given))
    while not first.finished:
        if first.step == 7:
            first.change("method.noise_level", 0.2)
        first.update()
    first.save(tmp_path)
    again = Training.repeated(tmp_path)
    assert (again.step, again.config) == (0, RunConfig.model_validate(given))
    while not again.finished:
        again.update()
    assert (again.step, again.events) == (first.step, first.events)
    ours, theirs = again.energy.state_dict(), first.energy.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_run_by_time_without_a_length_is_not_repeated(tmp_path: Path) -> None:
    given = {"dataset": {"kind": "moons"}, "method": {"kind": "denoising"}, "seconds": 900}
    run = Training(RunConfig.model_validate(given))
    run.update()
    run.save(tmp_path)
    with pytest.raises(ValueError, match="start it anew"):
        Training.repeated(tmp_path)
