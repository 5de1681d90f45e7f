"""An energy whose separate groups of points are raised or lowered as wholes."""

from dataclasses import replace
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork
from ebm_core.contracts.groups import Groups
from ebm_core.networks.compiled_perceptron import EnergiesToCome, energies_to_come
from ebm_core.networks.noise_conditioning import annealed_gradient
from ebm_core.networks.portable import Mixture, PortableEnergy, portable


@final
class Weighed(EnergyNetwork):
    """E(x) + sum_k c_k r_k(x): r tells to which group a point belongs, c are `offsets`.

    No chain crosses from group to group and no score sees their weights, so that a method alone
    cannot know them; c is set by likelihood (`ebm_core.evaluation.weighing`).
    """

    def __init__(self, energy: EnergyNetwork, groups: Groups, offsets: Float[Tensor, " k"]) -> None:
        super().__init__()
        self.energy = energy
        self.register_buffer("offsets", offsets)
        self.offsets: Float[Tensor, " k"]
        self.groups = groups.to(offsets.device, torch.float32)

    def forward(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        energies: Tensor = self.energy(points) + self.groups.belonging(points) @ self.offsets
        return energies

    def with_gradient(
        self, points: Float[Tensor, "n 2"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n 2"]]:
        energies, gradients = self.energy.with_gradient(points)
        raised, slopes = self.raised(points)
        return energies + raised, gradients + slopes

    def raised(
        self, points: Float[Tensor, "n 2"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n 2"]]:
        """What is added to E, and its gradient."""
        shares = self.groups.belonging(points)
        ways = torch.einsum(
            "kij,nkj->nki", self.groups.precisions, self.groups.means - points[:, None]
        )
        raised = shares @ self.offsets
        pulls = shares * (self.offsets - raised[:, None])
        return raised, torch.einsum("nk,nki->ni", pulls, ways)


@annealed_gradient.register
def weighed_gradient(
    energy: Weighed,
    points: Float[Tensor, "n 2"],
    levels: Float[Tensor, " n"],
    last: float,
) -> Float[Tensor, "n 2"]:
    """That of the energy below; the groups' weights count fully at the last level alone."""
    inner = annealed_gradient(energy.energy, points, levels, last)
    return inner + energy.raised(points)[1] * (last / levels).square()[:, None]


@energies_to_come.register
def weighed_to_come(energy: Weighed, points: Float[Tensor, "n 2"]) -> EnergiesToCome | None:
    """`energies_to_come` of the energy below, with what is added now."""
    begun = energies_to_come(energy.energy, points)
    if begun is None:
        return None
    raised = energy.groups.belonging(points) @ energy.offsets
    return begun.then(lambda energies: energies + raised)


@portable.register
def portable_with_groups(energy: Weighed) -> PortableEnergy:
    """`portable`, with what is added to E."""
    shares, means, precisions = (part.double().cpu() for part in energy.groups)
    mixture = Mixture(
        offsets=tuple(energy.offsets.tolist()),
        log_weights=tuple((shares.log() + torch.logdet(precisions) / 2).tolist()),
        means=tuple(map(tuple, means.tolist())),
        precisions=tuple(tuple(map(tuple, matrix)) for matrix in precisions.tolist()),
    )
    return replace(portable(energy.energy), groups=mixture)
