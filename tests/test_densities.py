"""The densities that energies are compared with are right."""

import math

import pytest
import torch
from torch import Tensor

from tests.densities import DENSITIES, FAR_CLUSTERS, Density, Mixture, Moved

SCALE = torch.tensor([1e4, 1e-2], dtype=torch.float64)
ALL = {**DENSITIES, "far clusters": FAR_CLUSTERS}


def cells(mixture: Mixture) -> tuple[Tensor, float]:
    """The middles of cells that all the mass is in, two thirds of the least deviation wide."""
    spreads = torch.linalg.svdvals(mixture.factors)
    reach, side = 6 * spreads.max(), spreads.min().item() / 1.5
    low, high = mixture.means.amin(0) - reach, mixture.means.amax(0) + reach
    axes = [torch.arange(a, b, side, dtype=torch.float64) for a, b in zip(low, high, strict=True)]
    return torch.cartesian_prod(*axes), side**2


@pytest.mark.parametrize("name", ALL)
def test_a_density_integrates_to_one_and_its_samples_agree(name: str) -> None:
    density = ALL[name]
    assert isinstance(density, Mixture)
    middles, area = cells(density)
    log_p = density.log_density(middles)
    mass = log_p.exp() * area
    assert mass.sum().item() == pytest.approx(1, abs=1e-6)

    points = density.sample(20_000, torch.Generator().manual_seed(0))
    surprise = -density.log_density(points)
    error = surprise.std().item() / math.sqrt(len(points))
    assert surprise.mean().item() == pytest.approx(-(mass * log_p).sum().item(), abs=4 * error)
    errors = points.std(0) / math.sqrt(len(points))
    assert ((points.mean(0) - mass @ middles).abs() < 4 * errors).all()


def test_a_density_in_other_units_loses_the_logarithm_of_the_volume() -> None:
    inside: Density = DENSITIES["blobs"]
    moved = Moved(inside, SCALE, torch.tensor([1e6, 1e6], dtype=torch.float64))
    points = moved.sample(100, torch.Generator().manual_seed(0))
    same = inside.sample(100, torch.Generator().manual_seed(0))
    torch.testing.assert_close(points, same * SCALE + 1e6)
    expected = inside.log_density(same) - math.log(100)
    torch.testing.assert_close(moved.log_density(points), expected, rtol=1e-6, atol=1e-6)
