"""What energies of dense layers on Fourier features share: their fields, and the layers."""

from abc import ABC
from itertools import pairwise
from typing import Annotated, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from ebm_core.contracts import EnergyNetwork, setting
from ebm_core.networks.activations import ACTIVATIONS, ActivationName
from ebm_core.networks.perceptron import Features
from ebm_core.networks.portable import PortableEnergy, copied

Hidden = tuple[Annotated[int, Field(ge=1, le=2048)], ...]

# The fields, for each energy to put in its own order.
HIDDEN = setting(
    (64, 64),
    title="Hidden layers",
    description="Units of each hidden layer.",
    min_length=1,
    max_length=8,
)
ACTIVATION = setting(
    "silu", title="Activation", description="Smooth, so that the score exists.", advanced=True
)
FOURIER_FEATURES = setting(
    32,
    title="Fourier features",
    ge=0,
    le=512,
    description="Pairs of sin Wx and cos Wx beside x; 0 gives the plain net and its plateau.",
)
FOURIER_SCALE = setting(
    1.0,
    title="Feature scale",
    gt=0,
    le=100,
    advanced=True,
    description="Standard deviation of the frequencies W, in radians per data unit.",
)
CONFINEMENT = setting(
    3.0,
    title="Confinement b",
    gt=0,
    le=1000,
    description="Adds |x|^2 / (2 b^2) so that Z exists; empty switches it off.",
)


@runtime_checkable
class Options(Protocol):
    """The values of the fields."""

    @property
    def hidden(self) -> Hidden: ...
    @property
    def activation(self) -> ActivationName: ...
    @property
    def fourier_features(self) -> int: ...
    @property
    def fourier_scale(self) -> float: ...
    @property
    def confinement(self) -> float | None: ...


class PerceptronNetwork(EnergyNetwork, ABC):
    """Dense layers on [x, sin Wx, cos Wx] with fixed W ~ N(0, scale^2), and a linear head."""

    def __init__(self, options: Options, dimensions: int, outputs: int) -> None:
        super().__init__()
        self.activation_name = options.activation
        self.activation = ACTIVATIONS[options.activation]
        self.precision = 0.0 if options.confinement is None else options.confinement**-2
        self.frequencies: Tensor | None
        frequencies = torch.randn(dimensions, options.fourier_features) * options.fourier_scale
        self.register_buffer("frequencies", frequencies if options.fourier_features else None)
        widths = [dimensions + 2 * options.fourier_features, *options.hidden]
        self.layers = nn.ModuleList(nn.Linear(before, after) for before, after in pairwise(widths))
        self.head = nn.Linear(widths[-1], outputs)
        # weight and bias of each layer, the head last: modules cost more to look up than to sum
        self.flat = [
            parameter for layer in [*self.layers, self.head] for parameter in layer.parameters()
        ]

    def last_hidden(self, x: Float[Tensor, "n d"]) -> Float[Tensor, "n h"]:
        """What the head reads."""
        hidden = Features.of(x, self.frequencies).values
        for weight, bias in zip(self.flat[:-2:2], self.flat[1:-2:2], strict=True):
            hidden = self.activation.forward(functional.linear(hidden, weight, bias))
        return hidden

    def layers_as_numbers(self) -> PortableEnergy:
        """`portable` of the layers and the quadratic; the reading is that of a height."""
        frequencies = None if self.frequencies is None else copied(self.frequencies)
        pairs = zip(self.flat[::2], self.flat[1::2], strict=True)
        return PortableEnergy(
            layers=tuple((copied(weight), copied(bias)) for weight, bias in pairs),
            activation=self.activation_name,
            frequencies=frequencies,
            phases=None if frequencies is None else torch.zeros(frequencies.shape[1]),
            quadratic=self.precision,
        )
