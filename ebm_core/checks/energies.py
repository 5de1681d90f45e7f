"""What holds for every energy."""

import torch
from torch import Tensor

from ebm_core.checks.expectation import Check, expect, form_is_whole
from ebm_core.checks.methods import training, weights
from ebm_core.contracts import EnergyNetwork, Shape
from ebm_core.derivatives.gradient import gradient_alone
from ebm_core.energies import ENERGIES
from ebm_core.runs.config import RunConfig
from ebm_core.runs.training import Training

SHAPES: tuple[Shape, ...] = ((2,), (1, 8, 8))


def built(kind: str) -> list[tuple[EnergyNetwork, Tensor]]:
    """Its networks with points, in float64, for each shape that it takes."""
    found: list[tuple[EnergyNetwork, Tensor]] = []
    refusals = []
    for shape in SHAPES:
        torch.manual_seed(0)
        try:
            network = ENERGIES[kind]().build(shape).double()
        except ValueError as refusal:
            refusals.append(refusal)
        else:
            found.append((network, torch.randn(5, *shape, dtype=torch.float64)))
    if not found:
        raise refusals[0]
    return found


def close(first: Tensor, second: Tensor) -> bool:
    """Whether two arrays are the same but for rounding."""
    return first.shape == second.shape and torch.allclose(first, second, rtol=1e-9, atol=1e-9)


def has_a_form(kind: str) -> None:
    """Its fields have titles, descriptions and bounds."""
    form_is_whole(ENERGIES[kind])


def weights_come_from_the_seed(kind: str) -> None:
    """Two networks of one seed are the same, and their weights can be saved."""
    for (first, _), (again, _) in zip(built(kind), built(kind), strict=True):
        expect(
            all(map(torch.equal, first.state_dict().values(), again.state_dict().values())),
            "the same seed builds another network: weights come from torch's global generator",
        )
        expect(list(first.parameters()), "it has no weights to train")


def gradient_is_autograds(kind: str) -> None:
    """`with_gradient` gives E and grad E, without a graph where none is kept."""
    for network, points in built(kind):
        x = points.clone().requires_grad_()
        expected = network(x)
        (slopes,) = torch.autograd.grad(expected.sum(), x)
        expect(expected.shape == (5,), f"E of 5 points is shaped {tuple(expected.shape)}")
        with torch.no_grad():
            energies, gradients = network.with_gradient(points)
        expect(not gradients.requires_grad, "the gradient has a graph under torch.no_grad")
        expect(close(energies, expected), "`with_gradient` gives other energies than `forward`")
        expect(close(gradients, slopes), "the gradient is not that of `forward`")
        expect(close(gradient_alone(network, points), slopes), "the gradient alone is another one")


def derivative(network: EnergyNetwork, energies: Tensor, slopes: Tensor) -> tuple[Tensor, ...]:
    """That of a loss, by the weights."""
    loss = energies.square().mean() + slopes.square().mean()
    weights = list(network.parameters())
    return torch.autograd.grad(loss, weights, allow_unused=True, materialize_grads=True)


def losses_of_either_can_be_trained(kind: str) -> None:
    """A loss of energies and gradients has autograd's derivative by the weights."""
    for network, points in built(kind):
        x = points.clone().requires_grad_()
        energies = network(x)
        (slopes,) = torch.autograd.grad(energies.sum(), x, create_graph=True)
        own = derivative(network, *network.with_gradient(points))
        expect(
            all(map(close, own, derivative(network, energies, slopes))),
            "a loss of `with_gradient` has another derivative by the weights than autograd's",
        )


def points_do_not_see_each_other(kind: str) -> None:
    """A point's energy depends on that point alone (so: no batch normalisation)."""
    for network, points in built(kind):
        alone = close(network(points)[2:3], network(points[2:3]))
        expect(alone, "a point's energy depends on the points beside it")


def trains(kind: str) -> None:
    """A few updates of a method on it change its weights, and leave them finite."""
    takes_the_plane = any(points.dim() == 2 for _, points in built(kind))
    given = training("denoising", 3, "gaussian_ring" if takes_the_plane else "digits").config
    whole = {**given.model_dump(), "energy": {"kind": kind}}
    run = Training(RunConfig.model_validate(whole))
    before = weights(run)
    while not run.finished:
        run.update()
    expect(weights(run) != before, "training does not change its weights")
    run.frame()


CHECKS: tuple[Check, ...] = (
    has_a_form,
    weights_come_from_the_seed,
    gradient_is_autograds,
    losses_of_either_can_be_trained,
    points_do_not_see_each_other,
    trains,
)
