"""Smooth activations, and their derivatives as few kernels."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

ActivationName = Literal["silu", "softplus", "tanh"]


class Activation(NamedTuple):
    """f, and (g, z) -> g f'(z), which can be differentiated again."""

    forward: Callable[[Tensor], Tensor]
    backward: Callable[[Tensor, Tensor], Tensor]


class SiluBackward(torch.autograd.Function):
    """g silu'(z) as one kernel, with the derivative that PyTorch's own kernel lacks."""

    @staticmethod
    def forward(ctx: Any, g: Tensor, z: Tensor) -> Tensor:
        ctx.save_for_backward(g, z)
        product: Tensor = torch.ops.aten.silu_backward(g, z)
        return product

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, Tensor]:
        g, z = ctx.saved_tensors
        s = torch.sigmoid(z)
        t = 1 - s
        # silu'' = s (1 - s) (2 + z (1 - 2 s))
        second = (t - s).mul_(z).add_(2).mul_(s).mul_(t)
        return torch.ops.aten.silu_backward(slopes[0], z), second.mul_(g).mul_(slopes[0])


def silu_backward(g: Tensor, z: Tensor) -> Tensor:
    """g silu'(z)."""
    differentiable: Callable[[Tensor, Tensor], Tensor] = SiluBackward.apply
    kernel = differentiable if torch.is_grad_enabled() else torch.ops.aten.silu_backward
    product: Tensor = kernel(g, z)
    return product


ACTIVATIONS: dict[ActivationName, Activation] = {
    "silu": Activation(functional.silu, silu_backward),
    "softplus": Activation(functional.softplus, lambda g, z: g * torch.sigmoid(z)),
    "tanh": Activation(torch.tanh, lambda g, z: g * (1 - torch.tanh(z).square())),
}
