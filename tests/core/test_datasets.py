"""Datasets: densities that integrate to one and fit their samples, seeded draws, splits."""

import math

import pytest
import torch
from pydantic import TypeAdapter, ValidationError
from torch import Tensor

from ebm_core.contracts import Dataset
from ebm_core.datasets import DATASETS, AnyDataset
from ebm_core.datasets.digits import Digits

torch.set_num_threads(1)
READER: TypeAdapter[Dataset] = TypeAdapter(AnyDataset)
PLANAR = [kind for kind in DATASETS if DATASETS[kind].example().has_density]


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def lattice(size: int = 192) -> tuple[Tensor, float]:
    """Midpoints over [-6, 6]^2 and the area of a cell."""
    line = 12 * ((torch.arange(size, dtype=torch.float64) + 0.5) / size - 0.5)
    return torch.cartesian_prod(line, line), (12 / size) ** 2


def test_the_shelf_stands_in_the_order_of_the_page() -> None:
    assert list(DATASETS) == [
        "gaussian_ring",
        "gaussian_grid",
        "checkerboard",
        "rings",
        "moons",
        "pinwheel",
        "two_spirals",
        "swiss_roll",
        "points",
        "digits",
    ]


@pytest.mark.parametrize("kind", PLANAR)
def test_density_integrates_to_one_and_its_entropy_is_that_of_the_samples(kind: str) -> None:
    dataset = DATASETS[kind].example()
    points, area = lattice()
    log_density = dataset.log_density(points)
    mass = log_density.exp() * area
    assert log_density.dtype == torch.float64
    assert mass.sum().item() == pytest.approx(1, abs=1e-6)
    entropy = -(mass * log_density)[mass > 0].sum().item()
    surprise = -dataset.log_density(dataset.sample(20_000, seeded(1)))
    error = surprise.std().item() / math.sqrt(20_000)
    assert surprise.mean().item() == pytest.approx(entropy, abs=4 * error + 1e-6)


@pytest.mark.parametrize("kind", PLANAR)
def test_samples_fill_every_region_with_the_density_s_mass(kind: str) -> None:
    dataset = DATASETS[kind].example()
    points, area = lattice()
    mass = dataset.log_density(points).exp() * area
    count = 40_000
    samples = dataset.sample(count, seeded(2)).double()

    def box(of: Tensor) -> Tensor:
        column, row = ((of + 6) / 1.5).floor().clamp(0, 7).long().unbind(1)
        return column * 8 + row

    expected = torch.zeros(64, dtype=torch.float64).index_add(0, box(points), mass) * count
    found = torch.bincount(box(samples), minlength=64)
    filled = expected > 10
    chi_squared = ((found - expected) ** 2 / expected)[filled].sum().item()
    freedom = int(filled.sum()) - 1
    assert chi_squared < freedom + 4 * math.sqrt(2 * freedom)


@pytest.mark.parametrize("kind", PLANAR)
def test_density_far_away_is_low_and_never_nan(kind: str) -> None:
    far = torch.tensor([[96.0, 0.0], [-96.0, 96.0], [1e4, 1e4], [0.0, -40.0]])
    assert (DATASETS[kind].example().log_density(far) < -100).all()


@pytest.mark.parametrize("kind", [kind for kind in PLANAR if kind != "checkerboard"])
def test_density_stays_right_at_its_narrowest(kind: str) -> None:
    fields = DATASETS[kind].model_fields
    narrow = {
        name: next(mark.ge for mark in fields[name].metadata if hasattr(mark, "ge"))
        for name in ("sd", "tangential_sd")
        if name in fields
    }
    dataset = READER.validate_python({"kind": kind, **narrow})
    points, area = lattice()
    log_density = dataset.log_density(points)
    assert (log_density.exp().sum() * area).item() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("kind", DATASETS)
def test_draws_repeat_with_the_seed_and_leave_the_global_generator_alone(kind: str) -> None:
    dataset = DATASETS[kind].example()
    before = torch.random.get_rng_state()
    first, again = (dataset.sample(64, seeded(3)) for _ in range(2))
    other = dataset.sample(64, seeded(4))
    dataset.held_out(64, seeded(5))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == (64, *dataset.shape)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("kind", DATASETS)
def test_json_round_trip_gives_the_same_dataset(kind: str) -> None:
    dataset = DATASETS[kind].example()
    again = READER.validate_json(dataset.model_dump_json())
    assert again == dataset
    assert torch.equal(again.sample(8, seeded(0)), dataset.sample(8, seeded(0)))


@pytest.mark.parametrize("kind", DATASETS)
def test_model_units_are_left_and_entered_without_loss(kind: str) -> None:
    dataset = DATASETS[kind].example()
    points = dataset.sample(256, seeded(0))
    scaled = dataset.to_model(points)
    assert scaled.dtype == torch.float32
    torch.testing.assert_close(dataset.from_model(scaled), points.float(), rtol=1e-5, atol=1e-5)
    if dataset.has_density:
        assert torch.equal(scaled, points)
    assert (scaled.abs() < 5.5).all()


@pytest.mark.parametrize("kind", PLANAR)
def test_modes_are_equally_near_to_the_samples(kind: str) -> None:
    dataset = DATASETS[kind].example()
    modes = dataset.modes()
    if modes is None:
        assert kind in {"rings", "moons", "two_spirals", "swiss_roll"}
        return
    count = 20_000
    nearest = torch.cdist(dataset.sample(count, seeded(6)).double(), modes).argmin(1)
    share = torch.bincount(nearest, minlength=len(modes)) / count
    # arms of the pinwheel and neighbours on the grid overlap a little
    torch.testing.assert_close(share, torch.full_like(share, 1 / len(modes)), rtol=0.2, atol=0.0)


def test_a_field_out_of_bounds_is_refused_with_its_name() -> None:
    with pytest.raises(ValidationError, match=r"gaussian_ring\.radius[\s\S]*less than or equal to"):
        READER.validate_python({"kind": "gaussian_ring", "radius": 40})


def test_digits_are_split_without_overlap_and_evenly_by_class() -> None:
    digits = Digits()
    train, labels = digits.labelled("train")
    test, test_labels = digits.labelled("test")
    assert (len(train), len(test)) == (1297, 500)
    assert torch.cdist(train.flatten(1), test.flatten(1)).min() > 0
    assert (torch.bincount(labels) > 100).all()
    assert (torch.bincount(test_labels) > 30).all()
    assert torch.equal(digits.held_out(500, seeded(0)), test)


def test_digits_for_training_are_noisy_by_the_given_amount() -> None:
    drawn = Digits(noise=0.1).sample(500, seeded(0))
    clean = Digits(noise=0).sample(500, seeded(0))
    assert (drawn - clean).std().item() == pytest.approx(0.1, rel=0.05)
