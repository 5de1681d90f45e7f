"""A multilayer perceptron on Fourier features, with a confining quadratic."""

from itertools import pairwise
from typing import Annotated, ClassVar, Literal, final

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from ebm_core.activations import ACTIVATIONS, ActivationName
from ebm_core.contracts import Energy, EnergyNetwork, Shape, setting
from ebm_core.perceptron import Features, gradient, taylor
from ebm_core.second_order import second_order


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
    hidden: tuple[Annotated[int, Field(ge=1, le=2048)], ...] = setting(
        (64, 64),
        title="Hidden layers",
        description="Units of each hidden layer.",
        min_length=1,
        max_length=8,
    )
    activation: ActivationName = setting(
        "silu", title="Activation", description="Smooth, so that the score exists.", advanced=True
    )
    fourier_features: int = setting(
        32,
        title="Fourier features",
        ge=0,
        le=512,
        description="Pairs of sin Wx and cos Wx beside x; 0 gives the plain net and its plateau.",
    )
    fourier_scale: float = setting(
        1.0,
        title="Feature scale",
        gt=0,
        le=100,
        advanced=True,
        description="Standard deviation of the frequencies W, in radians per data unit.",
    )
    confinement: float | None = setting(
        3.0,
        title="Confinement b",
        gt=0,
        le=1000,
        description="Adds |x|^2 / (2 b^2) so that Z exists; empty switches it off.",
    )

    def build(self, shape: Shape) -> "MlpNetwork":
        return MlpNetwork(self, torch.Size(shape).numel())


@final
class MlpNetwork(EnergyNetwork):
    """The network of `Mlp`. Its input gradient is written out: twice as fast as autograd's."""

    def __init__(self, options: Mlp, dimensions: int) -> None:
        super().__init__()
        self.activation = ACTIVATIONS[options.activation]
        self.precision = 0.0 if options.confinement is None else options.confinement**-2
        self.frequencies: Tensor | None
        frequencies = torch.randn(dimensions, options.fourier_features) * options.fourier_scale
        self.register_buffer("frequencies", frequencies if options.fourier_features else None)
        widths = [dimensions + 2 * options.fourier_features, *options.hidden]
        self.layers = nn.ModuleList(nn.Linear(before, after) for before, after in pairwise(widths))
        self.head = nn.Linear(widths[-1], 1)

    def forward(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        x = points.flatten(1)
        hidden = Features.of(x, self.frequencies).values
        for layer in self.layers:
            hidden = self.activation.forward(layer(hidden))
        heights: Tensor = self.head(hidden)
        return heights.squeeze(1) + 0.5 * self.precision * x.square().sum(1)

    def with_gradient(
        self, points: Float[Tensor, "n ..."]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
        x = points.flatten(1)
        if torch.is_grad_enabled():
            derivatives = self.activation.derivatives
            heights, slopes = gradient(x, self.frequencies, derivatives, *self.flat())
        else:
            heights, slopes = self.without_graph(x)
        energies = heights + 0.5 * self.precision * x.square().sum(1)
        return energies, (slopes + self.precision * x).view_as(points)

    def without_graph(self, x: Float[Tensor, "n d"]) -> tuple[Tensor, Tensor]:
        """What the net adds to the energies and to their gradients, for a sampler's step."""
        features = Features.of(x, self.frequencies)
        hidden = features.values
        sums = []
        for layer in self.layers:
            sums.append(layer(hidden))
            hidden = self.activation.forward(sums[-1])
        heights: Tensor = self.head(hidden)
        slope = self.head.weight.expand(len(x), -1)
        for weight, values in zip(reversed(self.flat()[:-2:2]), reversed(sums), strict=True):
            slope = self.activation.backward(slope, values) @ weight
        return heights.squeeze(1), features.pulled_back(slope)

    def flat(self) -> list[nn.Parameter]:
        """Weight and bias of each layer, the head last."""
        layers = [*self.layers, self.head]
        return [parameter for layer in layers for parameter in layer.parameters()]


@second_order.register
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
    heights, slopes, curvature = taylor(x, v, w, energy.frequencies, derivatives, *energy.flat())
    confined = v.square().sum((0, 2)) if w is None else v.square().sum((0, 2)) + (x * w).sum(1)
    return (
        heights + 0.5 * energy.precision * x.square().sum(1),
        slopes + energy.precision * (x * v).sum(2),
        curvature + energy.precision * confined,
    )
