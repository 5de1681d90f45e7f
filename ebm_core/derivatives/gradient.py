"""The gradient of an energy where its value is not needed: what a Langevin step takes."""

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
