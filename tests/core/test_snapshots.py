"""Snapshots: the past of a run as it was, few, and gone when the run goes back."""

from itertools import pairwise
from pathlib import Path

import pytest
import torch

from ebm_core import RunConfig, Training, load
from ebm_core.methods import METHODS
from ebm_core.runs import checkpoint, snapshots
from ebm_core.runs.load import written_at


def training(method: str = "denoising", **fields: object) -> Training:
    run = {"dataset": {"kind": "moons"}, "method": {"kind": method}, "updates": 1000, **fields}
    return Training(RunConfig.model_validate(run))


@pytest.mark.parametrize("kind", METHODS)
def test_a_past_update_is_as_it_was(kind: str, tmp_path: Path) -> None:
    dataset = "digits" if kind == "jem" else "moons"
    run = training(kind, dataset={"kind": dataset})
    run.update()
    points = run.sample_data(5)
    with torch.no_grad():
        before = run.network(points).cpu()
    snapshots.keep(tmp_path, run)
    run.update()
    snapshots.keep(tmp_path, run)
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    past = load(tmp_path, step=1)
    assert torch.equal(torch.rand(1), expected)
    with torch.no_grad():
        assert torch.equal(past.network(points).cpu(), before)
        assert not torch.equal(load(tmp_path, step=2).network(points).cpu(), before)
    drawn = past.sample(3, steps=2 if past.config.method.sample_steps is None else None)
    assert drawn.shape == (3, *run.dataset.shape)


def test_an_update_that_is_not_kept_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(snapshots.NoSnapshot, match="update 7; it keeps none at all"):
        load(tmp_path, step=7)
    run = training()
    snapshots.keep(tmp_path, run)
    run.update()
    snapshots.keep(tmp_path, run)
    with pytest.raises(ValueError, match=r"update 7; choose one of 0, 1$"):
        load(tmp_path, step=7)


def test_one_that_is_thinned_out_while_it_is_read_is_told_as_any_that_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that goes on does so: the file is there when one looks, and gone when one reads."""
    snapshots.keep(tmp_path, training())

    def thinned(*_: object, **__: object) -> None:
        (tmp_path / snapshots.FOLDER / snapshots.file_name(0)).unlink()
        raise FileNotFoundError(0)

    monkeypatch.setattr(checkpoint, "safe_open", thinned)
    with pytest.raises(snapshots.NoSnapshot, match="update 0; it keeps none at all"):
        snapshots.read(tmp_path, 0)
    with pytest.raises(snapshots.NoSnapshot, match="update 0"):
        written_at(tmp_path, 0)


def test_the_kept_are_few_dense_early_and_thin_late(tmp_path: Path) -> None:
    run = training()
    for step in range(500):
        run.schedule.step = step
        snapshots.keep(tmp_path, run)
    kept = snapshots.steps(tmp_path)
    assert snapshots.steps(str(tmp_path)) == kept
    assert len(kept) == snapshots.MOST
    assert kept[:4] == [0, 1, 2, 3]
    assert kept[-1] == step
    assert max(later / earlier for earlier, later in pairwise(kept[8:])) < 1.25


def test_large_networks_leave_fewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = training()
    snapshots.keep(tmp_path, run)
    size = (tmp_path / snapshots.FOLDER / snapshots.file_name(0)).stat().st_size
    monkeypatch.setattr(snapshots, "BYTES", 3.5 * size)
    for step in range(1, 9):
        run.schedule.step = step
        snapshots.keep(tmp_path, run)
    assert len(snapshots.steps(tmp_path)) == 3


def test_a_return_to_an_earlier_update_forgets_the_later_ones(tmp_path: Path) -> None:
    run = training()
    for step in (0, 5, 10, 20):
        run.schedule.step = step
        snapshots.keep(tmp_path, run)
    snapshots.forget_after(tmp_path, 10)
    assert snapshots.steps(tmp_path) == [0, 5, 10]


def test_what_somebody_looks_at_makes_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "MOST", 6)
    run = training()
    for _ in range(60):
        run.update()
        snapshots.keep(tmp_path, run, spared=[50, 51])
    kept = snapshots.steps(tmp_path)
    assert {1, 50, 51, 60} <= set(kept)
    assert len(kept) == 6
