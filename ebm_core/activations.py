"""Smooth activations and their derivatives, in closed form."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

ActivationName = Literal["silu", "softplus", "tanh"]


class Activation(NamedTuple):
    """f; (g, z) -> g f'(z) without a graph; and f(z), f'(z), ... to an order from 2 to 3."""

    forward: Callable[[Tensor], Tensor]
    backward: Callable[[Tensor, Tensor], Tensor]
    derivatives: Callable[[Tensor, int], list[Tensor]]


def silu(z: Tensor, order: int) -> list[Tensor]:
    """z s and its derivatives, with s the logistic function of z."""
    s = torch.sigmoid(z)
    t = 1 - s
    f, slope, tilt = z * s, s * t, t - s
    bend = z * tilt
    derivatives = [f, torch.addcmul(s, f, t), slope * (bend + 2)]
    if order == 3:
        derivatives.append(slope * (tilt * (bend + 3)).sub_(z * slope, alpha=2))
    return derivatives


def softplus(z: Tensor, order: int) -> list[Tensor]:
    """log(1 + exp z) and its derivatives, the first of which is the logistic function s."""
    s = torch.sigmoid(z)
    slope = s * (1 - s)
    return [functional.softplus(z), s, slope, slope * (1 - 2 * s)][: order + 1]


def tanh(z: Tensor, order: int) -> list[Tensor]:
    """y = tanh z and its derivatives, all polynomials in y."""
    y = torch.tanh(z)
    slope = 1 - y.square()
    return [y, slope, -2 * y * slope, slope * (4 - 6 * slope)][: order + 1]


def silu_backward(g: Tensor, z: Tensor) -> Tensor:
    """g silu'(z) as one kernel."""
    product: Tensor = torch.ops.aten.silu_backward(g, z)
    return product


ACTIVATIONS: dict[ActivationName, Activation] = {
    "silu": Activation(functional.silu, silu_backward, silu),
    "softplus": Activation(functional.softplus, lambda g, z: g * torch.sigmoid(z), softplus),
    "tanh": Activation(torch.tanh, lambda g, z: g * (1 - torch.tanh(z).square()), tanh),
}
