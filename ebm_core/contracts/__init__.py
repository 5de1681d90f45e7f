"""What a Dataset, an Energy, a Sampler, a Method and a formula for an energy are.

A plug-in is its own frozen configuration: its bounded fields are the form, the API check, the saved
run and the docs, and the same object does the work. Mutable state lives in what it builds: an
`EnergyNetwork`, `Chains`, a `Learner`.
"""

from ebm_core.contracts.dataset import Dataset
from ebm_core.contracts.energy import Energy, EnergyNetwork, LogitNetwork
from ebm_core.contracts.formula import AnalyticEnergy
from ebm_core.contracts.method import (
    Family,
    Learner,
    Method,
    Metrics,
    Picture,
    Recipe,
    Task,
    Unconditional,
)
from ebm_core.contracts.plug_in import PlugIn, Shape
from ebm_core.contracts.sampler import Chains, Sampler, Step, Tuning
from ebm_core.setting import setting

__all__ = [
    "AnalyticEnergy",
    "Chains",
    "Dataset",
    "Energy",
    "EnergyNetwork",
    "Family",
    "Learner",
    "LogitNetwork",
    "Method",
    "Metrics",
    "Picture",
    "PlugIn",
    "Recipe",
    "Sampler",
    "Shape",
    "Step",
    "Task",
    "Tuning",
    "Unconditional",
    "setting",
]
