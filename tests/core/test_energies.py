"""Energies: the written-out gradients against autograd, and what makes E a density."""

import pytest
import torch

from ebm_core.contracts import EnergyNetwork, Shape
from ebm_core.derivatives.gradient import gradient_alone
from ebm_core.derivatives.second_order import second_order
from ebm_core.energies import ENERGIES
from ebm_core.energies.convolutional import Convolutional
from ebm_core.energies.mlp import Mlp
from ebm_core.registry import kind_of

NETWORKS = {
    "fourier": (Mlp(), (2,)),
    "plain": (Mlp(fourier_features=0, hidden=(16, 8), confinement=None), (2,)),
    "tanh": (Mlp(activation="tanh"), (2,)),
    "softplus": (Mlp(activation="softplus"), (2,)),
    "image": (Mlp(fourier_features=0, confinement=None), (1, 8, 8)),
    "convolutional": (Convolutional(channels=4), (1, 8, 8)),
}


def built(name: str) -> tuple[EnergyNetwork, torch.Tensor]:
    torch.manual_seed(0)
    energy, shape = NETWORKS[name]
    return energy.build(shape).double(), torch.randn(5, *shape, dtype=torch.float64)


def test_every_energy_is_tested_here() -> None:
    assert {kind_of(type(energy)) for energy, _ in NETWORKS.values()} <= set(ENERGIES)


@pytest.mark.parametrize("name", NETWORKS)
def test_gradient_is_that_of_autograd(name: str) -> None:
    network, points = built(name)
    x = points.clone().requires_grad_()
    expected = network(x)
    (slopes,) = torch.autograd.grad(expected.sum(), x)
    with torch.no_grad():
        energies, gradients = network.with_gradient(points)
    assert not gradients.requires_grad
    torch.testing.assert_close(energies, expected, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(gradients, slopes, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("parts", [["energy"], ["gradient"], ["energy", "gradient"]])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_loss_of_either_has_autograds_derivative(name: str, parts: list[str]) -> None:
    network, points = built(name)
    weights = list(network.parameters())

    def derivative(energies: torch.Tensor, slopes: torch.Tensor) -> tuple[torch.Tensor, ...]:
        terms = {"energy": energies.square().mean(), "gradient": slopes.square().mean()}
        loss = torch.stack([terms[part] for part in parts]).sum()
        return torch.autograd.grad(loss, weights, allow_unused=True, materialize_grads=True)

    x = points.clone().requires_grad_()
    energies = network(x)
    (slopes,) = torch.autograd.grad(energies.sum(), x, create_graph=True)
    for own, autograds in zip(
        derivative(*network.with_gradient(points)), derivative(energies, slopes), strict=True
    ):
        torch.testing.assert_close(own, autograds, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_gradient_alone_is_the_same(name: str) -> None:
    network, points = built(name)
    with torch.no_grad():
        _, gradients = network.with_gradient(points)
    alone = gradient_alone(network, points)
    assert not alone.requires_grad
    torch.testing.assert_close(alone, gradients, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", ["fourier", "plain", "tanh", "softplus", "image"])
def test_second_derivatives_and_their_derivative_are_those_of_autograd(name: str) -> None:
    network, points = built(name)
    weights = list(network.parameters())
    directions, bend = torch.randn(3, *points.shape).double(), torch.randn_like(points)

    def derivatives(own: bool) -> list[torch.Tensor]:
        propagate = second_order if own else second_order.dispatch(object)
        energies, slopes, curvature = propagate(network, points, directions, bend)
        loss = (energies.square() + slopes.square().sum(0) + curvature.square()).mean()
        found = torch.autograd.grad(loss, weights, allow_unused=True, materialize_grads=True)
        return [energies, slopes, curvature, *found]

    for own, autograds in zip(derivatives(True), derivatives(False), strict=True):
        torch.testing.assert_close(own, autograds, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_points_energy_depends_on_that_point_alone(name: str) -> None:
    network, points = built(name)
    torch.testing.assert_close(network(points)[2:3], network(points[2:3]))


def test_the_quadratic_confines() -> None:
    network = Mlp(confinement=3.0).build((2,))
    with torch.no_grad():
        far = network(torch.tensor([[300.0, 400.0]]))
    assert float(far) == pytest.approx(500**2 / (2 * 3**2), rel=0.02)


@pytest.mark.parametrize(("shape", "words"), [((2,), "takes images"), ((1, 3, 3), "halved")])
def test_convolutions_refuse_what_they_cannot_take(shape: Shape, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Convolutional().build(shape)
