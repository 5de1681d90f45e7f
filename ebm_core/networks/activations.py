"""Smooth activations and their derivatives, in closed form."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

ActivationName = Literal["silu", "softplus", "tanh"]


class Activation(NamedTuple):
    """One f. All but `forward` make no graph and use up the memory of z."""

    forward: Callable[[Tensor], Tensor]
    """z -> f(z)"""
    backward: Callable[[Tensor, Tensor], Tensor]
    """(g, z) -> g f'(z). Uses up z."""
    with_slope: Callable[[Tensor], tuple[Tensor, Tensor]]
    """z -> f(z), f'(z). Uses up z."""
    derivatives: Callable[[Tensor, int], list[Tensor]]
    """z -> f(z), f'(z), ... to an order of 2 or 3. Uses up z."""


def silu(z: Tensor, order: int) -> list[Tensor]:
    """f = z s and its derivatives, with s the logistic function of z."""
    s = torch.sigmoid(z)
    f = z * s
    slope = torch.addcmul(s, s, s, value=-1)
    third = []
    if order == 3:
        tilt = torch.rsub(s, 1, alpha=2)
        third = [tilt.mul_(torch.sub(z, f, alpha=2).add_(3)).sub_(z * slope, alpha=2).mul_(slope)]
    second = z.sub_(f, alpha=2).add_(2).mul_(slope)
    return [f, s.lerp_(s.new_ones(()), f), second, *third]


def softplus(z: Tensor, order: int) -> list[Tensor]:
    """log(1 + exp z) and its derivatives, the first of which is the logistic function s."""
    f, s = functional.softplus(z), z.sigmoid_()
    slope = torch.addcmul(s, s, s, value=-1)
    return [f, s, slope, slope * (1 - 2 * s)][: order + 1]


def tanh(z: Tensor, order: int) -> list[Tensor]:
    """y = tanh z and its derivatives, all polynomials in y."""
    y = z.tanh_()
    slope = 1 - y.square()
    return [y, slope, -2 * y * slope, slope * (4 - 6 * slope)][: order + 1]


def silu_backward(g: Tensor, z: Tensor) -> Tensor:
    """g silu'(z) as one kernel."""
    product: Tensor = torch.ops.aten.silu_backward.grad_input(g, z, grad_input=z)
    return product


def silu_with_slope(z: Tensor) -> tuple[Tensor, Tensor]:
    """f = z s and s + f (1 - s): the exponential, which they share, is most of the cost."""
    s = torch.sigmoid(z)
    f = z.mul_(s)
    return f, s.lerp_(s.new_ones(()), f)


def softplus_backward(g: Tensor, z: Tensor) -> Tensor:
    """g times the logistic function."""
    return z.sigmoid_().mul_(g)


def softplus_with_slope(z: Tensor) -> tuple[Tensor, Tensor]:
    """log(1 + exp z) and the logistic function."""
    return functional.softplus(z), z.sigmoid_()


def tanh_backward(g: Tensor, z: Tensor) -> Tensor:
    """g (1 - y^2) with y = tanh z."""
    return z.tanh_().square_().neg_().add_(1).mul_(g)


def tanh_with_slope(z: Tensor) -> tuple[Tensor, Tensor]:
    """y = tanh z and 1 - y^2."""
    y = z.tanh_()
    return y, 1 - y.square()


ACTIVATIONS: dict[ActivationName, Activation] = {
    "silu": Activation(functional.silu, silu_backward, silu_with_slope, silu),
    "softplus": Activation(functional.softplus, softplus_backward, softplus_with_slope, softplus),
    "tanh": Activation(torch.tanh, tanh_backward, tanh_with_slope, tanh),
}
