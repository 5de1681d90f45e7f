"""What holds for every distribution."""

import math
from functools import wraps

import torch
from pydantic import TypeAdapter
from torch import Tensor

from ebm_core.checks.expectation import Check, expect, form_is_whole
from ebm_core.contracts import Dataset
from ebm_core.datasets import DATASETS, AnyDataset

READER: TypeAdapter[Dataset] = TypeAdapter(AnyDataset)


def seeded(seed: int) -> torch.Generator:
    """A generator at the start of its numbers."""
    return torch.Generator().manual_seed(seed)


def lattice(size: int = 192) -> tuple[Tensor, float]:
    """Midpoints over [-6, 6]^2 and the area of a cell."""
    line = 12 * ((torch.arange(size, dtype=torch.float64) + 0.5) / size - 0.5)
    return torch.cartesian_prod(line, line), (12 / size) ** 2


def at_hand(check: Check) -> Check:
    """A check of what is drawn; of a dataset that was not fetched, nothing is."""

    @wraps(check)
    def checked(kind: str) -> None:
        if DATASETS[kind].example().at_hand:
            check(kind)

    return checked


def has_a_form(kind: str) -> None:
    """Its fields have titles, descriptions and bounds, and JSON gives it back."""
    form_is_whole(DATASETS[kind])
    dataset = DATASETS[kind].example()
    again = READER.validate_json(dataset.model_dump_json())
    expect(again == dataset, "it is another one after a trip through JSON")


@at_hand
def survives_json(kind: str) -> None:
    """Its samples are the same after a trip through it."""
    dataset = DATASETS[kind].example()
    again = READER.validate_json(dataset.model_dump_json())
    same = torch.equal(again.sample(8, seeded(0)), dataset.sample(8, seeded(0)))
    expect(same, "after a trip through JSON it gives other points")


@at_hand
def draws_repeat_with_the_seed(kind: str) -> None:
    """And leave torch's global generator alone."""
    dataset = DATASETS[kind].example()
    before = torch.random.get_rng_state()
    first, again = (dataset.sample(64, seeded(3)) for _ in range(2))
    other = dataset.sample(64, seeded(4))
    dataset.held_out(64, seeded(5))
    labelled, classes = dataset.sample_labelled(64, seeded(3))
    expect(torch.equal(first, again), "the same seed gives other points")
    expect(not torch.equal(first, other), "another seed gives the same points")
    shape = (64, *dataset.shape)
    expect(first.shape == shape, f"64 points are shaped {tuple(first.shape)}, not {shape}")
    expect(labelled.shape == shape and classes.shape == (64,), "`sample_labelled` is misshapen")
    names = len(dataset.class_names)
    expect(names in (0, dataset.classes), f"{names} names for {dataset.classes} classes")
    inside = ((classes >= 0) & (classes < dataset.classes)).all()
    expect(inside, f"a class lies outside of 0 to {dataset.classes - 1}")
    expect(
        torch.equal(before, torch.random.get_rng_state()),
        "torch's global generator was used; draw from the generator that is given",
    )


@at_hand
def model_units_lose_nothing(kind: str) -> None:
    """Energies are trained on points within about [-4, 4], in float32."""
    dataset = DATASETS[kind].example()
    points = dataset.sample(256, seeded(0))
    scaled = dataset.to_model(points)
    expect(scaled.dtype == torch.float32, f"`to_model` gives {scaled.dtype}")
    back = dataset.from_model(scaled)
    close = torch.allclose(back.double(), points.double(), rtol=1e-5, atol=1e-5)
    expect(close, "`from_model` does not lead back to where `to_model` came from")
    if dataset.has_density:
        expect(torch.equal(scaled, points), "a known density needs units of [-4, 4]")
    far = float(scaled.abs().max())
    expect(far < 5.5, f"a point lies at {far:.3g} in the model's units; stay within about 4")


def density_fits_the_samples(kind: str) -> None:
    """It integrates to one, and its entropy is that of the samples."""
    dataset = DATASETS[kind].example()
    if not dataset.has_density or dataset.shape != (2,):
        return
    points, area = lattice()
    log_density = dataset.log_density(points)
    expect(log_density.dtype == torch.float64, f"`log_density` gives {log_density.dtype}")
    mass = log_density.exp() * area
    total = float(mass.sum())
    expect(abs(total - 1) < 1e-6, f"the density integrates to {total:.8g} over [-6, 6]^2")
    entropy = -float((mass * log_density)[mass > 0].sum())
    surprise = -dataset.log_density(dataset.sample(20_000, seeded(1)))
    error = float(surprise.std()) / math.sqrt(20_000)
    mean = float(surprise.mean())
    expect(
        abs(mean - entropy) < 4 * error + 1e-6,
        f"samples have a mean -log p of {mean:.4g}, and the density's entropy is {entropy:.4g}",
    )


def samples_fill_every_region(kind: str) -> None:
    """Each square holds the density's share of the points, by chi-squared."""
    dataset = DATASETS[kind].example()
    if not dataset.has_density or dataset.shape != (2,):
        return
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
    chi_squared = float(((found - expected) ** 2 / expected)[filled].sum())
    freedom = int(filled.sum()) - 1
    most = freedom + 4 * math.sqrt(2 * freedom)
    expect(
        chi_squared < most,
        f"samples lie elsewhere than the density: chi-squared is {chi_squared:.0f}, beyond "
        f"{most:.0f}",
    )


def density_far_away_is_low(kind: str) -> None:
    """And never NaN."""
    dataset = DATASETS[kind].example()
    if not dataset.has_density or dataset.shape != (2,):
        return
    far = torch.tensor([[96.0, 0.0], [-96.0, 96.0], [1e4, 1e4], [0.0, -40.0]])
    low = (dataset.log_density(far) < -100).all()
    expect(low, "log p is above -100, or NaN, at points 40 and more away")


CHECKS: tuple[Check, ...] = (
    has_a_form,
    survives_json,
    draws_repeat_with_the_seed,
    model_units_lose_nothing,
    density_fits_the_samples,
    samples_fill_every_region,
    density_far_away_is_low,
)
