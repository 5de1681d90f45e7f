"""Annealed Langevin against variances that are known in closed form."""

import math

import pytest
import torch
from torch import Tensor

from ebm_core.chains.run import Ends, run
from ebm_core.contracts import EnergyNetwork
from ebm_core.energies.mlp import Mlp
from ebm_core.methods.score_matching.denoising import DenoisingScoreMatching
from ebm_core.methods.score_matching.noise_conditional import NoiseConditionalScoreMatching
from ebm_core.networks.noise_conditioning import NoiseConditional, annealed_gradient
from ebm_core.samplers.annealed import Annealed


class Normal(EnergyNetwork):
    """E(x) = |x|^2 / 2."""

    def forward(self, points: Tensor) -> Tensor:
        return points.square().sum(1) / 2

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self(points), points.clone()


def moved(sampler: Annealed, points: Tensor, steps: int, earlier: Ends | None = None) -> Ends:
    tuning = earlier.tuning if earlier else None
    return run(sampler, Normal(), points, steps, torch.Generator().manual_seed(0), tuning)


@pytest.mark.parametrize("step_size", [0.5, 0.1])
def test_the_drift_is_half_of_the_noises_variance(step_size: float) -> None:
    """x <- (1 - a / 2) x + sqrt(a) noise keeps the variance 1 / (1 - a / 4)."""
    sampler = Annealed(largest=1, smallest=1, levels=1, step_size=step_size)
    points = torch.zeros(4000, 2)
    variance = moved(sampler, points, round(20 / step_size)).points.var()
    wanted = 1 / (1 - step_size / 4)
    assert abs(variance - wanted) < 4 * wanted * math.sqrt(2 / points.numel())


def test_an_energy_without_levels_is_heated_by_the_square_of_the_level() -> None:
    sampler = Annealed(largest=3, smallest=1, levels=2, level_steps=100, step_size=0.2)
    chains = moved(sampler, torch.zeros(4000, 2), 100)
    wanted = 9 / (1 - 0.2 / 4)
    assert abs(chains.points.var() - wanted) < 4 * wanted * math.sqrt(2 / 8000)
    chains = moved(sampler, chains.points, 100, chains)
    assert abs(chains.points.var() - wanted / 9) < 4 * wanted / 9 * math.sqrt(2 / 8000)


def test_each_chain_is_at_the_level_of_its_own_age() -> None:
    sampler = Annealed(largest=8, smallest=1, levels=4, level_steps=5)
    ages = torch.tensor([0.0, 4, 5, 10, 15, 19, 20, 1000])
    assert sampler.levels_at(ages).tolist() == pytest.approx([8, 8, 4, 2, 1, 1, 1, 1])
    ages = torch.cat([torch.zeros(1000), torch.full((1000,), 500.0)])
    generator = torch.Generator().manual_seed(0)
    points = run(sampler, Normal(), torch.zeros(2000, 2), 1, generator, ages=ages).points
    assert points[:1000].std() == pytest.approx(8 * math.sqrt(0.2), rel=0.1)
    assert points[1000:].std() == pytest.approx(math.sqrt(0.2), rel=0.1)


def test_the_last_step_denoises() -> None:
    sampler = Annealed(largest=1, smallest=0.5, levels=2, level_steps=3, denoise=True)
    assert sampler.length == 7
    chains = moved(sampler, torch.ones(10, 2), 6)
    ended = moved(sampler, chains.points, 1, chains).points
    torch.testing.assert_close(ended, chains.points * (1 - 0.25))


def test_a_conditional_energy_is_asked_at_its_levels() -> None:
    torch.manual_seed(0)
    energy = NoiseConditional(Mlp(), (2,), 0.1, 3.0)
    points, levels = torch.randn(5, 2), torch.linspace(0.1, 3, 5)
    wanted = energy.at(levels).with_gradient(points)[1]
    assert annealed_gradient(energy, points, levels, 0.1).tolist() == wanted.tolist()


def test_levels_that_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="swap them"):
        Annealed(largest=0.1, smallest=1)


class Broad(EnergyNetwork):
    """N(0, 1.75^2) blurred by each level: data as wide as whitened points are, and no finer."""

    width = 1.75

    def forward(self, points: Tensor) -> Tensor:
        return points.square().sum(1) / (2 * self.width**2)

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self(points), points / self.width**2


@annealed_gradient.register
def blurred_gradient(energy: Broad, points: Tensor, levels: Tensor, last: float) -> Tensor:
    return points / (energy.width**2 + levels.square())[:, None]


def test_the_default_way_from_noise_ends_as_wide_as_the_data() -> None:
    annealing = NoiseConditionalScoreMatching().annealing
    generator = torch.Generator().manual_seed(0)
    starts = torch.empty(4000, 2).uniform_(-7, 7, generator=generator)
    ends = annealing.run(Broad(), starts, generator)
    assert Broad.width * 0.97 < ends.std() < Broad.width * 1.08


def test_denoising_walks_at_its_noise_level_and_jumps_to_the_mean() -> None:
    """Data of variance .64 blurred by .36 are N(0, I): the jump leads from x to .64 x."""
    method = DenoisingScoreMatching(noise_level=0.6, walk_steps=60)
    assert method.sample_steps == 61
    sampler = method.display_sampler((2,))
    assert isinstance(sampler, Annealed)
    ended = moved(sampler, torch.zeros(4000, 2), 61).points
    wanted = 0.64**2 / (1 - 0.5 * 0.36 / 4)
    assert abs(ended.var() - wanted) < 4 * wanted * math.sqrt(2 / 8000)
