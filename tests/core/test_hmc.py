"""Hamiltonian Monte Carlo: its integrator, and the distribution that it keeps."""

import math
from itertools import islice

import pytest
import torch
from torch import Tensor

from ebm_core.analytic.double_well import DoubleWell
from ebm_core.chains.run import run, trajectory
from ebm_core.contracts import EnergyNetwork
from ebm_core.samplers.hmc import Hmc

WELL = DoubleWell(barrier=2.0, separation=1.0)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def equilibrium(count: int, temperature: float) -> Tensor:
    """Independent draws of exp(-E / T) for `WELL`, by its inverse distribution function."""
    axis = torch.linspace(-4, 4, 16_001, dtype=torch.float64)
    line = torch.stack([axis, torch.zeros_like(axis)], 1)
    density = (-WELL.network()(line) / temperature).softmax(0)
    first = axis[density.multinomial(count, replacement=True, generator=generator(2))]
    other = math.sqrt(temperature) * torch.randn(count, generator=generator(3))
    return torch.stack([first.float(), other], 1)


@pytest.mark.parametrize("steps", [1, 7])
def test_the_leapfrog_runs_backwards_to_where_it_came_from(steps: int) -> None:
    sampler, energy = Hmc(step_size=0.1), WELL.network()
    points = torch.randn(50, 2, dtype=torch.float64, generator=generator())
    momenta = torch.randn(50, 2, dtype=torch.float64, generator=generator(1))
    chains, _ = sampler.start(energy, points)
    there, turned = sampler.leapfrog(energy, chains, momenta, 0.1, steps)
    assert (there.points - points).abs().max() > 0.05
    back, again = sampler.leapfrog(energy, there, -turned, 0.1, steps)
    torch.testing.assert_close(back.points, points, rtol=0, atol=1e-12)
    torch.testing.assert_close(-again, momenta, rtol=0, atol=1e-12)


def test_the_leapfrog_keeps_volumes() -> None:
    sampler, energy = Hmc(step_size=0.3), WELL.network()
    place, width = torch.tensor([0.7, -0.4, 1.1, 0.2], dtype=torch.float64), 1e-5
    nudges = width * torch.eye(4, dtype=torch.float64)
    corners = torch.cat([place + nudges, place - nudges])
    points, momenta = corners[:, :2], corners[:, 2:]
    chains, _ = sampler.start(energy, points)
    ends, turned = sampler.leapfrog(energy, chains, momenta, 0.3, 5)
    image = torch.cat([ends.points, turned], 1)
    jacobian = (image[:4] - image[4:]) / (2 * width)
    assert torch.linalg.det(jacobian) == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_it_goes_from_any_region_to_another_as_often_as_back(temperature: float) -> None:
    """Detailed balance, on chains that start in equilibrium."""
    # so coarse that many paths are rejected: without the test the balance would be off
    sampler = Hmc(
        step_size=0.42, leapfrog_steps=3, jitter=0.4, adaptation=0, temperature=temperature
    )
    energy = WELL.network()
    before = equilibrium(40_000, temperature)
    after = run(sampler, energy, before, 1, generator())
    assert 0.3 < after.acceptance < 0.9
    edges = torch.tensor([-1.0, -0.5, 0.5, 1.0])
    rows, columns = (
        torch.bucketize(points[:, 0].contiguous(), edges) for points in (before, after.points)
    )
    flow = torch.zeros(5, 5).index_put((rows, columns), torch.ones(40_000), accumulate=True)
    there, back = flow.triu(1), flow.T.triu(1)
    pairs = there + back > 0
    assert pairs.sum() >= 8
    assert ((there - back).abs() < 4 * (there + back).sqrt())[pairs].all()


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_it_keeps_the_mean_energy_of_a_double_well(temperature: float) -> None:
    sampler = Hmc(step_size=0.35, adaptation=0, temperature=temperature)
    energy = WELL.network()
    chains, tuning = sampler.start(energy, equilibrium(20_000, temperature))
    exact = chains.energies.mean()
    for seed in range(10):
        chains, tuning, _ = sampler.step(energy, chains, tuning, generator(seed))
    spread = chains.energies.std() / math.sqrt(len(chains.energies))
    assert abs(chains.energies.mean() - exact) < 4 * math.sqrt(2) * spread
    torch.testing.assert_close(chains.energies, energy(chains.points))


def test_adaptation_reaches_the_target_acceptance() -> None:
    sampler, energy, random = Hmc(step_size=2.0, adaptation=0.1), WELL.network(), generator()
    starts = torch.randn(300, 2, generator=random)
    steps = islice(trajectory(sampler, energy, starts, random), 300)
    accepted = [step.acceptance for step in steps]
    assert sum(accepted[-200:]) / 200 == pytest.approx(sampler.target_acceptance, abs=0.03)


def test_jitter_bounds_the_length_of_a_path() -> None:
    random = generator()
    drawn = {Hmc(leapfrog_steps=6, jitter=0.5).path_steps(random) for _ in range(200)}
    assert drawn == set(range(3, 10))
    assert {Hmc(leapfrog_steps=6, jitter=0).path_steps(random) for _ in range(20)} == {6}
    assert min(Hmc(leapfrog_steps=1, jitter=1).path_steps(random) for _ in range(50)) == 1


class Counted(EnergyNetwork):
    """A quadratic that counts its gradients."""

    calls = 0

    def forward(self, points: Tensor) -> Tensor:
        return points.square().sum(1) / 2

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        self.calls += 1
        return self(points), points


def test_a_path_costs_its_leapfrog_steps_and_no_gradient_more() -> None:
    energy, sampler = Counted(), Hmc(leapfrog_steps=4, jitter=0)
    run(sampler, energy, torch.randn(5, 2, generator=generator()), 3, generator())
    assert energy.calls == 1 + 3 * 4


def test_a_path_that_leaves_all_bounds_is_refused() -> None:
    sampler, energy = Hmc(step_size=50.0, leapfrog_steps=100), WELL.network()
    before, tuning = sampler.start(energy, torch.ones(8, 2))
    after = sampler.step(energy, before, tuning, generator())
    assert after.acceptance == 0
    assert torch.equal(after.chains.points, before.points)
    assert torch.equal(after.chains.gradients, before.gradients)
