"""First and second derivatives of an energy along directions, to be differentiated by weights."""

from functools import singledispatch

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork
from ebm_core.contracts.evaluations import Evaluations, evaluating


def with_curvature(
    _: EnergyNetwork, points: Tensor, directions: Tensor, bend: Tensor | None = None
) -> Evaluations:
    """The gradient, and a second derivative along each direction; a bend takes no more."""
    return Evaluations(gradients=len(points) * (1 + len(directions)))


@singledispatch
@evaluating(with_curvature)
def second_order(
    energy: EnergyNetwork,
    points: Float[Tensor, "n ..."],
    directions: Float[Tensor, "s n ..."],
    bend: Float[Tensor, "n ..."] | None = None,
) -> tuple[Float[Tensor, " n"], Float[Tensor, "s n"], Float[Tensor, " n"]]:
    """E(x), the slopes v_s . grad E and the curvature sum_s v_s' H v_s + w . grad E, w the bend.

    They are the Taylor coefficients of E on the paths x + t v_s + t^2 w / 2. All can be
    differentiated by the weights, none by the points. With the unit vectors as directions the
    slopes are the gradient, and the curvature is the Laplacian.

    This is for any network, by two rounds of autograd. An energy that can do better in closed form
    registers its own.
    """
    keep_graph = torch.is_grad_enabled()
    with torch.enable_grad():
        x = points.detach().requires_grad_()
        energies = energy(x)
        (gradient,) = torch.autograd.grad(energies.sum(), x, create_graph=True)
        slopes = (directions * gradient).flatten(2).sum(2)
        curvature = torch.zeros_like(energies)
        for direction, slope in zip(directions, slopes, strict=True):
            (product,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
            curvature = curvature + (product * direction).flatten(1).sum(1)
        if bend is not None:
            curvature = curvature + (bend * gradient).flatten(1).sum(1)
    if keep_graph:
        return energies, slopes, curvature
    return energies.detach(), slopes.detach(), curvature.detach()


def unit_directions(points: Float[Tensor, "n ..."]) -> Float[Tensor, "d n ..."]:
    """The unit vectors along every entry of a point, for each point."""
    size = points[0].numel()
    axes = torch.eye(size, dtype=points.dtype, device=points.device)
    return axes.view(size, 1, *points.shape[1:]).expand(size, *points.shape)
