"""A run: its config, seed and events decide it; it stops where it must."""

from pathlib import Path
from typing import Any

import pytest
import torch

from ebm_core import RunConfig, Training, TrainingDiverged, load, train
from ebm_core.optimization import Optimization, Schedule
from ebm_core.runs.changes import Change


def described(**fields: Any) -> RunConfig:
    run = {"dataset": {"kind": "gaussian_ring"}, "method": {"kind": "persistent"}, "updates": 20}
    return RunConfig.model_validate({**run, **fields})


def walked(training: Training, updates: int | None = None) -> Training:
    while not training.finished and (updates is None or training.step < updates):
        training.update()
    return training


def weights(training: Training) -> torch.Tensor:
    return torch.cat(
        [p.flatten() for p in [*training.energy.parameters(), *training.network.parameters()]]
    )


def test_looking_changes_nothing() -> None:
    plain, watched = walked(Training(described())), Training(described())
    while not watched.finished:
        watched.update()
        watched.frame(landscape=watched.step % 10 == 0)
    watched.evaluate()
    assert torch.equal(weights(plain), weights(watched))


def test_training_leaves_the_callers_randomness_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    walked(Training(described(updates=3)))
    assert torch.equal(torch.rand(3), expected)


def test_a_time_budget_is_replayed_from_its_events(tmp_path: Path) -> None:
    """Also where the run was resumed, and measured its speed before and after."""
    budget = described(updates=None, seconds=0.6)
    first = Training(budget)
    walked(first, 10)
    first.change("method.sampler.step_size", 0.2)
    first.save(tmp_path)
    first = walked(Training.resume(tmp_path))
    assert [event.path for event in first.events].count("updates") >= 3
    second = walked(Training(budget, first.events))
    assert second.step == first.step
    assert torch.equal(weights(first), weights(second))
    assert second.events == first.events


def test_a_length_that_is_asked_for_ends_a_time_budget(tmp_path: Path) -> None:
    first = walked(Training(described(method={"kind": "denoising"}, updates=None, seconds=0.5)))
    first.save(tmp_path)
    longer = Training.resume(tmp_path)
    longer.change("updates", first.step + 50)
    assert walked(longer).step == first.step + 50


def test_a_time_budget_is_kept() -> None:
    training = walked(Training(described(method={"kind": "denoising"}, updates=None, seconds=1.0)))
    assert 0.7 < training.seconds < 1.3


def test_another_seed_is_another_run() -> None:
    first, second = (walked(Training(described(updates=3, seed=seed))) for seed in (0, 1))
    assert not torch.equal(weights(first), weights(second))


def test_a_run_away_is_named_and_the_last_good_weights_stay() -> None:
    sampler = {"kind": "langevin", "step_size": 90.0}
    config = described(method={"kind": "persistent", "sampler": sampler})
    training = Training(config)
    with pytest.raises(TrainingDiverged) as caught:
        walked(training)
    assert caught.value.quantity in ("loss", "energy_samples", "the gradient's norm")
    assert "try" in caught.value.remedy
    assert all(p.isfinite().all() for p in training.network.parameters())
    assert training.frame().landscape is not None


def test_a_generator_of_frames_takes_changes() -> None:
    frames = train(described(updates=30), frame_every=10, evaluate_every=15)
    first = next(frames)
    frames.send({"optimization.learning_rate": 1e-9})
    last = list(frames)[-1]
    assert (first.step, last.step) == (10, 30)
    assert last.metrics["learning_rate"] < 1e-9
    assert "kl" in last.metrics
    assert first.arrays["chains"].shape == (160, 2)


def test_a_loaded_energy_is_in_the_datas_own_coordinates(tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    values = 1000 + 50 * torch.randn(400, 2, generator=generator)
    config = RunConfig.model_validate(
        {
            "dataset": {"kind": "points", "values": values.tolist()},
            "method": {"kind": "persistent"},
            "updates": 300,
        }
    )
    walked(Training(config)).save(tmp_path)
    energy = load(tmp_path)
    near, far = energy(torch.tensor([[1000.0, 1000.0], [0.0, 0.0]]))
    assert near < far - 5
    samples = energy.sample(500, steps=50)
    assert (samples.mean(0) - 1000).abs().max() < 15
    assert 35 < samples.std() < 65
    with pytest.raises(ValueError, match=r"takes \(n, 2\)"):
        energy(torch.zeros(3, 1, 8, 8))


def test_the_learning_rate_rises_then_falls_to_its_final_share() -> None:
    schedule = Schedule(Optimization(learning_rate=1.0, warmup=10, final_rate=0.1), horizon=100)
    rates = []
    for schedule.step in range(101):
        rates.append(schedule.learning_rate)
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(rates[9], rel=0.03)
    assert rates[100] == pytest.approx(0.1)
    schedule.horizon = None
    assert schedule.learning_rate == 1.0


def test_an_event_of_a_field_that_is_not_live_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot change"):
        Training(described(), [Change(step=0, path="seed", value=3)])


@pytest.mark.parametrize("length", [0, -5, 3.5, "long", None])
def test_a_length_out_of_bounds_is_refused(length: object) -> None:
    with pytest.raises(ValueError, match="updates is"):
        Training(described(), [Change(step=0, path="updates", value=length)])
    training = Training(described())
    with pytest.raises(ValueError, match="updates is"):
        training.change("updates", length)
    assert training.horizon == 20
    assert not training.events


def test_a_time_budget_cannot_be_taken_away() -> None:
    training = Training(described(updates=None, seconds=5.0))
    with pytest.raises(ValueError, match="a run has an end"):
        training.change("seconds", None)
    assert training.config.seconds == 5.0


def test_paired_noise_and_the_far_field_take_a_batch_of_any_size() -> None:
    for batch_size in (2, 3, 8):
        config = RunConfig.model_validate(
            {
                "dataset": {"kind": "gaussian_ring"},
                "method": {"kind": "denoising"},
                "optimization": {"batch_size": batch_size},
                "updates": 10,
            }
        )
        assert torch.tensor(Training(config).update()["loss"]).isfinite()


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"method": "denoising"}, "method is 'denoising': a mapping of settings is needed"),
        ({"dataset": {"kind": "points", "values": "a.csv"}}, "read a file first"),
        ({"updates": -1}, "updates is -1: .*; allowed: a whole number >= 1"),
        ({"methdo": 1}, "methdo is 1: there is no such field"),
        ({"dataset": {"kind": "points", "values": [[1, 1]] * 5}}, "^dataset: all 5 points are"),
        (
            {"dataset": {"kind": "points", "values": [[1, 2]] * 9, "labels": ["a"] * 9}},
            "dataset.labels.0 is 'a'[\\s\\S]*and 4 more$",
        ),
    ],
)
def test_a_bad_config_is_told_in_sentences(parts: dict[str, Any], told: str) -> None:
    given = {"dataset": {"kind": "moons"}, "method": {"kind": "denoising"}, "updates": 1, **parts}
    with pytest.raises(ValueError, match=told) as refused:
        train(given)
    assert "pydantic" not in str(refused.value)


def test_the_rate_has_fallen_where_the_decay_ends_however_long_the_run() -> None:
    options = Optimization(warmup=0, final_rate=0.1, decay_updates=50)
    long, short = (Schedule(options, horizon=horizon) for horizon in (200, 30))
    unknown = Schedule(options)
    for schedule in (long, unknown):
        factors = []
        for schedule.step in (0, 25, 50, 150):
            factors.append(schedule.factor)
        assert factors == pytest.approx([1, 0.55, 0.1, 0.1])
    short.step = 30
    assert short.factor == pytest.approx(0.1)
