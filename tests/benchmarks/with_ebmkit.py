"""ebmkit, as its documentation uses it."""

import ebm
import torch
from torch import Tensor, nn

from tests.benchmarks import work
from tests.benchmarks.work import Setting, Task


def tasks(setting: Setting) -> dict[str, Task]:
    """Everything."""
    energy = ebm.EnergyModel(setting.network())
    few, many = setting.chains(256), setting.chains(1024)
    langevin = ebm.LangevinDynamics(step_size=work.STEP_SIZE, steps=work.CHAIN_STEPS)
    mala = ebm.MALA(step_size=work.STEP_SIZE, steps=work.CHAIN_STEPS)
    hmc = ebm.HMC(step_size=work.STEP_SIZE, leapfrog_steps=work.LEAPFROG_STEPS, steps=2)
    divergence = ebm.ContrastiveDivergence(langevin, init_fn=lambda shape: few)

    @torch.no_grad()
    def grid() -> Tensor:
        energies: Tensor = energy(setting.cells)
        return energies

    return {
        "langevin_256": lambda: langevin.sample(energy, few),
        "langevin_1024": lambda: langevin.sample(energy, many),
        "mala": lambda: mala.sample(energy, many),
        "hmc": lambda: hmc.sample(energy, many),
        "contrastive_divergence": trained(divergence, setting, few),
        "sliced": trained(ebm.SlicedScoreMatching(), setting, many),
        "exact": trained(ebm.ExactScoreMatching(), setting, many),
        "denoising": trained(ebm.DenoisingScoreMatching(work.NOISE_LEVEL), setting, many),
        "grid": grid,
    }


def trained(loss: nn.Module, setting: Setting, data: Tensor) -> Task:
    """One update by one of its losses."""
    energy = ebm.EnergyModel(setting.network())
    adam = torch.optim.Adam(energy.parameters(), lr=work.LEARNING_RATE)

    def update() -> float:
        adam.zero_grad()
        output = loss(energy, data)
        output.loss.backward()
        adam.step()
        return float(output.loss.detach())

    return update
