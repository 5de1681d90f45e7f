"""Kernel densities against closed forms, and negatives weighted to be the energy's own samples."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import (
    Categorical,
    Independent,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
)

from ebm_core.contracts import EnergyNetwork
from ebm_core.contracts.groups import Groups
from ebm_core.evaluation.kernel_density import KernelDensity
from ebm_core.methods.learned_sampler._importance import Broad, weighted_negatives

AROUND_ZERO = Broad((2,), torch.device("cpu"))


class Bowl(EnergyNetwork):
    """E(x) = |x - m|^2 / (2 v): its samples are N(m, v I)."""

    def __init__(self, mean: tuple[float, float], variance: float) -> None:
        super().__init__()
        self.mean = torch.tensor(mean)
        self.variance = variance

    def forward(self, points: Tensor) -> Tensor:
        return (points - self.mean).square().sum(1) / (2 * self.variance)

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self(points), (points - self.mean) / self.variance


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_pull_is_the_gradient_by_the_centres() -> None:
    generator = seeded(0)
    centres = torch.randn(7, 2, generator=generator, dtype=torch.float64).requires_grad_()
    points = 2 * torch.randn(20, 2, generator=generator, dtype=torch.float64)
    weights = torch.rand(20, generator=generator, dtype=torch.float64)
    spread = torch.tensor(0.6, dtype=torch.float64)
    mixture = MixtureSameFamily(
        Categorical(torch.ones(7, dtype=torch.float64)), Independent(Normal(centres, spread), 1)
    )
    (expected,) = torch.autograd.grad((weights * mixture.log_prob(points)).sum(), centres)
    pull = KernelDensity(centres, spread).pull(points, weights)
    torch.testing.assert_close(pull, 7 * expected, rtol=1e-9, atol=1e-12)


def test_density_and_score_of_a_mixture_are_exact() -> None:
    centres = 2 * torch.randn(50, 2, generator=seeded(0))
    points = (3 * torch.randn(80, 2, generator=seeded(1))).requires_grad_()
    spread = torch.tensor(0.3)
    exact = MixtureSameFamily(
        Categorical(torch.ones(50)), Independent(Normal(centres, spread.expand(50, 2)), 1)
    ).log_prob(points)
    (slope,) = torch.autograd.grad(exact.sum(), points)
    log_density, score = KernelDensity(centres, spread).evaluate(points.detach())
    torch.testing.assert_close(log_density, exact.detach(), rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(score, slope, rtol=1e-3, atol=1e-2)


def test_far_from_every_centre_the_nearest_decides() -> None:
    density = KernelDensity(torch.tensor([[0.0, 0.0], [1.0, 0.0]]), torch.tensor(0.01))
    log_density, score = density.evaluate(torch.tensor([[50.0, 0.0]]))
    expected = -(49.0**2) / 2e-4 - math.log(2 * 2 * math.pi * 1e-4)
    assert log_density.item() == pytest.approx(expected, rel=1e-4)
    assert score[0, 0].item() == pytest.approx(-49 / 1e-4, rel=1e-4)


def test_samples_have_the_mixture_s_mean_and_covariance() -> None:
    centres = torch.tensor([[-1.0, 0.0], [3.0, 2.0]])
    drawn = KernelDensity(centres, torch.tensor(0.5)).sample(20_000, seeded(2))
    error = 4 * drawn.std(0) / math.sqrt(20_000)
    assert ((drawn.mean(0) - centres.mean(0)).abs() < error).all()
    assert drawn[:, 0].var().item() == pytest.approx(4 + 0.25, rel=0.05)


def test_a_density_of_images_keeps_their_shape() -> None:
    images = torch.randn(6, 1, 8, 8, generator=seeded(3))
    log_density, score = KernelDensity(images, torch.tensor(0.5)).evaluate(images[:2])
    assert log_density.shape == (2,)
    assert score.shape == (2, 1, 8, 8)
    # the other centres are too far to count, and a centre pulls nowhere
    alone = -math.log(6) - 64 * (math.log(0.5) + 0.5 * math.log(2 * math.pi))
    torch.testing.assert_close(log_density, torch.full((2,), alone), rtol=1e-4, atol=1e-2)
    torch.testing.assert_close(score, torch.zeros_like(score), rtol=0, atol=1e-2)


def test_the_broad_gaussian_has_its_density() -> None:
    points = 4 * torch.randn(30, 2, generator=seeded(4))
    exact = MultivariateNormal(torch.zeros(2), 9 * torch.eye(2)).log_prob(points)
    torch.testing.assert_close(AROUND_ZERO.log_density(points), exact)


def test_around_separate_groups_the_broad_density_has_its_mass_at_each() -> None:
    means = torch.tensor([[-20.0, 0.0], [20.0, 5.0]], dtype=torch.float64)
    groups = Groups(torch.tensor([0.9, 0.1]), means, torch.eye(2).expand(2, 2, 2))
    broad = Broad((2,), torch.device("cpu"), groups)
    points = broad.sample(4000, seeded(1))
    near = points[points[:, 0] > 0]
    assert len(near) / 4000 == pytest.approx(0.5, abs=0.04)
    assert near.mean(0).tolist() == pytest.approx([20.0, 5.0], abs=0.3)
    exact = MultivariateNormal(means[1].float(), 9 * torch.eye(2)).log_prob(near) - math.log(2)
    torch.testing.assert_close(broad.log_density(near), exact)


@pytest.mark.parametrize("defensive", [1000, 3000])
def test_weighted_negatives_have_the_energy_s_moments(defensive: int) -> None:
    """The sampler sits on the wrong place, and its weights mend that."""
    energy = Bowl((0.7, -0.4), 0.5)
    centres = 0.8 * torch.randn(500, 2, generator=seeded(5))
    density = KernelDensity(centres, torch.tensor(0.3))
    drawn = density.sample(4000 - defensive, seeded(6))
    found = weighted_negatives(energy, drawn, density, AROUND_ZERO, defensive, seeded(7))
    mean = (found.weights[:, None] * found.points).sum(0)
    squares = (found.weights[:, None] * (found.points - energy.mean).square()).sum(0)
    error = 4 * math.sqrt(0.5 / found.effective.item())
    assert found.weights.sum().item() == pytest.approx(1, abs=1e-5)
    assert 100 < found.effective.item() < 4000
    assert ((mean - energy.mean).abs() < error).all()
    assert ((squares - 0.5).abs() < 2 * error).all()


def test_a_mode_that_the_sampler_left_is_still_weighed() -> None:
    energy = Bowl((3.0, 3.0), 0.5)
    density = KernelDensity(torch.zeros(100, 2), torch.tensor(0.2))
    drawn = density.sample(500, seeded(8))
    found = weighted_negatives(energy, drawn, density, AROUND_ZERO, 500, seeded(9))
    assert found.weights[500:].sum() > 0.999
