"""An energy of the plane as numbers alone, for whoever computes it without Python."""

import math
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork
from ebm_core.networks.activations import ActivationName

VERSION = 1
"""Of the format below: raised whenever a reader of the last one would compute another energy."""

Reading = Literal["height", "log_sum_exp", "entropy"]


class NotPortable(ValueError):
    """The energy cannot be written as numbers of the format; the message says why."""


@dataclass(frozen=True)
class Mixture:
    """sum_k offsets_k r_k(x), with r the softmax over k of log_weights_k - |x - mean_k|_k^2 / 2."""

    offsets: tuple[float, ...]
    log_weights: tuple[float, ...]
    means: tuple[tuple[float, ...], ...]
    precisions: tuple[tuple[tuple[float, ...], ...], ...]
    """The matrices of the squared lengths."""


@dataclass(frozen=True)
class PortableEnergy:
    """E(p) for points p of the plane, step by step; float32 where arrays, else double precision.

    1. x = matrix (p - center): the model's units.
    2. a = [x, sin t, cos t] with t = x frequencies + phases; a = x where there are none.
    3. a <- f(weight a + bias) for each layer, with f the activation; the last one has no f.
    4. h, by `reading`: "height" is a itself, of one entry; "log_sum_exp" is -log sum exp a;
       "entropy" is the entropy of softmax(a).
    5. E = scale h + quadratic |x|^2 / 2 + constant + what `groups` add at x.
    """

    layers: tuple[tuple[Float[Tensor, "_ _"], Float[Tensor, " _"]], ...]
    """Weight (out, in) and bias (out) of each."""
    activation: ActivationName
    frequencies: Float[Tensor, "_ w"] | None = None
    phases: Float[Tensor, " w"] | None = None
    reading: Reading = "height"
    scale: float = 1.0
    quadratic: float = 0.0
    constant: float = 0.0
    groups: Mixture | None = None
    center: tuple[float, ...] = (0.0, 0.0)
    matrix: tuple[tuple[float, ...], ...] = ((1.0, 0.0), (0.0, 1.0))

    @property
    def inputs(self) -> int:
        """Entries of x: 2, and one more where a noise level is still to be put in."""
        return self.layers[0][0].shape[1] - 2 * self.width

    @property
    def width(self) -> int:
        """How many frequencies there are."""
        return 0 if self.frequencies is None else self.frequencies.shape[1]

    def with_last_input(self, value: float) -> "PortableEnergy":
        """The energy of the entries before the last, which has this value everywhere."""
        weight, bias = self.layers[0]
        last = self.inputs - 1
        kept = torch.cat([weight[:, :last], weight[:, last + 1 :]], 1)
        moved = (bias.double() + weight[:, last].double() * value).float()
        folded = replace(
            self,
            layers=((kept, moved), *self.layers[1:]),
            constant=self.constant + self.quadratic * value**2 / 2,
        )
        if self.frequencies is None or self.phases is None:
            return folded
        turned = self.phases.double() + self.frequencies[last].double() * value
        phases = turned.remainder(2 * math.pi).float()
        return replace(folded, frequencies=self.frequencies[:last], phases=phases)

    def scaled(self, factor: float) -> "PortableEnergy":
        """The energy times a factor."""
        if self.groups is not None:
            raise NotPortable("groups are added last, after any scaling")
        return replace(
            self,
            scale=self.scale * factor,
            quadratic=self.quadratic * factor,
            constant=self.constant * factor,
        )


@singledispatch
def portable(energy: EnergyNetwork) -> PortableEnergy:
    """The energy as numbers, copied: it stays as it is while training goes on.

    An energy that is such a perceptron, or wraps one, registers its own.

    Raises:
        NotPortable: It has none.
    """
    raise NotPortable(
        f"{type(energy).__name__} does not say how it is computed outside of Python; "
        "register one with ebm_core.kit.portable, and its maps need no server"
    )


def copied(values: Tensor) -> Tensor:
    """In float32 on the CPU."""
    return values.detach().to("cpu", torch.float32, copy=True)
