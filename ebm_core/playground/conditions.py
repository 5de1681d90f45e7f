"""An energy under a condition: of one class, or with some of the pixels held as they are."""

from typing import final

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, LogitNetwork
from ebm_core.derivatives.gradient import by_autograd
from ebm_core.networks.noise_conditioning import annealed_gradient


@final
class OfClass(EnergyNetwork):
    """E(x, y) = E(x) - log p(y | x) for one class y, so that its chains sample p(x | y).

    Source:
        Grathwohl et al. (2020), section 3, https://arxiv.org/abs/1912.03263
    """

    def __init__(self, energy: LogitNetwork, label: int) -> None:
        super().__init__()
        self.energy = energy
        self.label = label

    def forward(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        shares = self.energy.logits(points).log_softmax(1)
        energies: Tensor = self.energy(points) - shares[:, self.label]
        return energies

    def with_gradient(
        self, points: Float[Tensor, "n ..."]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
        return by_autograd(self, points)


@final
class Clamped(EnergyNetwork):
    """E of an image whose pixels outside of a hole are the known ones, whatever is given there.

    Its chains sample the hole given the rest, exactly so under any sampler: what is outside drifts
    without force and changes nothing. `whole` is what they show.
    """

    def __init__(
        self,
        energy: EnergyNetwork,
        known: Float[Tensor, "n c h w"],
        hole: Bool[Tensor, "h w"],
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.energy = energy
        self.known = known
        self.hole = hole
        self.noise = torch.empty_like(known).normal_(generator=generator)

    def whole(self, points: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        """The points in the hole, the known pixels around it."""
        return torch.where(self.hole, points, self.known)

    def forward(self, points: Float[Tensor, "n c h w"]) -> Float[Tensor, " n"]:
        energies: Tensor = self.energy(self.whole(points))
        return energies

    def with_gradient(
        self, points: Float[Tensor, "n c h w"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n c h w"]]:
        energies, gradients = self.energy.with_gradient(self.whole(points))
        return energies, gradients * self.hole


@annealed_gradient.register
def clamped_gradient(
    energy: Clamped,
    points: Float[Tensor, "n c h w"],
    levels: Float[Tensor, " n"],
    last: float,
) -> Float[Tensor, "n c h w"]:
    """That of the energy below, with as much noise on the known pixels as the level has.

    Source:
        Song and Ermon (2019), appendix B.3, https://arxiv.org/abs/1907.05600
    """
    noisy = energy.known + levels.view(-1, 1, 1, 1) * energy.noise
    around = torch.where(energy.hole, points, noisy)
    return annealed_gradient(energy.energy, around, levels, last) * energy.hole
