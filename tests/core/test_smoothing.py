"""Kernel estimates of given points: their widths, and means over many points."""

import math

import pytest
import torch

from ebm_core.checks.datasets import seeded
from ebm_core.datasets import _smoothing as smoothing
from ebm_core.datasets._smoothing import FIXED, Kernels, fixed


def normal(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, 2, generator=seeded(seed), dtype=torch.float64)


def test_the_mean_over_many_pairs_is_nearly_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    kernels, points = fixed(normal(6000, 0)), normal(1000, 1)
    whole = kernels.log_density(points).mean().item()
    assert kernels.mean_log_density(points) == whole
    monkeypatch.setattr(smoothing, "PAIRS", 3_000_000)
    assert kernels.mean_log_density(points) == pytest.approx(whole, abs=0.015)


@pytest.mark.parametrize("count", [10, 20, 40, 100, 300])
def test_the_width_of_an_estimate_as_one_knows_it_suits_few_points_too(count: int) -> None:
    """On average over samples it is near to the best one width, as cross-validation is."""
    held = normal(2000, 99)
    losses = []
    for seed in range(8):
        kernels = fixed(normal(count, seed))
        own = -kernels.log_density(held).mean().item()
        widths = [0.1 * 1.25**step for step in range(16)]
        eye = torch.eye(2, dtype=torch.float64)
        best = min(
            -kernels.alike(kernels.centres, width * eye).log_density(held).mean().item()
            for width in widths
        )
        losses.append(own - best)
    assert sorted(losses)[4] < 0.25
    assert max(losses) < 1 + 10 / count
    assert math.isfinite(sum(losses))


@pytest.mark.parametrize("count", [100, 300, 1000, 3000])
def test_the_width_of_smooth_data_is_no_edge_of_what_is_tried(count: int) -> None:
    """Whitened data are some 1.6 wide; sd n^(-1/6) is right for a Gaussian in the plane."""
    draws = torch.Generator().manual_seed(count)
    points, fresh = (
        1.6 * torch.randn(n, 2, dtype=torch.float64, generator=draws) for n in (count, 4000)
    )
    kernels = fixed(points)
    width = float(kernels.factors[0, 0, 0, 0])
    assert width < 0.9 * FIXED[-1] * count ** (-1 / 6)
    near = [
        Kernels.alike(points, factor * 1.6 * count ** (-1 / 6) * torch.eye(2, dtype=torch.float64))
        for factor in (0.7, 1.0, 1.4)
    ]
    best = max(one.mean_log_density(fresh) for one in near)
    assert kernels.mean_log_density(fresh) > best - 0.02
