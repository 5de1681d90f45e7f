"""Samples are what a method promises: its own steps from noise, or the weights of its density."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from ebm_core import RunConfig, TrainedEnergy, Training, load
from ebm_core.analytic.gaussian_mixture import GaussianMixture
from ebm_core.contracts import EnergyNetwork
from ebm_core.evaluation.plane import Plane
from ebm_core.methods import METHODS
from ebm_core.runs import snapshots

FIXED = [kind for kind in METHODS if METHODS[kind]().sample_steps is not None]


def fresh(method: str, dataset: object = "moons", updates: int = 2) -> Training:
    given = dataset if isinstance(dataset, dict) else {"kind": dataset}
    config = {"dataset": given, "method": {"kind": method}, "updates": updates}
    training = Training(RunConfig.model_validate(config))
    while not training.finished:
        training.update()
    return training


def clusters(*shares: float, apart: float = 40.0, count: int = 3000) -> NDArray[np.float64]:
    """Far clusters in a row, with a spread of 1, by their shares."""
    r = np.random.default_rng(0)
    which = np.repeat(np.arange(len(shares)), np.round(np.array(shares) * count).astype(int))
    points = r.normal(size=(count, 2))
    points[:, 0] += apart * which
    return points


def weights(points: Tensor, apart: float = 40.0) -> Tensor:
    """The share of points nearest to each cluster."""
    return torch.bincount((points[:, 0] / apart).round().long()).double() / len(points)


@pytest.mark.parametrize("kind", FIXED)
def test_the_way_from_noise_is_gone_once_and_whole(kind: str, tmp_path: Path) -> None:
    training = fresh(kind)
    energy, method = training.trained(), training.config.method
    length = method.sample_steps
    assert length is not None
    with pytest.raises(ValueError, match=f"are ends of {length} steps from noise"):
        energy.sample(3, steps=length - 1)
    drawn = energy.sample(40, seed=1)
    # what is asked for beyond it changes nothing: no heating up, no walking on
    assert torch.equal(drawn, energy.sample(40, steps=length + 300, seed=1))
    assert str(length) in energy.drawing().description
    snapshots.keep(tmp_path, training)
    past = load(tmp_path, training.step)
    assert torch.equal(drawn, past.sample(40, seed=1))


def test_short_runs_are_its_own_samples() -> None:
    training = fresh("short_run", updates=30)
    own = training.learner.samples(4000, torch.Generator().manual_seed(0))
    assert own is not None
    drawn = training.trained().sample(4000)
    assert (own.mean(0) - drawn.mean(0)).abs().max() < 0.15
    assert (own.std(0) - drawn.std(0)).abs().max() < 0.15


@pytest.mark.parametrize("shares", [(0.75, 0.25), (0.9, 0.1), (0.6, 0.3, 0.1)], ids=str)
@pytest.mark.parametrize("kind", ["denoising", "persistent"])
def test_samples_have_the_weights_of_the_energy(kind: str, shares: tuple[float, ...]) -> None:
    energy = fresh(kind, {"kind": "points", "values": clusters(*shares)}, 40).trained()
    assert "grid" in energy.drawing().description
    drawn = energy.sample(20_000)
    assert drawn.dtype is torch.float64
    # by a fine grid of our own over all that could hold mass
    x, y = np.meshgrid(np.linspace(-300, 400, 1200), np.linspace(-300, 300, 900))
    grid: NDArray[np.float64] = np.stack([x.ravel(), y.ravel()], axis=1)
    mass = np.exp(energy.log_prob(grid), dtype=np.float64)
    mass /= mass.sum()
    for edge in np.arange(len(shares) - 1) * 40.0 + 20:
        share = mass[grid[:, 0] < edge].sum()
        assert (drawn[:, 0] < edge).double().mean() == pytest.approx(share, abs=0.015)


@pytest.mark.parametrize("shares", [(0.75, 0.25), (0.9, 0.1), (0.2, 0.3, 0.5)], ids=str)
def test_far_modes_have_their_weights(shares: tuple[float, ...]) -> None:
    data = {"kind": "points", "values": clusters(*shares)}
    training = fresh("denoising", data)
    centers = torch.tensor([[40.0 * k, 0.0] for k in range(len(shares))])
    energy = TrainedEnergy(training.config, Known(centers, shares, training))
    drawn = energy.sample(40_000)
    np.testing.assert_allclose(weights(drawn), shares, atol=0.01)
    near = drawn[drawn[:, 0] < 20]
    assert near.std(0).tolist() == pytest.approx([1, 1], abs=0.03)
    assert energy.log_z == pytest.approx(0, abs=0.01)


class Known(EnergyNetwork):
    """-log p of a mixture of unit normals in the data's units, taken in the model's."""

    def __init__(self, centers: Tensor, shares: tuple[float, ...], training: Training) -> None:
        super().__init__()
        self.centers, self.shares = centers.double(), torch.tensor(shares, dtype=torch.float64)
        self.dataset = training.dataset

    def forward(self, points: Tensor) -> Tensor:
        away = self.dataset.from_model(points)[:, None] - self.centers
        logs = self.shares.log() - away.square().sum(-1) / 2
        energies: Tensor = np.log(2 * np.pi) - logs.logsumexp(1)
        return energies.float()

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            inside = points.detach().requires_grad_()
            energies = self(inside)
            (gradients,) = torch.autograd.grad(energies.sum(), inside)
        return energies.detach(), gradients


def test_the_grid_gives_a_density_that_is_narrower_than_its_cells() -> None:
    narrow = GaussianMixture(centers=((-2.0, 0.5), (2.0, -0.7)), spread=0.004)
    training = fresh("denoising")
    plane = Plane(training.dataset, 384, torch.device("cpu"))
    near = torch.tensor(narrow.centers)
    drawn = plane.mass(narrow.network(), near).sample(20_000, torch.Generator().manual_seed(0))
    assert (drawn[:, 0] > 0).double().mean() == pytest.approx(0.5, abs=0.015)
    right = drawn[drawn[:, 0] > 0]
    assert right.mean(0).tolist() == pytest.approx([2.0, -0.7], abs=1e-3)
    assert right.std(0).tolist() == pytest.approx([0.004, 0.004], rel=0.15)


def test_mass_outside_of_the_box_is_drawn_too() -> None:
    training = fresh("denoising")
    wide = GaussianMixture(centers=((0.0, 0.0),), spread=8.0)
    plane = Plane(training.dataset, 192, torch.device("cpu"))
    mass = plane.mass(wide.network(), torch.empty(0, 2))
    drawn = mass.sample(40_000, torch.Generator().manual_seed(0))
    assert drawn.std(0).tolist() == pytest.approx([8, 8], rel=0.02)


def test_many_samples_come_in_parts_and_tell_their_progress() -> None:
    energy, told = fresh("denoising").trained(), list[int]()
    drawn = energy.sample(20_000, steps=1, progress=told.append)
    assert sum(told) == len(drawn) == 20_000
    assert len(told) == 3
    assert torch.equal(drawn, energy.sample(20_000, steps=1))
    assert len(torch.unique(drawn, dim=0)) > 19_990


@pytest.mark.parametrize("count", [0, -1, 10**9])
def test_fewer_than_one_sample_and_far_too_many_are_refused(count: int) -> None:
    energy = fresh("denoising").trained()
    with pytest.raises(ValueError, match=f"count is {count}; a whole number from 1"):
        energy.sample(count)
    with pytest.raises(ValueError, match=f"steps is {count}; a whole number from 1"):
        energy.sample(1, steps=count)
    with pytest.raises(ValueError, match="must be from"):
        energy.sample(1, seed=2**64)


@pytest.mark.parametrize("method", ["activation_entropy", "mutual_information", "variational"])
def test_images_of_a_generator_are_its_draws(method: str) -> None:
    """Its energy is right only near them: the chains that once followed led to no images at all."""
    training = fresh(method, "digits")
    drawn = training.learner.samples(20, torch.Generator().manual_seed(5))
    assert drawn is not None
    made = training.trained().sample(20, seed=5)
    torch.testing.assert_close(made, training.dataset.from_model(drawn))
    assert training.trained().drawing().description == "the method's own samples"
    assert "2 steps of" in training.trained().drawing(2).description


def test_images_go_on_from_the_methods_own_samples() -> None:
    kept = fresh("persistent", "digits").trained()
    assert "50 steps of" in kept.drawing().description
    assert "from the method's own samples" in kept.drawing().description
    assert kept.sample(3, steps=2).shape == (3, 1, 8, 8)
    none = fresh("sliced", "digits").trained()
    assert "from noise" in none.drawing().description
    assert none.sample(3, steps=2).shape == (3, 1, 8, 8)
