"""Derivatives of a perceptron on Fourier features by its inputs, in closed form for training.

Written out, with the weights' gradients of the derivatives: several times as fast as autograd of
autograd. Every layer is z = W a + b, a = f(z); the features are [x, sin Wx, cos Wx].
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

Derivatives = Callable[[Tensor, int], list[Tensor]]

NARROW = 16
"""Products of fewer columns are several times as fast with the narrow factor turned."""


def product(slopes: Float[Tensor, "n h"], weight: Float[Tensor, "h d"]) -> Float[Tensor, "n d"]:
    """slopes @ weight, as fast as it can be had."""
    if weight.shape[1] < NARROW:
        return functional.linear(slopes, weight.T.contiguous())
    return slopes @ weight


def outer(slopes: Float[Tensor, "n h"], inputs: Float[Tensor, "n d"]) -> Float[Tensor, "h d"]:
    """slopes.T @ inputs, as fast as it can be had."""
    if inputs.shape[1] < NARROW:
        # contiguous, since a fused optimiser ignores strides
        return (inputs.T @ slopes).T.contiguous()
    return slopes.T @ inputs


class Features(NamedTuple):
    """The features at some points, and all that their derivatives need."""

    values: Float[Tensor, "n f"]
    frequencies: Float[Tensor, "d w"] | None
    sines: Tensor
    cosines: Tensor

    @classmethod
    def of(cls, x: Float[Tensor, "n d"], frequencies: Float[Tensor, "d w"] | None) -> "Features":
        """[x, sin Wx, cos Wx], or x alone."""
        if frequencies is None:
            return cls(x, None, x, x)
        phases = x @ frequencies
        sines, cosines = phases.sin(), phases.cos()
        return cls(torch.cat([x, sines, cosines], 1), frequencies, sines, cosines)

    @property
    def width(self) -> int:
        """How many frequencies there are."""
        return 0 if self.frequencies is None else self.frequencies.shape[1]

    def along(self, directions: Float[Tensor, "*s n d"]) -> Float[Tensor, "*s n f"]:
        """Their first derivatives along directions."""
        if self.frequencies is None:
            return directions
        phases = directions @ self.frequencies
        return torch.cat([directions, phases * self.cosines, -phases * self.sines], -1)

    def curved(
        self, directions: Float[Tensor, "s n d"], bend: Float[Tensor, "n d"] | None
    ) -> Float[Tensor, "n f"]:
        """Their second derivatives along each direction, summed, plus the first along the bend."""
        first = torch.zeros_like(self.values) if bend is None else self.along(bend)
        if self.frequencies is None:
            return first
        squares = (directions @ self.frequencies).square().sum(0)
        straight = torch.zeros_like(directions[0])
        second = torch.cat([straight, -squares * self.sines, -squares * self.cosines], 1)
        return first + second

    def pulled_back(self, slopes: Float[Tensor, "n f"]) -> Float[Tensor, "n d"]:
        """The gradient by x of something whose gradient by the features is `slopes`."""
        if self.frequencies is None:
            return slopes
        plain, by_sine, by_cosine = self.parts(slopes)
        by_phase = by_sine * self.cosines - by_cosine * self.sines
        return torch.addmm(plain, by_phase, self.frequencies.T)

    def pulled_back_again(
        self, slopes: Float[Tensor, "n f"], direction: Float[Tensor, "n d"]
    ) -> Float[Tensor, "n d"]:
        """The derivative of `pulled_back` along a direction, with the slopes held."""
        if self.frequencies is None:
            return torch.zeros_like(direction)
        _, by_sine, by_cosine = self.parts(slopes)
        turned = by_sine * self.sines + by_cosine * self.cosines
        return -(turned * (direction @ self.frequencies)) @ self.frequencies.T

    def parts(self, slopes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What belongs to x, to the sines and to the cosines."""
        width = self.sines.shape[1]
        plain, by_sine, by_cosine = slopes.split([slopes.shape[1] - 2 * width, width, width], 1)
        return plain, by_sine, by_cosine


class Gradient(torch.autograd.Function):
    """Heights and their gradients by x; differentiable once by x and by the weights.

    Takes x, the frequencies, the activation's derivatives, then weight and bias of each layer, the
    head last.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        frequencies: Tensor | None,
        derivatives: Derivatives,
        *parameters: Tensor,
    ) -> tuple[Tensor, Tensor]:
        ctx.set_materialize_grads(False)
        features = Features.of(x, frequencies)
        weights, biases = parameters[::2], parameters[1::2]
        inputs, jets = [features.values], []
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            jets.append(derivatives(torch.addmm(bias, inputs[-1], weight.T), 2))
            inputs.append(jets[-1][0])
        heights = torch.addmm(biases[-1], inputs[-1], weights[-1].T).squeeze(1)
        slopes = [weights[-1]]  # by each layer's output, the last one first
        by_sum = []
        for weight, (_, first, _) in zip(reversed(weights[:-1]), reversed(jets), strict=True):
            by_sum.append(slopes[-1] * first)
            slopes.append(product(by_sum[-1], weight))
        ctx.features, ctx.inputs, ctx.jets = features, inputs, jets
        ctx.slopes, ctx.by_sum, ctx.weights = slopes, by_sum, weights
        return heights, features.pulled_back(slopes[-1])

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, by_height: Tensor | None, by_gradient: Tensor | None
    ) -> tuple[Tensor | None, ...]:
        weights, inputs, slopes, by_sum = ctx.weights, ctx.inputs, ctx.slopes, ctx.by_sum
        x = inputs[0][:, : inputs[0].shape[1] - 2 * ctx.features.width]
        if by_gradient is None:
            by_gradient = torch.zeros_like(x)
        # sum of by_gradient . grad E is E's derivative along by_gradient: carry that forward
        tangents, sums = [ctx.features.along(by_gradient)], []
        for weight, (_, first, _) in zip(weights[:-1], ctx.jets, strict=True):
            sums.append(tangents[-1] @ weight.T)
            tangents.append(first * sums[-1])
        head, lift = tangents[-1].sum(0), None
        carried = None
        if by_height is not None:
            head, lift = head + by_height @ inputs[-1], by_height.sum()[None]
            carried = torch.outer(by_height, weights[-1][0])
        found: list[Tensor | None] = [lift, head[None]]
        backward = zip(reversed(weights[:-1]), reversed(ctx.jets), slopes, by_sum, strict=False)
        for depth, (weight, (_, first, second), slope, local) in enumerate(backward, 1):
            summed = sums[-depth].mul_(second).mul_(slope)
            if carried is not None:
                summed.addcmul_(carried, first)
            by_weight = outer(local, tangents[-depth - 1]).add_(outer(summed, inputs[-depth - 1]))
            found += [summed.sum(0), by_weight]
            if depth < len(weights) - 1 or ctx.needs_input_grad[0]:
                carried = product(summed, weight)
        by_x = None
        if ctx.needs_input_grad[0] and carried is not None:
            by_x = ctx.features.pulled_back(carried)
            by_x = by_x + ctx.features.pulled_back_again(slopes[-1], by_gradient)
        return (by_x, None, None, *reversed(found))


class Taylor(torch.autograd.Function):
    """Heights, slopes along directions, and curvature (see `second_order`), by forward propagation.

    A value, one derivative a direction and one second derivative, summed over the directions, go
    through the layers together. Differentiable once, by the weights.

    Source:
        Li et al. (2023), "Forward Laplacian", https://arxiv.org/abs/2307.08214
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        directions: Tensor,
        bend: Tensor | None,
        frequencies: Tensor | None,
        derivatives: Derivatives,
        *parameters: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        features = Features.of(x, frequencies)
        weights, biases = parameters[::2], parameters[1::2]
        first, second = features.along(directions), features.curved(directions, bend)
        inputs, sums, jets = [torch.cat([features.values[None], first, second[None]])], [], []
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            z = inputs[-1] @ weight.T
            z[0] += bias
            jet = derivatives(z[0], 3)
            squares = z[1:-1].square().sum(0)
            a = z * jet[1]
            a[0] = jet[0]
            a[-1].addcmul_(jet[2], squares)
            inputs.append(a)
            sums.append(z)
            jets.append((*jet[1:], squares))
        outputs = inputs[-1] @ weights[-1][0]
        ctx.inputs, ctx.sums, ctx.jets, ctx.weights = inputs, sums, jets, weights
        return outputs[0] + biases[-1], outputs[1:-1], outputs[-1]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *given: Tensor) -> tuple[Tensor | None, ...]:
        by_output = torch.cat([given[0][None], given[1], given[2][None]])
        weights, inputs = ctx.weights, ctx.inputs
        head = by_output.flatten() @ inputs[-1].flatten(0, 1)
        found: list[Tensor | None] = [given[0].sum()[None], head[None]]
        by_a = by_output[:, :, None] * weights[-1][0]
        for depth, weight in enumerate(reversed(weights[:-1]), 1):
            z = ctx.sums[-depth]
            first, second, third, squares = ctx.jets[-depth]
            bent = by_a[-1] * second
            by_z = by_a * first
            by_z[0].addcmul_(by_a[-1], third * squares).addcmul_(bent, z[-1])
            by_z[0].addcmul_(second, (by_a[1:-1] * z[1:-1]).sum(0))
            by_z[1:-1].addcmul_(bent, z[1:-1], value=2)
            flat = by_z.flatten(0, 1)
            found += [by_z[0].sum(0), outer(flat, inputs[-depth - 1].flatten(0, 1))]
            if depth < len(weights) - 1:
                by_a = by_z @ weight
        return (None, None, None, None, None, *reversed(found))


gradient: Callable[..., tuple[Tensor, Tensor]] = Gradient.apply
taylor: Callable[..., tuple[Tensor, Tensor, Tensor]] = Taylor.apply
