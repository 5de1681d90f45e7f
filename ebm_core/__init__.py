"""Energy-based models: datasets, energies, samplers, methods and their exact evaluation."""

from ebm_core.config import Change, RunConfig
from ebm_core.contracts import Dataset, Energy, Method, Sampler
from ebm_core.frame import Frame, Landscape
from ebm_core.optimization import TrainingDiverged
from ebm_core.trained import TrainedEnergy, load
from ebm_core.training import Training, train

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
