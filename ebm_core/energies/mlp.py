"""A multilayer perceptron on Fourier features, with a confining quadratic."""

from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from ebm_core.contracts import Energy, Shape
from ebm_core.contracts.evaluations import evaluating, gradients
from ebm_core.derivatives.gradient import gradient_alone
from ebm_core.derivatives.second_order import second_order, with_curvature
from ebm_core.energies._perceptron import (
    ACTIVATION,
    CONFINEMENT,
    FOURIER_FEATURES,
    FOURIER_SCALE,
    HIDDEN,
    Hidden,
    PerceptronNetwork,
)
from ebm_core.networks.activations import ActivationName
from ebm_core.networks.compiled_perceptron import (
    EnergiesToCome,
    energies_to_come,
    perceptron_energies,
    perceptron_energies_to_come,
)
from ebm_core.networks.perceptron import Features, gradient, product, taylor
from ebm_core.networks.portable import PortableEnergy, portable


@final
class Mlp(Energy):
    """E(x) = MLP([x, sin Wx, cos Wx]) + |x|^2 / (2 b^2) with fixed W ~ N(0, scale^2).

    The features let the net leave the plateau that a plain one sits on for thousands of updates;
    the quadratic makes Z finite, whatever the weights.

    Source:
        Tancik et al. (2020), section 4, https://arxiv.org/abs/2006.10739
    """

    rank: ClassVar[int] = 10
    title: ClassVar[str] = "Multilayer perceptron"
    summary: ClassVar[str] = (
        "Dense layers on Fourier features, with a quadratic that keeps the mass near the data."
    )

    kind: Literal["mlp"] = "mlp"
    hidden: Hidden = HIDDEN
    activation: ActivationName = ACTIVATION
    fourier_features: int = FOURIER_FEATURES
    fourier_scale: float = FOURIER_SCALE
    confinement: float | None = CONFINEMENT

    def build(self, shape: Shape) -> "MlpNetwork":
        return MlpNetwork(self, torch.Size(shape).numel())


@final
class MlpNetwork(PerceptronNetwork):
    """The network of `Mlp`. Its input gradient is written out: twice as fast as autograd's.

    Without a graph, compiled code computes what it can.
    """

    def __init__(self, options: Mlp, dimensions: int) -> None:
        super().__init__(options, dimensions, outputs=1)

    def forward(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        x = points.flatten(1)
        if (found := self.compiled_energies(x, gradients=False)) is not None:
            return found[0]
        return self.confined(self.read(self.last_hidden(x)), x)

    def compiled_energies(
        self, x: Float[Tensor, "n d"], *, gradients: bool
    ) -> tuple[Tensor, Tensor] | None:
        """Energies, with or without gradients, where compiled code takes them."""
        if torch.is_grad_enabled() or self.activation_name != "silu":
            return None
        return perceptron_energies(x, self.frequencies, self.flat, self.precision, gradients)

    def read(self, hidden: Float[Tensor, "n h"]) -> Float[Tensor, " n"]:
        """The heights, from the last hidden layer."""
        return functional.linear(hidden, *self.flat[-2:]).squeeze(1)

    def confined(self, heights: Float[Tensor, " n"], x: Float[Tensor, "n d"]) -> Tensor:
        """The energies, from the heights."""
        if not self.precision:
            return heights
        return heights.add(x.square().sum(1), alpha=0.5 * self.precision)

    def with_gradient(
        self, points: Float[Tensor, "n ..."]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
        x = points.flatten(1)
        if torch.is_grad_enabled():
            derivatives = self.activation.derivatives
            heights, slopes = gradient(x, self.frequencies, derivatives, *self.flat)
        elif (found := self.compiled_energies(x, gradients=True)) is not None:
            return found[0], found[1].view_as(points)
        else:
            forth = Pass(self, x)
            hidden, slope = self.activation.with_slope(forth.last)
            heights, slopes = self.read(hidden), forth.back(slope.mul_(self.flat[-2]))
        gradients = slopes.add(x, alpha=self.precision) if self.precision else slopes
        return self.confined(heights, x), gradients.view_as(points)


class Pass:
    """Through the hidden layers and back, without a graph, in as little memory as can be.

    Fresh memory costs as much as an activation does.
    """

    def __init__(self, network: MlpNetwork, x: Float[Tensor, "n d"]) -> None:
        self.weights = network.flat[:-2:2]
        self.features = Features.of(x, network.frequencies)
        self.hidden: list[tuple[Tensor, Tensor]] = []
        """Values and slopes of the layers but the last, which is only summed."""
        self.last = functional.linear(self.features.values, *network.flat[:2])
        for weight, bias in zip(self.weights[1:], network.flat[3:-2:2], strict=True):
            self.hidden.append(network.activation.with_slope(self.last))
            self.last = functional.linear(self.hidden[-1][0], weight, bias)

    def back(self, slope: Float[Tensor, "n h"]) -> Float[Tensor, "n d"]:
        """The gradient of the heights by x, from that by `last`. It can be taken once."""
        for weight in reversed(self.weights[1:]):
            values, slopes = self.hidden.pop()
            slope = torch.mm(slope, weight, out=values).mul_(slopes)
        return self.features.pulled_back(product(slope, self.weights[0]))


@gradient_alone.register
@evaluating(gradients)
def gradient_of_perceptron(
    energy: MlpNetwork, points: Float[Tensor, "n ..."]
) -> Float[Tensor, "n ..."]:
    """`gradient_alone`: compiled, or without the head and the last activation."""
    with torch.no_grad():
        x = points.flatten(1)
        if (found := energy.compiled_energies(x, gradients=True)) is not None:
            return found[1].view_as(points)
        forth = Pass(energy, x)
        slopes = forth.back(energy.activation.backward(energy.flat[-2], forth.last))
        if energy.precision:
            slopes.add_(x, alpha=energy.precision)
        return slopes.view_as(points)


@second_order.register
@evaluating(with_curvature)
def second_order_of_perceptron(
    energy: MlpNetwork,
    points: Float[Tensor, "n ..."],
    directions: Float[Tensor, "s n ..."],
    bend: Float[Tensor, "n ..."] | None = None,
) -> tuple[Float[Tensor, " n"], Float[Tensor, "s n"], Float[Tensor, " n"]]:
    """`second_order` in one forward pass."""
    x, v = points.detach().flatten(1), directions.flatten(2)
    w = None if bend is None else bend.flatten(1)
    derivatives = energy.activation.derivatives
    heights, slopes, curvature = taylor(x, v, w, energy.frequencies, derivatives, *energy.flat)
    confined = v.square().sum((0, 2)) if w is None else v.square().sum((0, 2)) + (x * w).sum(1)
    return (
        heights + 0.5 * energy.precision * x.square().sum(1),
        slopes + energy.precision * (x * v).sum(2),
        curvature + energy.precision * confined,
    )


@energies_to_come.register
def perceptron_to_come(energy: MlpNetwork, points: Float[Tensor, "n ..."]) -> EnergiesToCome | None:
    """`energies_to_come`: where the compiled code takes it."""
    if energy.activation_name != "silu":
        return None
    x = points.flatten(1)
    return perceptron_energies_to_come(x, energy.frequencies, energy.flat, energy.precision)


@portable.register
def portable_perceptron(energy: MlpNetwork) -> PortableEnergy:
    """`portable`: the layers as they are."""
    return energy.layers_as_numbers()
