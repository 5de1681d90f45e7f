"""EBM Lab itself, by its public classes."""

import torch
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.contracts import EnergyNetwork, Learner, Method, Sampler, Task
from ebm_core.energies.mlp import Mlp
from ebm_core.methods.mcmc.contrastive_divergence import ContrastiveDivergence
from ebm_core.methods.score_matching.denoising import DenoisingScoreMatching
from ebm_core.methods.score_matching.exact import ExactScoreMatching
from ebm_core.methods.score_matching.sliced import SlicedScoreMatching
from ebm_core.optimization import Optimization, Schedule
from ebm_core.runs.display import energies
from ebm_core.samplers.hmc import Hmc
from ebm_core.samplers.langevin import Langevin
from ebm_core.samplers.mala import Mala
from tests.benchmarks import work
from tests.benchmarks.work import Setting

UNSOFTENED = {"halo_share": 0.0, "fading_noise": 0.0}
"""Score matching at the data as they are, which is what the plain loop and the peers do."""


def tasks(setting: Setting) -> dict[str, work.Task]:
    """Everything."""
    energy = network(setting)
    few, many = setting.chains(256), setting.chains(1024)
    langevin, mala = Langevin(step_size=work.STEP_SIZE), Mala(step_size=work.STEP_SIZE)
    # every path as long as the others', since that is what the peers do
    hmc = Hmc(step_size=work.STEP_SIZE, leapfrog_steps=work.LEAPFROG_STEPS, jitter=0)
    divergence = ContrastiveDivergence(sampler=langevin, chain_steps=work.CHAIN_STEPS)
    denoising = DenoisingScoreMatching.model_validate(
        {"noise_level": work.NOISE_LEVEL, **UNSOFTENED}
    )
    return {
        "langevin_256": lambda: ends(langevin, energy, few, work.CHAIN_STEPS),
        "langevin_1024": lambda: ends(langevin, energy, many, work.CHAIN_STEPS),
        "mala": lambda: ends(mala, energy, many, work.CHAIN_STEPS),
        "hmc": lambda: ends(hmc, energy, many, 2),
        "contrastive_divergence": trained(setting, divergence, few),
        "sliced": trained(setting, SlicedScoreMatching.model_validate(UNSOFTENED), many),
        "exact": trained(setting, ExactScoreMatching.model_validate(UNSOFTENED), many),
        "denoising": trained(setting, denoising, many),
        "grid": lambda: energies(energy, setting.cells),
    }


def network(setting: Setting) -> EnergyNetwork:
    """The net, with the setting's weights."""
    energy = Mlp(hidden=(128, 128), fourier_features=0, confinement=None).build((2,))
    with torch.no_grad():
        given = [tensor for layer in setting.layers for tensor in layer]
        for own, tensor in zip(energy.parameters(), given, strict=True):
            own.copy_(tensor)
    return energy


def ends(sampler: Sampler, energy: EnergyNetwork, starts: Tensor, steps: int) -> Tensor:
    """Where the chains end."""
    return run(sampler, energy, starts, steps, torch.Generator().manual_seed(0)).points


def trained(setting: Setting, method: Method, data: Tensor) -> work.Task:
    """One update by a method's learner, of an energy of its own."""
    learner = learner_of(setting, method)
    return lambda: learner.update(data)


def learner_of(setting: Setting, method: Method) -> Learner:
    """A method's learner on the setting's data."""
    options = Optimization(learning_rate=work.LEARNING_RATE, warmup=0, final_rate=1.0)
    return method.learner(
        Task(
            shape=(2,),
            energy=network(setting),
            sample_data=setting.chains,
            sample_noise=lambda count, _generator=None: setting.chains(count),
            schedule=Schedule(options),
            generator=torch.Generator().manual_seed(0),
            device=torch.device("cpu"),
            classes=1,
            sample_labelled=lambda count: (setting.chains(count), torch.zeros(count).long()),
            held_out_labelled=lambda count: (setting.chains(count), torch.zeros(count).long()),
        )
    )
