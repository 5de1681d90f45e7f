"""One energy for every noise level, E(x, sigma)."""

import copy
import math
from dataclasses import replace
from functools import singledispatch
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Energy, EnergyNetwork, Shape
from ebm_core.networks.compiled_perceptron import EnergiesToCome, energies_to_come
from ebm_core.networks.portable import NotPortable, PortableEnergy, portable


@final
class NoiseConditional(EnergyNetwork):
    """E(x, sigma) = f([x, log sigma]) / sigma + |x|^2 / (2 (b^2 + sigma^2)) for any network f.

    The division gives f slopes of about one at all levels, since scores grow as 1 / sigma; the
    quadratic is outside it, or f would have to undo it at every level. sigma is that of `at`.

    Source:
        Song and Ermon (2019), section 4.2, and their (2020) technique 3,
        https://arxiv.org/abs/2006.09011
    """

    def __init__(
        self, energy: Energy, shape: Shape, noise_level: float, confinement: float | None
    ) -> None:
        super().__init__()
        # one more number beside a planar point, one more channel beside those of an image
        self.body = energy.build((shape[0] + 1, *shape[1:]))
        self.noise_level: float | Float[Tensor, " n"] = noise_level
        self.confinement = confinement

    def at(self, noise_level: float | Float[Tensor, " n"]) -> "NoiseConditional":
        """The same weights at another noise level, or at one for each point."""
        view = copy.copy(self)
        view.noise_level = noise_level
        return view

    def levels(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        """sigma for each point."""
        if isinstance(self.noise_level, Tensor):
            return self.noise_level
        return points.new_full((len(points),), self.noise_level)

    def precisions(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        """The curvature of the quadratic at each point."""
        levels = self.levels(points)
        if self.confinement is None:
            return torch.zeros_like(levels)
        return 1 / (self.confinement**2 + levels.square())

    def joined(self, points: Float[Tensor, "n c ..."]) -> Float[Tensor, "n d ..."]:
        """The points and log sigma, as what f takes."""
        slot = points[:, :1]
        column = self.levels(points).log().view(-1, *[1] * (points.dim() - 1))
        return torch.cat([points, (column / math.sqrt(slot[0].numel())).expand_as(slot)], 1)

    def forward(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        return self.completed(self.body(self.joined(points)), points)

    def completed(
        self, energies: Float[Tensor, " n"], points: Float[Tensor, "n ..."]
    ) -> Float[Tensor, " n"]:
        """E(x, sigma) of what f gives."""
        quadratic = points.square().flatten(1).sum(1) * self.precisions(points) / 2
        return energies / self.levels(points) + quadratic

    def with_gradient(
        self, points: Float[Tensor, "n ..."]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
        levels, precisions = self.levels(points), self.precisions(points)
        energies, gradients = self.body.with_gradient(self.joined(points))
        column = (-1, *[1] * (points.dim() - 1))
        gradients = gradients[:, : points.shape[1]] / levels.view(column)
        quadratic = points.square().flatten(1).sum(1) * precisions / 2
        return energies / levels + quadratic, gradients + points * precisions.view(column)


@singledispatch
def annealed_gradient(
    energy: EnergyNetwork,
    points: Float[Tensor, "n ..."],
    levels: Float[Tensor, " n"],
    last: float,
) -> Float[Tensor, "n ..."]:
    """grad E at a noise level for each point, on the way to the level `last`.

    An energy that knows one level only is heated instead, to T = (sigma / last)^2.

    Source:
        Li et al. (2019), section 3, https://arxiv.org/abs/1910.07762
    """
    _, gradients = energy.with_gradient(points)
    return gradients * (last / levels).square().view(-1, *[1] * (points.dim() - 1))


@annealed_gradient.register
def conditional_gradient(
    energy: NoiseConditional,
    points: Float[Tensor, "n ..."],
    levels: Float[Tensor, " n"],
    last: float,
) -> Float[Tensor, "n ..."]:
    """The gradient at the levels themselves."""
    return energy.at(levels).with_gradient(points)[1]


@energies_to_come.register
def conditional_to_come(
    energy: NoiseConditional, points: Float[Tensor, "n ..."]
) -> EnergiesToCome | None:
    """`energies_to_come` of the network in it, completed at the level of now."""
    begun = energies_to_come(energy.body, energy.joined(points))
    return begun and begun.then(lambda energies: energy.completed(energies, points))


@portable.register
def portable_at_a_level(energy: NoiseConditional) -> PortableEnergy:
    """`portable`, with the noise level put in."""
    level = energy.noise_level
    if isinstance(level, Tensor):
        raise NotPortable("it has a noise level for each point; choose one with `at`")
    body = portable(energy.body).with_last_input(math.log(level)).scaled(1 / level)
    spread = 0.0 if energy.confinement is None else 1 / (energy.confinement**2 + level**2)
    return replace(body, quadratic=body.quadratic + spread)
