"""Datasets, beside what holds for each: their order, narrow densities, modes, splits."""

import pytest
import torch
from pydantic import ValidationError

from ebm_core.checks.datasets import READER, lattice, seeded
from ebm_core.datasets import DATASETS
from ebm_core.datasets.digits import Digits

torch.set_num_threads(1)
PLANAR = [kind for kind in DATASETS if DATASETS[kind].example().has_density]


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
        "mnist",
        "fashion_mnist",
        "cifar10",
        "images",
    ]


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
