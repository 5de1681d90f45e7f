"""Samplers against the distributions they claim to leave alone."""

import math
from itertools import islice

import pytest
import torch
from torch import Tensor

from ebm_core.chains.run import Ends, run, trajectory
from ebm_core.contracts import EnergyNetwork, Sampler, Tuning
from ebm_core.samplers import SAMPLERS
from ebm_core.samplers.langevin import Langevin
from ebm_core.samplers.mala import Mala
from ebm_core.samplers.random_walk import RandomWalk


class Quadratic(EnergyNetwork):
    """E(x) = |x|^2 / 2: the standard normal."""

    def forward(self, points: Tensor) -> Tensor:
        return points.square().flatten(1).sum(1) / 2

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self(points), points.clone()


class DoubleWell(EnergyNetwork):
    """E(x) = 4 (x0^2 - 1)^2 + x1^2 / 2."""

    def forward(self, points: Tensor) -> Tensor:
        return 4 * (points[:, 0] ** 2 - 1) ** 2 + points[:, 1] ** 2 / 2

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        slope = 16 * points[:, 0] * (points[:, 0] ** 2 - 1)
        return self(points), torch.stack([slope, points[:, 1]], 1)


LATE = Tuning(math.nan, math.nan, steps=10_000)
"""That of chains that have taken so many steps that any annealing is over."""


def ends(sampler: Sampler, energy: EnergyNetwork, points: Tensor, steps: int) -> Ends:
    return run(sampler, energy, points, steps, torch.Generator().manual_seed(0), LATE)


def normal(count: int) -> Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(1))


def standard_error_of_variance(count: int) -> float:
    return math.sqrt(2 / count)


@pytest.mark.parametrize("kind", SAMPLERS)
def test_sampler_keeps_a_standard_normal(kind: str) -> None:
    x = ends(SAMPLERS[kind](), Quadratic(), normal(4000), 40).points
    assert x.mean().abs() < 4 / math.sqrt(x.numel())
    # 2 % more for the discretisation of samplers that never reject
    assert abs(x.var() - 1) < 4 * standard_error_of_variance(x.numel()) + 0.02


@pytest.mark.parametrize("kind", SAMPLERS)
def test_the_seed_decides_the_path(kind: str) -> None:
    first, second = (ends(SAMPLERS[kind](), DoubleWell(), normal(16), 7) for _ in range(2))
    assert torch.equal(first.points, second.points)


@pytest.mark.parametrize("step_size", [0.5, 0.1])
@pytest.mark.parametrize(("noise", "temperature"), [("matched", 1.0), ("lecture", 2.0)])
def test_langevin_variance_on_a_normal(step_size: float, noise: str, temperature: float) -> None:
    sampler = Langevin.model_validate({"step_size": step_size, "noise": noise})
    assert sampler.sampled_temperature == pytest.approx(temperature)
    exact = temperature / (1 - step_size / 2)
    x = ends(sampler, Quadratic(), normal(20_000) * math.sqrt(exact), round(4 / step_size)).points
    assert abs(x.var() / exact - 1) < 4 * standard_error_of_variance(x.numel())


def test_separate_noise_sets_the_temperature() -> None:
    sampler = Langevin(step_size=0.1, noise="separate", noise_scale=0.2)
    assert sampler.sampled_temperature == pytest.approx(0.2**2 / (2 * 0.1))


def test_a_drift_limit_shortens_long_drifts_and_no_others() -> None:
    points = torch.tensor([[300.0, -400.0], [0.1, 0.2]])
    sampler = Langevin(step_size=0.5, noise="separate", noise_scale=0, drift_limit=2)
    moves = points - ends(sampler, Quadratic(), points, 1).points
    torch.testing.assert_close(moves, torch.tensor([[1.2, -1.6], [0.05, 0.1]]), rtol=0, atol=1e-4)


def test_welling_and_teh_steps_decay_as_the_paper_says() -> None:
    sampler = Langevin(
        step_size=0.3, schedule="welling_teh", schedule_offset=10, schedule_exponent=0.6
    )
    last = run(sampler, Quadratic(), normal(4), 31, torch.Generator())
    a = 0.3 * 10**0.6
    assert last.tuning.step_size == pytest.approx(a * (10 + 30) ** -0.6)


@pytest.mark.parametrize(
    "sampler",
    [
        Mala(step_size=0.2, adaptation=0),
        Mala(step_size=0.2, adaptation=0, drift_limit=0.1),
        Mala(step_size=0.2, adaptation=0, temperature=2.0),
        RandomWalk(step_size=0.8, adaptation=0),
        RandomWalk(step_size=0.8, adaptation=0, temperature=0.5),
    ],
)
def test_metropolis_keeps_the_mean_energy_of_a_double_well(sampler: Sampler) -> None:
    axis = torch.linspace(-6, 6, 4001, dtype=torch.float64)
    well, temperature = 4 * (axis**2 - 1) ** 2, sampler.sampled_temperature
    density = (-well / temperature).softmax(0)
    generator = torch.Generator().manual_seed(2)
    starts = axis[density.multinomial(20_000, replacement=True, generator=generator)]
    other = math.sqrt(temperature) * torch.randn(20_000, generator=generator)
    points = torch.stack([starts.float(), other], 1)
    energies = DoubleWell()(ends(sampler, DoubleWell(), points, 30).points)
    exact = float((density * well).sum()) + temperature / 2
    assert abs(energies.mean() - exact) < 4 * energies.std() / math.sqrt(len(energies))


@pytest.mark.parametrize(
    "sampler", [Mala(step_size=5.0, adaptation=0.1), RandomWalk(step_size=50.0, adaptation=0.1)]
)
def test_adaptation_reaches_the_target_acceptance(sampler: Mala | RandomWalk) -> None:
    generator = torch.Generator().manual_seed(0)
    steps = islice(trajectory(sampler, DoubleWell(), normal(500), generator), 600)
    accepted = [step.acceptance for step in steps]
    assert sum(accepted[-200:]) / 200 == pytest.approx(sampler.target_acceptance, abs=0.03)


def test_an_adapted_step_size_outlives_new_weights_but_not_a_new_setting() -> None:
    tuning = ends(Mala(step_size=5.0), DoubleWell(), normal(100), 50).tuning
    _, same = Mala(step_size=5.0).start(DoubleWell(), normal(100), tuning)
    _, other = Mala(step_size=2.0).start(DoubleWell(), normal(100), tuning)
    assert (same.step_size, other.step_size) == (tuning.step_size, 2.0)
    assert same.steps == other.steps == 10_050
