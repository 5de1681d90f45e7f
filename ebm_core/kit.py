"""What a plug-in from outside builds with: names that stay, wherever in the package they live."""

from ebm_core.chains.run import Ends, run
from ebm_core.contracts import (
    AnalyticEnergy,
    Chains,
    Dataset,
    Energy,
    EnergyNetwork,
    Family,
    Learner,
    Method,
    Metrics,
    Picture,
    Recipe,
    Sampler,
    Shape,
    Step,
    Task,
    Tuning,
    Unconditional,
    setting,
)
from ebm_core.contracts.phases import Phases, observer
from ebm_core.datasets._planar import Labelled, Planar
from ebm_core.derivatives.gradient import by_autograd, gradient_alone
from ebm_core.energies import AnyEnergy
from ebm_core.evaluation.kernel_density import KernelDensity
from ebm_core.methods._image_recipes import IMAGE_ENERGY, IMAGE_SAMPLER
from ebm_core.methods._likelihood import ENERGY_PENALTY, LikelihoodAscent
from ebm_core.methods.learned_sampler._generator import Generator
from ebm_core.methods.score_matching._learner import Objective, ScoreMatching
from ebm_core.networks.portable import NotPortable, PortableEnergy, portable
from ebm_core.optimization import Descent, TrainingDiverged
from ebm_core.randomness.noise import DATA_NOISE, blurred
from ebm_core.randomness.subset import some_of
from ebm_core.samplers import AnySampler
from ebm_core.samplers.hmc import Hmc
from ebm_core.samplers.langevin import Langevin
from ebm_core.samplers.mala import Mala
from ebm_core.samplers.random_walk import RandomWalk

__all__ = [
    "DATA_NOISE",
    "ENERGY_PENALTY",
    "IMAGE_ENERGY",
    "IMAGE_SAMPLER",
    "AnalyticEnergy",
    "AnyEnergy",
    "AnySampler",
    "Chains",
    "Dataset",
    "Descent",
    "Ends",
    "Energy",
    "EnergyNetwork",
    "Family",
    "Generator",
    "Hmc",
    "KernelDensity",
    "Labelled",
    "Langevin",
    "Learner",
    "LikelihoodAscent",
    "Mala",
    "Method",
    "Metrics",
    "NotPortable",
    "Objective",
    "Phases",
    "Picture",
    "Planar",
    "PortableEnergy",
    "RandomWalk",
    "Recipe",
    "Sampler",
    "ScoreMatching",
    "Shape",
    "Step",
    "Task",
    "TrainingDiverged",
    "Tuning",
    "Unconditional",
    "blurred",
    "by_autograd",
    "gradient_alone",
    "observer",
    "portable",
    "run",
    "setting",
    "some_of",
]
