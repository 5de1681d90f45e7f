"""Ways of images: the same each time, by the moment's energy, under a class or around a hole."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from jaxtyping import Float
from pydantic import ValidationError
from torch import Tensor

from ebm_core import RunConfig, Training, load
from ebm_core.chains.run import run
from ebm_core.chains.schedules import steps_behind
from ebm_core.contracts import EnergyNetwork, LogitNetwork
from ebm_core.playground.asked_way import Way
from ebm_core.playground.conditions import Clamped, OfClass
from ebm_core.playground.way import KEPT, Outcome, outcome
from ebm_core.runs import snapshots
from ebm_core.samplers.annealed import Annealed
from ebm_core.samplers.langevin import Langevin
from ebm_core.samplers.mala import Mala

SIZE = 8 * 8


def trained(folder: Path, method: str, updates: int) -> Path:
    """The directory of a short run on digits, with a snapshot of its start."""
    energy = {"kind": "classifier" if method == "jem" else "mlp", "hidden": [64]}
    training = Training(
        RunConfig.model_validate(
            {
                "dataset": {"kind": "digits"},
                "method": {"kind": method},
                "energy": {**energy, "fourier_features": 0},
                "optimization": {"batch_size": 32},
                "updates": updates,
            }
        )
    )
    snapshots.keep(folder, training)
    for _ in range(updates):
        training.update()
    training.save(folder)
    return folder


@pytest.fixture(scope="module")
def persistent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("persistent"), "persistent", 60)


@pytest.fixture(scope="module")
def jem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("jem"), "jem", 100)


def way(directory: Path, **asked: Any) -> Outcome:
    return outcome(Way.model_validate(asked), directory)


def test_the_seed_decides_the_way(persistent: Path) -> None:
    first, again, other = (way(persistent, steps=40, seed=seed).images for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).all(axis=(1, 2, 3, 4)).all()


def test_the_energies_are_those_of_the_images_and_fall_from_noise(persistent: Path) -> None:
    found = way(persistent, steps=200, chains=3)
    assert found.images.shape == (KEPT + 1, 3, 1, 8, 8)
    assert found.at[0] == 0
    assert found.at[-1] == 200
    assert (found.at[1:] > found.at[:-1]).all()
    own = load(persistent)(found.images.reshape(-1, 1, 8, 8)).reshape(KEPT + 1, 3)
    assert found.energies == pytest.approx(own, rel=1e-4, abs=1e-4)
    assert (found.energies[-1] < found.energies[0]).all()


def test_a_past_moment_moves_chains_by_its_own_energy(persistent: Path) -> None:
    past, now = way(persistent, step=0, steps=20), way(persistent, steps=20)
    assert (past.images[0] == now.images[0]).all()
    assert past.energies[0] != pytest.approx(now.energies[0])
    with pytest.raises(snapshots.NoSnapshot, match="choose one of 0"):
        way(persistent, step=1)


def test_a_held_out_image_with_noise_comes_down(persistent: Path) -> None:
    clean = way(persistent, start={"held_out": 3}, steps=1).images[0]
    found = way(persistent, start={"held_out": 3, "noise": 0.5}, chains=4)
    apart = ((found.images - clean) ** 2).mean(axis=(2, 3, 4)) ** 0.5
    assert apart[0] == pytest.approx(0.5, rel=0.35)
    assert (found.energies[-1] < found.energies[0]).all()
    assert "an image with noise of 0.5" in found.description


def test_only_the_hole_changes(persistent: Path) -> None:
    pixels = [math.sin(i) for i in range(SIZE)]
    hole = [i % 8 > 3 for i in range(SIZE)]
    found = way(persistent, start={"pixels": pixels}, hole=hole, steps=50, chains=2)
    inside = torch.tensor(hole).view(8, 8).numpy()
    given = torch.tensor(pixels).view(8, 8).numpy()
    assert (found.images[:, :, 0][:, :, ~inside] == given[~inside]).all()
    assert (found.images[-1, :, 0][:, inside] != found.images[0, :, 0][:, inside]).all()
    own = load(persistent)(found.images.reshape(-1, 1, 8, 8)).reshape(-1, 2)
    assert found.energies == pytest.approx(own, rel=1e-4, abs=1e-4)


class Correlated(EnergyNetwork):
    """A Gaussian of two pixels with unit variances and this correlation."""

    CORRELATION = 0.8

    def __init__(self) -> None:
        super().__init__()
        covariance = torch.tensor([[1.0, self.CORRELATION], [self.CORRELATION, 1.0]])
        self.precision = covariance.inverse()

    def forward(self, points: Float[Tensor, "n 1 1 2"]) -> Float[Tensor, " n"]:
        return self.with_gradient(points)[0]

    def with_gradient(
        self, points: Float[Tensor, "n 1 1 2"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n 1 1 2"]]:
        gradients = points @ self.precision
        return 0.5 * (points * gradients).sum((1, 2, 3)), gradients


@pytest.mark.parametrize("sampler", [Mala(step_size=0.2), Langevin(step_size=0.02)])
def test_a_hole_is_filled_as_the_conditional_says(sampler: Mala | Langevin) -> None:
    count, generator = 4000, torch.Generator().manual_seed(0)
    known = torch.full((count, 1, 1, 2), 1.5)
    clamped = Clamped(Correlated(), known, torch.tensor([[True, False]]), generator)
    ends = run(sampler, clamped, torch.zeros_like(known), 250, generator).points
    filled = clamped.whole(ends)
    assert (filled[..., 1] == 1.5).all()
    variance = 1 - Correlated.CORRELATION**2
    error = math.sqrt(variance / count)
    bias = 0.03 * variance  # of unadjusted steps
    assert filled[..., 0].mean() == pytest.approx(1.5 * Correlated.CORRELATION, abs=5 * error)
    assert filled[..., 0].var() == pytest.approx(variance, abs=5 * error + bias)


def test_joint_energies_sum_to_the_energy(jem: Path) -> None:
    network = load(jem).network
    assert isinstance(network, LogitNetwork)
    points = torch.randn(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    joint = torch.stack([OfClass(network, label)(points) for label in range(10)])
    torch.testing.assert_close(-(-joint).logsumexp(0), network(points), rtol=1e-4, atol=1e-4)


def test_a_chain_of_a_class_ends_in_that_class(jem: Path) -> None:
    network = load(jem).network
    assert isinstance(network, LogitNetwork)
    for label in (0, 7):
        found = way(jem, label=label, steps=200, chains=4)
        ends = network.logits(torch.from_numpy(found.images[-1])).argmax(1)
        assert ends.tolist() == [label] * 4


def test_a_line_goes_from_image_to_image(persistent: Path) -> None:
    ends = [[value] * SIZE for value in (-1.0, 0.5)]
    found = way(persistent, start={"pixels": ends[0]}, to={"pixels": ends[1]})
    assert found.images[0].reshape(-1).tolist() == ends[0]
    assert found.images[-1].reshape(-1).tolist() == ends[1]
    assert found.images[KEPT // 2].mean() == pytest.approx(-0.25)
    assert found.at[[0, -1]].tolist() == [0, 1]


def test_the_nearest_training_image_of_a_training_image_is_itself(persistent: Path) -> None:
    images, labels = load(persistent).config.dataset.labelled("train") or (None, None)
    assert images is not None
    assert labels is not None
    pixels = images[5].flatten().tolist()
    found = way(persistent, start={"pixels": pixels}, to={"pixels": pixels})
    assert (found.ends["tile_nearest"][0] == images[5].numpy()).all()
    assert found.ends["tile_distances"][0] == pytest.approx(0, abs=1e-3)
    assert found.ends["tile_classes"][0] == labels[5]


@pytest.mark.parametrize(("noise", "levels"), [(10.0, 0), (1.0, 2), (0.1, 4), (0.0, 4)])
def test_a_start_with_less_noise_begins_at_its_level(noise: float, levels: int) -> None:
    sampler = Annealed(largest=10, smallest=0.1, levels=5, level_steps=20)
    assert steps_behind(sampler, noise) == 20 * levels
    assert steps_behind(Langevin(), noise) == 0


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"start": {"pixels": [0.0] * 10}}, "10 grey values; those of this run have 1 x 8 x 8"),
        ({"start": {"held_out": 0}, "hole": [True] * 3}, "images of this run have 8 x 8"),
        ({"label": 3}, "knows no classes"),
    ],
)
def test_what_does_not_fit_the_run_is_told(
    persistent: Path, asked: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        way(persistent, **asked)


def test_a_class_that_there_is_not_is_told(jem: Path) -> None:
    with pytest.raises(ValueError, match="class 10 is none of these data, which have 0 to 9"):
        way(jem, label=10)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"to": {"held_out": 0}}, "two ends"),
        ({"hole": [True] * SIZE}, "one in an image"),
        ({"start": {"held_out": 0}, "hole": [False] * SIZE}, "no pixel to fill"),
        ({"start": {}}, 'either "pixels" or "held_out"'),
        ({"start": {"pixels": [math.nan] * SIZE}}, "finite"),
        ({"start": {"pixels": [1e9] * SIZE}}, "less than or equal to 10"),
        ({"chains": 17}, "less than or equal to 16"),
    ],
)
def test_what_makes_no_way_is_refused(asked: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Way.model_validate(asked)


def test_a_way_that_takes_too_long_says_how_far_it_came(persistent: Path) -> None:
    with pytest.raises(TimeoutError, match=r"step \d+ of 5000"):
        outcome(Way(steps=5000), persistent, limit=0.0)


def test_points_of_the_plane_are_refused(tmp_path: Path) -> None:
    training = Training(
        RunConfig.model_validate({"dataset": {"kind": "moons"}, "method": {"kind": "denoising"}})
    )
    training.save(tmp_path)
    with pytest.raises(ValueError, match="press on the map"):
        way(tmp_path)
