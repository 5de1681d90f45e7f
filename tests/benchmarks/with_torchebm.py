"""torchebm, as its documentation uses it."""

import torch
from torch import Tensor, nn
from torchebm.core import BaseModel
from torchebm.losses import (
    ContrastiveDivergence,
    DenoisingScoreMatching,
    ScoreMatching,
    SlicedScoreMatching,
)
from torchebm.samplers import HamiltonianMonteCarlo, LangevinDynamics

from tests.benchmarks import work
from tests.benchmarks.work import Setting, Task


class Energy(BaseModel):  # type: ignore[misc]
    """The net as one of its models."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        energies: Tensor = self.net(x).squeeze(-1)
        return energies


def tasks(setting: Setting) -> dict[str, Task]:
    """Everything but MALA, which it lacks."""
    energy = Energy(setting.network())
    few, many = setting.chains(256), setting.chains(1024)
    langevin = LangevinDynamics(energy, step_size=work.STEP_SIZE)
    hmc = HamiltonianMonteCarlo(
        energy, step_size=work.STEP_SIZE, n_leapfrog_steps=work.LEAPFROG_STEPS
    )

    @torch.no_grad()
    def grid() -> Tensor:
        energies: Tensor = energy(setting.cells)
        return energies

    return {
        "langevin_256": lambda: langevin.sample(x=few, n_steps=work.CHAIN_STEPS),
        "langevin_1024": lambda: langevin.sample(x=many, n_steps=work.CHAIN_STEPS),
        "hmc": lambda: hmc.sample(x=many, n_steps=2),
        "contrastive_divergence": contrastive_divergence(setting, few),
        "sliced": trained(SlicedScoreMatching, setting, many, n_projections=1),
        "exact": trained(ScoreMatching, setting, many, hessian_method="exact"),
        "denoising": trained(DenoisingScoreMatching, setting, many, noise_scale=work.NOISE_LEVEL),
        "grid": grid,
    }


def contrastive_divergence(setting: Setting, data: Tensor) -> Task:
    """One update by its loss and its sampler."""
    energy = Energy(setting.network())
    sampler = LangevinDynamics(energy, step_size=work.STEP_SIZE)
    loss = ContrastiveDivergence(energy, sampler, k_steps=work.CHAIN_STEPS, energy_reg_weight=0)
    adam = torch.optim.Adam(energy.parameters(), lr=work.LEARNING_RATE)

    def update() -> float:
        adam.zero_grad()
        value, _ = loss(data)
        value.backward()
        adam.step()
        return float(value.detach())

    return update


def trained(kind: type[nn.Module], setting: Setting, data: Tensor, **options: object) -> Task:
    """One update by one of its score matching losses."""
    energy = Energy(setting.network())
    loss = kind(model=energy, **options)
    adam = torch.optim.Adam(energy.parameters(), lr=work.LEARNING_RATE)

    def update() -> float:
        adam.zero_grad()
        value = loss(data)
        value.backward()
        adam.step()
        return float(value.detach())

    return update
