"""The gradient of an energy by its points, with its value or alone."""

from functools import singledispatch

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork


@singledispatch
def gradient_alone(energy: EnergyNetwork, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n ..."]:
    """grad E(x), without a graph.

    This is for any network. An energy whose gradient needs no value registers its own.
    """
    with torch.no_grad():
        return energy.with_gradient(points)[1]


def by_autograd(
    energy: EnergyNetwork, points: Float[Tensor, "n ..."]
) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
    """What `EnergyNetwork.with_gradient` gives, for a network that has no better way to it."""
    keep_graph = torch.is_grad_enabled()
    with torch.enable_grad():
        x = points if points.requires_grad else points.detach().requires_grad_()
        energies = energy(x)
        (gradient,) = torch.autograd.grad(energies.sum(), x, create_graph=keep_graph)
    return (energies if keep_graph else energies.detach()), gradient
