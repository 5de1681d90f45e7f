"""The tools that measure energies measure what they say."""

import math

import pytest
import torch

from tests.benchmarks import own_points, quality, real_points
from tests.benchmarks.baselines import Estimator, gaussian, gaussian_mixture, kernel_density
from tests.densities import DENSITIES, FAR_CLUSTERS, mixture

NORMAL = mixture([1.0], torch.zeros(1, 2), torch.eye(2))


def test_the_divergence_of_two_gaussians_is_known() -> None:
    wide = mixture([1.0], torch.zeros(1, 2), 2 * torch.eye(2))
    assert own_points.divergence(NORMAL, NORMAL.log_density)["kl"] == 0
    found = own_points.divergence(NORMAL, wide.log_density)
    assert found["kl"] == pytest.approx(2 * math.log(2) - 0.75, abs=4 * found["kl_error"])


def test_the_share_of_the_far_cluster_is_its_weight() -> None:
    assert own_points.share_of_far(FAR_CLUSTERS.log_density) == pytest.approx(0.02, rel=1e-6)


def test_every_transform_keeps_the_density_that_is_true() -> None:
    task = {"density": "unequal", "points": 500, "seed": 0, "transform": "none"}
    _, plain = own_points.case(task)
    density, scaled = own_points.case({**task, "transform": "scaled"})
    torch.testing.assert_close((scaled - own_points.SHIFT) / own_points.SCALE, plain)
    drop = DENSITIES["unequal"].log_density(plain) - density.log_density(scaled)
    torch.testing.assert_close(drop, torch.full_like(drop, math.log(100)), rtol=1e-5, atol=1e-5)
    density, rows = own_points.case({**task, "transform": "sentinels"})
    assert density is DENSITIES["unequal"]
    assert rows[:500].equal(plain)
    assert rows[500:].equal(own_points.SENTINELS)


@pytest.mark.parametrize("estimator", [gaussian, gaussian_mixture, kernel_density])
def test_estimates_of_many_points_come_near(estimator: Estimator) -> None:
    points = NORMAL.sample(400, torch.Generator().manual_seed(0))
    assert 0 < own_points.divergence(NORMAL, estimator(points))["kl"] < 0.05


@pytest.mark.parametrize("name", real_points.TABLES)
def test_real_tables_are_split_without_loss(name: str) -> None:
    points = real_points.TABLES[name]()
    known, rest = real_points.split(points, seed=3)
    assert len(rest) == pytest.approx(len(points) / 5, abs=1)
    assert sorted(torch.cat([known, rest]).tolist()) == sorted(points.tolist())


def test_a_standardised_estimate_is_a_density_in_the_tables_units() -> None:
    units = torch.tensor([300.0, 0.01], dtype=torch.float64)
    points = NORMAL.sample(400, torch.Generator().manual_seed(0)) * units + 5
    found = real_points.standardised(gaussian, points)(points)
    covariance = torch.cov(points.T, correction=0)
    exact = torch.distributions.MultivariateNormal(points.mean(0), covariance).log_prob(points)
    torch.testing.assert_close(found, exact, rtol=1e-3, atol=1e-3)


def test_differences_are_taken_split_by_split() -> None:
    def row(method: str, split: int, nll: float) -> dict[str, object]:
        return {"table": "wine", "method": method, "split": split, "held_out_nll": nll}

    rows = [row("kde", 0, 1.0), row("kde", 1, 3.0), row("exact", 0, 0.9), row("exact", 1, 3.3)]
    exact = real_points.beside_kde(rows)[2:]
    assert real_points.median_and_count(exact) == "+0.100, 1 of 2"


def test_methods_are_told_by_what_they_promise() -> None:
    figures = {"kl": 0.1, "sliced_wasserstein": 0.2, "sliced_wasserstein_floor": 0.05}
    rows = [
        {"method": method, "dataset": "moons", "seed": 0, **figures}
        for method in ("exact", "short_run")
    ]
    kl, distance = quality.tables(rows)
    assert "exact" in kl
    assert "short_run" not in kl
    assert "| short_run | 0.200 / 0.200 (0.050) |" in distance
