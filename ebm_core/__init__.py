"""Energy-based models: datasets, energies, samplers, methods and their exact evaluation."""

from ebm_core.contracts import Dataset, Energy, Method, Sampler
from ebm_core.optimization import TrainingDiverged
from ebm_core.plugins import load_given
from ebm_core.runs.config import Change, RunConfig
from ebm_core.runs.frame import Frame, Landscape
from ebm_core.runs.load import load
from ebm_core.runs.train import train
from ebm_core.runs.trained import TrainedEnergy
from ebm_core.runs.training import Training

__all__ = [
    "Change",
    "Dataset",
    "Energy",
    "Frame",
    "Landscape",
    "Method",
    "RunConfig",
    "Sampler",
    "TrainedEnergy",
    "Training",
    "TrainingDiverged",
    "load",
    "train",
]

load_given()
