"""Sampling any energy: the figures tell how well a chain mixed, and the seed decides."""

import math
from pathlib import Path

import pytest
import torch

from ebm_core import Training, load
from ebm_core.analytic.double_well import DoubleWell
from ebm_core.analytic.gaussian_mixture import GaussianMixture
from ebm_core.chains.sampling import sample, spread_starts
from ebm_core.runs.config import RunConfig
from ebm_core.samplers import SAMPLERS
from ebm_core.samplers.hmc import Hmc
from ebm_core.samplers.langevin import Langevin
from ebm_core.samplers.mala import Mala
from ebm_core.samplers.random_walk import RandomWalk

NORMAL = GaussianMixture(centers=((0.0, 0.0),), spread=1.0)


def normal(count: int) -> torch.Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("kind", SAMPLERS)
def test_any_sampler_runs_on_any_energy_by_its_seed_alone(kind: str) -> None:
    formula = DoubleWell()
    starts = spread_starts(formula.window, 6)
    first, second = (
        sample(formula.network(), SAMPLERS[kind](), starts, draws=8, warmup=5, seed=3)
        for _ in range(2)
    )
    assert torch.equal(first.points, second.points)
    assert torch.equal(first.r_hat, second.r_hat)
    assert first.points.shape == (8, 6, 2)
    torch.testing.assert_close(first.energies[-1], formula.network()(first.points[-1]))


def test_independent_draws_count_in_full() -> None:
    # a path of a quarter of a turn around the normal ends at a fresh momentum
    sampler = Hmc(step_size=math.pi / 2 / 8, leapfrog_steps=8, jitter=0, adaptation=0)
    found = sample(NORMAL.network(), sampler, normal(4), draws=200, warmup=5)
    assert found.summary["acceptance"] > 0.97
    assert found.effective_sample_size.min() > 0.7 * 800
    assert found.r_hat.max() < 1.03


def test_the_autocorrelation_is_that_of_the_recursion() -> None:
    eta = 0.2
    found = sample(NORMAL.network(), Langevin(step_size=eta), normal(128), draws=400)
    exact = (1 - eta) ** torch.arange(30)
    assert (found.autocorrelation[:30] - exact[:, None]).abs().max() < 0.05
    share = found.summary["effective_share"]
    assert share == pytest.approx((1 - (1 - eta)) / (1 + (1 - eta)), rel=0.25)


def test_chains_that_stay_in_their_wells_are_found_out() -> None:
    wells = DoubleWell(barrier=15.0)
    starts = torch.tensor([[-2.0, 0.0], [2.0, 0.0]]).repeat(2, 1)
    found = sample(wells.network(), RandomWalk(), starts, draws=1000)
    assert found.r_hat[0] > 1.5
    assert found.r_hat[1] < 1.1
    assert found.effective_sample_size[0] < 10


def test_the_step_size_is_held_after_the_warm_up() -> None:
    found = sample(NORMAL.network(), RandomWalk(step_size=20.0, adaptation=0.2), torch.zeros(50, 2))
    assert found.step_size < 5
    assert float(found.acceptance[:100].mean()) == pytest.approx(0.4, abs=0.05)
    assert float(found.acceptance[-100:].mean()) == pytest.approx(0.4, abs=0.05)


def test_a_trained_energy_and_its_past_can_be_sampled(tmp_path: Path) -> None:
    config = {"dataset": {"kind": "moons"}, "method": {"kind": "denoising"}, "updates": 20}
    training = Training(RunConfig.model_validate(config))
    training.update()
    training.save(tmp_path / "past")
    while not training.finished:
        training.update()
    training.save(tmp_path / "last")
    starts = normal(3)
    past, last = (
        sample(load(tmp_path / name).network, Mala(), starts, draws=6, warmup=0).points
        for name in ("past", "last")
    )
    assert not torch.equal(past, last)


def test_thinning_keeps_every_so_many_steps() -> None:
    starts = normal(3)
    every = sample(NORMAL.network(), Langevin(), starts, draws=12, warmup=2)
    third = sample(NORMAL.network(), Langevin(), starts, draws=4, warmup=2, thinning=3)
    assert torch.equal(third.points, every.points[2::3])


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="3 draws"):
        sample(NORMAL.network(), Mala(), torch.zeros(2, 2), draws=3)
    with pytest.raises(ValueError, match="take fewer draws"):
        sample(NORMAL.network(), Mala(), torch.zeros(2**14, 2), draws=2**14)
    steep = DoubleWell(barrier=100.0)
    with pytest.raises(ValueError, match="not finite at draw"):
        sample(steep.network(), Langevin(step_size=10.0), torch.ones(2, 2) * 5, draws=20)
