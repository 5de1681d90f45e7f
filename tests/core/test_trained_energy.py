"""What was learned, as a function: any array, gradients and densities in the data's own units."""

import json
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import save_file

from ebm_core import RunConfig, TrainedEnergy, Training, load, train
from ebm_core.runs import checkpoint, snapshots

CENTER, SD = np.array([5000.0, -0.3]), np.array([200.0, 0.02])


def rows(count: int = 400) -> NDArray[np.float64]:
    return CENTER + SD * np.random.default_rng(0).normal(size=(count, 2))


def table(count: int = 400) -> NDArray[np.float64]:
    return 30 * np.random.default_rng(0).normal(size=(count, 2))


def trained(values: object, updates: int = 30, method: str = "denoising") -> TrainedEnergy:
    dataset = {"kind": "points", "values": values}
    run = train({"dataset": dataset, "method": {"kind": method}, "updates": updates})
    list(run)
    return run.energy


@pytest.fixture(scope="module")
def energy() -> TrainedEnergy:
    """Of two columns in units far apart."""
    return trained(rows(), 150)


@pytest.mark.parametrize(
    "points",
    [
        rows(6),
        np.asfortranarray(rows(6)),
        rows(12)[::-2],
        rows(6).round().astype(np.int64),
        rows(6).astype(np.float16),
        rows(6).astype(np.longdouble),
        rows(6).astype(">f8"),
        rows(6).tolist(),
        rows(6) > 0,
    ],
    ids=["float64", "Fortran", "strided", "int64", "float16", "longdouble", "big", "list", "bool"],
)
def test_arrays_are_taken_as_they_are(energy: TrainedEnergy, points: object) -> None:
    plain = torch.tensor(np.asarray(points).astype(np.float64))
    found = energy(points)  # type: ignore[call-overload]
    assert isinstance(found, np.ndarray)
    np.testing.assert_array_equal(found, energy(plain).numpy())
    for function in (energy.score, energy.log_prob):
        np.testing.assert_array_equal(function(points), function(plain).numpy())  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "kind", [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int32, torch.bool]
)
def test_tensors_of_any_real_type_are_taken(energy: TrainedEnergy, kind: torch.dtype) -> None:
    points = torch.tensor(rows(5)).to(kind)
    found = energy(points)
    assert found.dtype is torch.float32
    assert torch.equal(found, energy(points.double()))
    assert not found.requires_grad
    assert energy(points[:0]).shape == (0,)


@pytest.mark.parametrize(
    "points", [np.zeros(2), np.zeros((3, 3)), np.zeros((2, 2, 2)), np.array(0.0)]
)
def test_other_shapes_are_refused(energy: TrainedEnergy, points: object) -> None:
    for function in (energy, energy.score, energy.log_prob):
        with pytest.raises(ValueError, match=r"points have shape .* this energy takes \(n, 2\)"):
            function(points)  # type: ignore[call-overload]


def test_what_are_no_real_numbers_is_refused(energy: TrainedEnergy) -> None:
    for points in (np.array([["a", "b"]]), np.ones((2, 2), complex), torch.ones(2, 2) * 1j):
        with pytest.raises(ValueError, match="real numbers are needed"):
            energy(points)
    for bad in (math.inf, math.nan):
        for function in (energy, energy.score, energy.log_prob):
            with pytest.raises(ValueError, match=rf"point 1 is \[{bad}, 0.0\]; finite numbers"):
                function(np.array([[0, 0], [bad, 0]]))


@pytest.mark.parametrize("kind", [torch.float64, torch.float32])
def test_the_score_is_autograds_in_the_datas_units(
    energy: TrainedEnergy, kind: torch.dtype
) -> None:
    points = torch.tensor(rows(50), dtype=kind, requires_grad=True)
    (gradient,) = torch.autograd.grad(energy(points).sum(), points)
    assert gradient.dtype is kind
    score = energy.score(points.detach())
    torch.testing.assert_close(-gradient, score.to(kind), rtol=1e-3, atol=1e-4)
    # and that of finite differences, each axis in its own unit
    plain = torch.tensor(rows(50))
    for axis, unit in enumerate(SD):
        step = torch.zeros(2, dtype=torch.float64)
        step[axis] = 0.02 * unit
        slopes = (energy(plain + step) - energy(plain - step)) / (2 * 0.02 * unit)
        assert (slopes + energy.score(plain)[:, axis]).abs().max() * unit < 0.02
    assert energy.score(rows(50)).dtype == np.float64
    with torch.no_grad():
        assert not energy(points).requires_grad


def test_a_score_has_a_graph_where_points_ask_for_it(energy: TrainedEnergy) -> None:
    points = torch.tensor(rows(4), requires_grad=True)
    (curvature,) = torch.autograd.grad(energy.score(points).sum(), points)
    assert curvature.abs().min() > 0


def test_log_prob_is_normalised_in_the_datas_units(energy: TrainedEnergy) -> None:
    share = (np.arange(200) + 0.5) / 200 * 2 - 1
    x, y = np.meshgrid(CENTER[0] + 6 * SD[0] * share, CENTER[1] + 6 * SD[1] * share)
    cell = 12 * SD[0] / 200 * 12 * SD[1] / 200
    grid: NDArray[np.float64] = np.stack([x.ravel(), y.ravel()], axis=1)
    mass = np.exp(energy.log_prob(grid), dtype=np.float64).sum() * cell
    assert mass == pytest.approx(1, abs=0.02)
    assert energy.log_z == energy.log_z
    # a Gaussian's entropy in these units
    entropy = 1 + math.log(2 * math.pi) + math.log(SD.prod())
    assert -energy.log_prob(rows(4000)).mean() == pytest.approx(entropy, abs=0.3)


def test_images_have_no_log_prob() -> None:
    config = {"dataset": {"kind": "digits"}, "method": {"kind": "denoising"}, "updates": 1}
    training = Training(RunConfig.model_validate(config))
    images = training.dataset.sample(2, torch.Generator().manual_seed(0))
    energy = training.trained()
    assert energy(images).shape == (2,)
    assert energy.score(images.numpy()).shape == (2, 1, 8, 8)
    with pytest.raises(ValueError, match="log Z can be had in the plane alone"):
        energy.log_prob(images)


@pytest.mark.parametrize(
    "values",
    [
        table().astype(np.float16),
        table().astype(np.int32),
        np.asfortranarray(table()),
        table(800)[::2],
        torch.tensor(table()),
        torch.tensor(table(), dtype=torch.bfloat16),
        torch.tensor(table(), requires_grad=True),
        torch.tensor(table()).long(),
        table().tolist(),
        tuple(map(tuple, table().tolist())),
    ],
    ids=range(10),
)
def test_points_are_taken_as_they_are(values: object) -> None:
    plain = values.detach().double().numpy() if isinstance(values, torch.Tensor) else values
    plain = np.asarray(plain, dtype=np.float64)
    config = {"dataset": {"kind": "points", "values": values}, "method": {"kind": "denoising"}}
    dataset = RunConfig.model_validate(config).dataset
    np.testing.assert_array_equal(dataset.values.array, plain)  # type: ignore[attr-defined]


def test_what_train_made_is_saved_and_loaded(energy: TrainedEnergy, tmp_path: Path) -> None:
    energy.save(tmp_path / "one")
    loaded = load(tmp_path / "one")
    loaded.save(tmp_path / "two")
    for again in (loaded, load(tmp_path / "two"), pickle.loads(pickle.dumps(energy))):
        np.testing.assert_array_equal(again(rows()), energy(rows()))
        assert torch.equal(again.sample(20, seed=3), energy.sample(20, seed=3))
    assert loaded.log_z == energy.log_z
    assert Training.resume(tmp_path / "one").finished


def test_an_energy_stays_while_training_goes_on(tmp_path: Path) -> None:
    config = {"dataset": {"kind": "moons"}, "method": {"kind": "persistent"}, "updates": 40}
    run = train(config, frame_every=20)
    next(run)
    early, points = run.energy, torch.randn(9, 2)
    before = early(points)
    list(run)
    assert torch.equal(early(points), before)
    early.save(tmp_path)
    assert torch.equal(load(tmp_path)(points), before)
    resumed = Training.resume(tmp_path)
    assert resumed.step == 20
    while not resumed.finished:
        resumed.update()
    assert torch.equal(resumed.trained()(points), run.energy(points))


def test_the_generator_returns_the_energy() -> None:
    config = {"dataset": {"kind": "moons"}, "method": {"kind": "denoising"}, "updates": 3}
    frames = train(config)
    next(frames)
    with pytest.raises(StopIteration) as stopped:
        next(frames)
    assert isinstance(stopped.value.value, TrainedEnergy)


def test_a_past_moment_is_not_saved_as_a_run(tmp_path: Path) -> None:
    config = {"dataset": {"kind": "moons"}, "method": {"kind": "denoising"}, "updates": 3}
    run = train(config)
    list(run)
    snapshots.keep(tmp_path, run.training)
    past = load(tmp_path, step=3)
    with pytest.raises(ValueError, match="past moment"):
        past.save(tmp_path / "again")
    again, points = pickle.loads(pickle.dumps(past)), torch.randn(4, 2)
    assert torch.equal(again(points), past(points))


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without GPU")
@pytest.mark.parametrize("method", ["denoising", "persistent"])
def test_a_run_of_a_gpu_loads_without_one(method: str, tmp_path: Path) -> None:
    energy = trained(rows(), 5, method)
    energy.save(tmp_path)
    forge_cuda(tmp_path / checkpoint.FILE_NAME)
    with pytest.warns(UserWarning, match="trained on cuda, which this machine lacks"):
        loaded = load(tmp_path)
    assert loaded.config.device == "cpu"
    np.testing.assert_array_equal(loaded(rows()), energy(rows()))
    assert torch.equal(loaded.sample(5), energy.sample(5))
    with pytest.raises((RuntimeError, AssertionError)):
        Training.resume(tmp_path)


def forge_cuda(path: Path) -> None:
    """Writes a checkpoint as a run on a GPU leaves it: its device, and 16 bytes of a generator."""
    with safe_open(path, framework="pt") as file:
        text = file.metadata()["state"]
        tensors = {key: file.get_tensor(key).clone() for key in file.keys()}  # noqa: SIM118
    state = json.loads(text)
    state["dict"]["config"]["dict"]["device"] = {"value": "cuda"}
    tensors["/generator"] = torch.zeros(16, dtype=torch.uint8)
    text = json.dumps(state)
    save_file(tensors, path, {"state": text, "digest": checkpoint.digest(text, tensors)})
