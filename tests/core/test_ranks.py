"""Several processes train one run: the same weights on all, of the gradient of the whole batch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from ebm_core import RunConfig, Training, TrainingDiverged, load, train
from ebm_core.methods import METHODS
from ebm_core.methods.score_matching.exact import ExactScoreMatching
from ebm_core.randomness.streams import stream, stream_seed
from ebm_core.ranks.group import ProcessGroup
from ebm_core.runs import checkpoint
from ebm_core.runs.shared_state import SAME
from tests.core.pair import pair

OWN = {"negatives", "points", "labels", "buffer", "ages", "series"}
"""What ranks may differ in of their learners: data, chains, and what is shown; never weights."""

CONVOLUTIONAL = {"kind": "convolutional", "channels": 4}


@pytest.fixture(scope="module")
def ranks() -> Iterator[ProcessGroup]:
    """One pair of processes for all tests here."""
    with pair() as group:
        yield group


def described(method: str | dict[str, Any] = "persistent", **fields: Any) -> RunConfig:
    kind = {"kind": method} if isinstance(method, str) else method
    run = {"dataset": {"kind": "moons"}, "method": kind, "updates": 6, "processes": 2}
    return RunConfig.model_validate({**run, **fields})


def walked(training: Training, updates: int | None = None) -> Training:
    while not training.finished and (updates is None or training.step < updates):
        training.update()
    return training


def leaves(state: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """What nested state holds, by its path."""
    if isinstance(state, dict):
        for name, value in state.items():
            yield from leaves(value, f"{path}/{name}")
    elif path != "/seconds":
        yield path, state


def held(directory: Path) -> dict[str, Any]:
    """What a checkpoint holds, as what can be compared."""
    return {
        path: value.flatten().tolist() if isinstance(value, Tensor) else value
        for path, value in leaves(checkpoint.load(directory))
    }


RUNS = [
    *(pytest.param({"method": kind}, id=kind) for kind in METHODS),
    pytest.param({"method": {"kind": "variational", "estimator": "paper"}}, id="variational paper"),
    *(
        pytest.param(
            {"method": kind, "dataset": {"kind": "digits"}, "energy": CONVOLUTIONAL},
            id=f"{kind} of digits",
        )
        for kind in ("persistent", "denoising", "mutual_information")
    ),
]


@pytest.mark.parametrize("fields", RUNS)
def test_weights_are_the_same_on_all_ranks_and_a_run_resumes_bit_for_bit(
    fields: dict[str, Any], ranks: ProcessGroup, tmp_path: Path
) -> None:
    alone = walked(Training(described(**fields), ranks=ranks), 3)
    alone.save(tmp_path / "half")
    walked(alone).save(tmp_path / "alone")
    other = alone.state()["ranks"]["1"]
    apart = {
        path for path, value in leaves(other) if not (isinstance(value, str) and value == SAME)
    }
    assert {"/generator", "/data_generator"} <= apart
    learned = {path for path in apart if path.startswith("/learner/")}
    assert {path.split("/")[2] for path in learned} <= OWN
    walked(Training.resume(tmp_path / "half", ranks=ranks)).save(tmp_path / "resumed")
    assert held(tmp_path / "resumed") == held(tmp_path / "alone")


def test_the_gradient_is_that_of_the_whole_batch(ranks: ProcessGroup) -> None:
    """Exact score matching without softening draws nothing but its batch. Adam's first moment is
    then a tenth of the mean gradient of both, and equals that of one batch up to rounding."""
    bare = {"kind": "exact", "halo_share": 0, "fading_noise": 0, "far_margin": None}
    together = walked(Training(described(bare), ranks=ranks), 1)
    moments = together.learner.state()["descent"]
    single = Training(described(bare, processes=1))
    halves = []
    for rank in (0, 1):
        generator = stream(0, "data", rank=rank)
        points, _ = single.dataset.sample_under(0.0, 128, generator)
        halves.append(single.dataset.to_model(points))
    method = single.config.method
    assert isinstance(method, ExactScoreMatching)
    loss = method.objective(single.energy, torch.cat(halves), single.generator).loss
    weights = list(single.energy.parameters())
    expected = torch.autograd.grad(loss, weights, allow_unused=True, materialize_grads=True)
    for index, gradient in enumerate(expected):
        found = 10 * moments[str(index)]["exp_avg"]
        atol = 1e-5 * float(gradient.abs().max())
        torch.testing.assert_close(found, gradient, rtol=1e-4, atol=atol)


@pytest.mark.parametrize("method", ["persistent", "denoising"])
def test_two_processes_learn_what_one_does(method: str, ranks: ProcessGroup) -> None:
    """Over four seeds KL after 200 updates was .05 to .07 with one, and .05 to .08 with two."""
    single = walked(Training(described(method, processes=1, updates=200))).evaluate()["kl"]
    together = walked(Training(described(method, updates=200), ranks=ranks)).evaluate()["kl"]
    assert max(single, together) < 0.1
    assert abs(single - together) < 0.05


def test_a_change_and_a_length_by_time_reach_all(ranks: ProcessGroup, tmp_path: Path) -> None:
    """The speed is measured by the leader alone; the run is then repeated on its record."""
    first = Training(described(updates=None, seconds=0.3), ranks=ranks)
    walked(first, 5)
    first.change("method.chain_steps", 3)
    walked(first).save(tmp_path / "first")
    assert [event.path for event in first.events].count("updates") >= 2
    walked(Training.repeated(tmp_path / "first", ranks)).save(tmp_path / "again")
    first_held, again = held(tmp_path / "first"), held(tmp_path / "again")
    differing = {path for path in first_held if first_held[path] != again[path]}
    assert differing <= {"/measures_speed", "/calibrated"}


def test_all_diverge_together_and_may_begin_anew(ranks: ProcessGroup) -> None:
    sampler = {"kind": "langevin", "step_size": 90.0}
    wild = Training(described({"kind": "persistent", "sampler": sampler}, updates=50), ranks=ranks)
    with pytest.raises(TrainingDiverged):
        walked(wild)
    assert walked(Training(described("denoising", updates=2), ranks=ranks)).step == 2


def test_a_run_of_two_is_opened_by_one_and_not_trained(ranks: ProcessGroup, tmp_path: Path) -> None:
    walked(Training(described(), ranks=ranks), 2).save(tmp_path / "run")
    energy = load(tmp_path / "run")
    assert energy([[0.0, 0.0]]).shape == (1,)
    assert len(energy.sample(5)) == 5
    energy.save(tmp_path / "copy")  # which can be gone on with, too
    assert held(tmp_path / "copy") == held(tmp_path / "run")
    assert walked(Training.resume(tmp_path / "copy", ranks=ranks)).step == 6
    with pytest.raises(ValueError, match="trained by 2 processes"):
        Training.resume(tmp_path / "run").update()
    with pytest.raises(ValueError, match="trained by one process"):
        Training(described(processes=1), ranks=ranks).update()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"processes": 3}, r"batch_size is 256: 3 processes .* multiple of 3, such as 255"),
        ({"processes": 256}, "each of 256 processes needs 2 points"),
        (
            {"method": {"kind": "persistent", "chains": 63, "buffer_size": 64}},
            "method.chains is 63: 2 processes cannot divide it evenly",
        ),
        (
            {"method": {"kind": "persistent", "chains": 2}},
            "method.chains is 2: each of 2 processes has 1 of it; a share must be",
        ),
    ],
)
def test_shares_that_are_not_equal_are_refused(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        described(**fields)


def test_where_one_process_trains_a_run_of_several_is_refused() -> None:
    with pytest.raises(ValueError, match="`ebm train --processes 2`"):
        train(described())


def test_each_rank_draws_its_own_numbers_and_the_first_those_of_one_process() -> None:
    assert stream_seed(7, "data") == 8 * 7 + 1
    draws = [torch.rand(4, generator=stream(7, "data", rank=rank)).tolist() for rank in range(4)]
    assert len({tuple(drawn) for drawn in draws}) == 4


def test_one_process_is_not_said_so_that_digests_stay() -> None:
    assert "processes" not in described(processes=1).model_dump(mode="json")
    assert described().model_dump(mode="json")["processes"] == 2
