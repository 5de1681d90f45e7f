"""Energy-based models: datasets, energies, samplers, methods and their exact evaluation."""

import importlib
from typing import TYPE_CHECKING, Any

from ebm_core.contracts import Dataset, Energy, Method, Sampler
from ebm_core.optimization import TrainingDiverged
from ebm_core.plugins import load_given
from ebm_core.runs.changes import Change
from ebm_core.runs.config import RunConfig
from ebm_core.runs.frame import Frame, Landscape
from ebm_core.runs.load import load
from ebm_core.runs.train import train
from ebm_core.runs.trained import TrainedEnergy
from ebm_core.runs.training import Training

if TYPE_CHECKING:
    from ebm_core.estimator import EnergyDensity

__all__ = [
    "Change",
    "Dataset",
    "Energy",
    "EnergyDensity",
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


def __getattr__(name: str) -> Any:
    """The estimator is imported when it is asked for: scikit-learn takes its time."""
    if name == "EnergyDensity":
        return importlib.import_module("ebm_core.estimator").EnergyDensity
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


load_given()
