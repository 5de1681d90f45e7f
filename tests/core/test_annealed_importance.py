"""Annealed importance sampling against closed forms and quadrature."""

import math

import pytest
import torch

from ebm_core.analytic.double_well import DoubleWell
from ebm_core.analytic.gaussian_mixture import GaussianMixture
from ebm_core.analytic.rosenbrock import Rosenbrock
from ebm_core.contracts import AnalyticEnergy, EnergyNetwork
from ebm_core.energies.mlp import Mlp
from ebm_core.evaluation.annealed_importance import Base, Bridge, bracket_log_z, estimate
from ebm_core.evaluation.quadrature import Quadrature
from ebm_core.samplers.hmc import Hmc
from ebm_core.samplers.mala import Mala
from ebm_core.samplers.random_walk import RandomWalk


def broad(dimensions: int, spread: float = 2.0) -> Base:
    return Base(torch.zeros(dimensions), torch.full((dimensions,), spread))


def test_the_base_is_a_normalised_gaussian() -> None:
    base = Base(torch.tensor([0.5, -0.3]), torch.tensor([0.8, 1.5]))
    nodes = Quadrature(192)
    mass = (-base.energies(nodes.points)).exp() * nodes.weights
    assert base.log_z == pytest.approx(math.log(mass.sum()), abs=1e-6)
    points = base.sample(20_000, torch.Generator().manual_seed(0))
    assert (points.mean(0) - base.mean).abs().max() < 4 * 1.5 / math.sqrt(20_000)
    assert (points.std(0) / base.spread - 1).abs().max() < 4 / math.sqrt(40_000)


def test_a_base_around_points_is_as_wide_as_they_are() -> None:
    points = torch.randn(5000, 3, generator=torch.Generator().manual_seed(0))
    base = Base.around(points * torch.tensor([1.0, 2.0, 0.0]) + 4, widening=1.5)
    torch.testing.assert_close(base.mean, torch.full((3,), 4.0), rtol=0, atol=0.15)
    torch.testing.assert_close(base.spread[:2], torch.tensor([1.5, 3.0]), rtol=0.05, atol=0)
    assert base.spread[2] == pytest.approx(base.spread[1] / 100)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_bridge_has_autograds_gradient(share: float) -> None:
    bridge = Bridge(DoubleWell().network(), broad(2), share)
    x = torch.randn(9, 2, generator=torch.Generator().manual_seed(0)).requires_grad_()
    energies = bridge(x)
    (slopes,) = torch.autograd.grad(energies.sum(), x)
    own, gradients = bridge.with_gradient(x.detach())
    torch.testing.assert_close(own, energies.detach())
    torch.testing.assert_close(gradients, slopes)


@pytest.mark.parametrize("formula", [DoubleWell(), GaussianMixture(), Rosenbrock()])
def test_the_bracket_holds_the_closed_form_in_the_plane(formula: AnalyticEnergy) -> None:
    base = Base(torch.tensor([0.0, 0.5]), torch.tensor([1.6, 1.6]))
    found = bracket_log_z(
        formula.network(),
        RandomWalk(adaptation=0.1),
        base,
        temperatures=150,
        settling=200,
        chains=400,
    )
    assert formula.log_z is not None
    for side in (found.forward, found.reverse):
        assert abs(side.log_z - formula.log_z) < max(0.05, 4 * side.error)
        assert side.effective > 40


def test_the_bracket_holds_what_quadrature_finds_for_a_network() -> None:
    torch.manual_seed(0)
    network = Mlp(confinement=1.0, hidden=(16,), fourier_features=8).build((2,))
    with torch.no_grad():
        network.head.weight.mul_(8)
        nodes = Quadrature(192)
        exact = (nodes.weights.log() - network(nodes.points.float()).double()).logsumexp(0)
    found = bracket_log_z(
        network,
        Mala(adaptation=0.1),
        broad(2, 1.2),
        temperatures=200,
        chains=400,
        settling=100,
    )
    for side in (found.forward, found.reverse):
        assert abs(side.log_z - float(exact)) < max(0.03, 4 * side.error)


@pytest.mark.parametrize(("dimensions", "temperatures"), [(64, 150), (784, 300)])
def test_the_bracket_is_tight_in_many_dimensions(dimensions: int, temperatures: int) -> None:
    centre = tuple(0.1 * (place % 7) for place in range(dimensions))
    formula = GaussianMixture(centers=(centre,), spread=0.5)
    exact_draws = torch.tensor(centre) + 0.5 * torch.randn(
        64, dimensions, generator=torch.Generator().manual_seed(1)
    )
    found = bracket_log_z(
        formula.network(),
        Hmc(step_size=0.2 if dimensions < 100 else 0.1, leapfrog_steps=3, adaptation=0.1),
        Base.around(exact_draws, widening=1.5 if dimensions < 100 else 1.2),
        exact_draws,
        temperatures=temperatures,
        chains=64,
    )
    for side in (found.forward, found.reverse):
        assert side.error < 0.3
        assert abs(side.log_z - formula.log_z) < 4 * side.error
    assert abs(found.middle - formula.log_z) < 0.25


class SmoothImages(EnergyNetwork):
    """E(x) = x^T A x / 2 of images of 28 x 28, where A couples each pixel with its neighbours."""

    def __init__(self) -> None:
        super().__init__()
        chain = 2 * torch.eye(28) - torch.ones(27).diag(1) - torch.ones(27).diag(-1)
        self.precision = (
            4 * torch.eye(784)
            + 2 * torch.kron(chain, torch.eye(28))
            + 2 * torch.kron(torch.eye(28), chain)
        )

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        return self.with_gradient(points)[0]

    def with_gradient(self, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        pulls = points.flatten(1) @ self.precision
        return (pulls * points.flatten(1)).sum(1) / 2, pulls.view_as(points)


def test_the_bracket_holds_the_determinant_of_images_of_28_by_28() -> None:
    energy = SmoothImages()
    exact = 784 / 2 * math.log(2 * math.pi) - float(energy.precision.double().logdet()) / 2
    root = torch.linalg.cholesky(energy.precision.double().inverse()).float()
    draws = torch.randn(128, 784, generator=torch.Generator().manual_seed(2)) @ root.T
    images = draws.reshape(-1, 1, 28, 28)
    found = bracket_log_z(
        energy,
        Hmc(step_size=0.1, leapfrog_steps=5, adaptation=0.1),
        Base.around(images, widening=1.2),
        images[:64],
        temperatures=200,
        chains=64,
    )
    for side in (found.forward, found.reverse):
        assert abs(side.log_z - exact) < 4 * side.error + 0.4
    assert abs(found.middle - exact) < 0.7


def test_a_hasty_bracket_is_wide_and_on_both_sides() -> None:
    formula = GaussianMixture(centers=((0.0,) * 16,), spread=0.3)
    draws = 0.3 * torch.randn(200, 16, generator=torch.Generator().manual_seed(1))
    hasty = bracket_log_z(
        formula.network(), Hmc(leapfrog_steps=1), broad(16, 2.0), draws, temperatures=8, chains=200
    )
    assert hasty.forward.log_z < formula.log_z - 1
    assert hasty.reverse.log_z > formula.log_z + 1


def test_the_seed_decides() -> None:
    first, second, other = (
        bracket_log_z(
            DoubleWell().network(),
            RandomWalk(),
            broad(2),
            temperatures=9,
            chains=20,
            settling=5,
            seed=seed,
        )
        for seed in (1, 1, 2)
    )
    assert first == second != other


def test_equal_weights_have_no_error() -> None:
    assert estimate(torch.full((10,), 700.0, dtype=torch.float64)) == pytest.approx(
        (700, 0, 10), abs=1e-6
    )


def test_what_gives_no_estimate_is_refused() -> None:
    with pytest.raises(ValueError, match="temperature is 2"):
        bracket_log_z(DoubleWell().network(), Mala(temperature=2.0), broad(2))
    with pytest.raises(ValueError, match="1 temperatures"):
        bracket_log_z(DoubleWell().network(), Mala(), broad(2), temperatures=1)
