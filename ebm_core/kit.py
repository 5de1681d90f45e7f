"""What a plug-in from outside builds with: names that stay, wherever in the package they live."""

from ebm_core.chains.walking import Walker, some_of
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
    Sampler,
    Shape,
    Task,
    setting,
)
from ebm_core.datasets._planar import Labelled, Planar
from ebm_core.derivatives.gradient import by_autograd, gradient_alone
from ebm_core.energies import AnyEnergy
from ebm_core.methods._image_recipes import IMAGE_ENERGY, IMAGE_SAMPLER
from ebm_core.methods._likelihood import LikelihoodAscent
from ebm_core.methods.score_matching._learner import Objective, ScoreMatching
from ebm_core.optimization import Descent, TrainingDiverged
from ebm_core.randomness.noise import blurred, noise
from ebm_core.samplers import AnySampler
from ebm_core.samplers.hmc import Hmc
from ebm_core.samplers.langevin import Langevin
from ebm_core.samplers.mala import Mala
from ebm_core.samplers.random_walk import RandomWalk

__all__ = [
    "IMAGE_ENERGY",
    "IMAGE_SAMPLER",
    "AnalyticEnergy",
    "AnyEnergy",
    "AnySampler",
    "Chains",
    "Dataset",
    "Descent",
    "Energy",
    "EnergyNetwork",
    "Family",
    "Hmc",
    "Labelled",
    "Langevin",
    "Learner",
    "LikelihoodAscent",
    "Mala",
    "Method",
    "Metrics",
    "Objective",
    "Picture",
    "Planar",
    "RandomWalk",
    "Sampler",
    "ScoreMatching",
    "Shape",
    "Task",
    "TrainingDiverged",
    "Walker",
    "blurred",
    "by_autograd",
    "gradient_alone",
    "noise",
    "setting",
    "some_of",
]
