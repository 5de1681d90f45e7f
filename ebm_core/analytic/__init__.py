"""The shelf of energies in closed form."""

import sys
from typing import TYPE_CHECKING

from ebm_core.contracts import AnalyticEnergy
from ebm_core.registry import plug_ins, union

ANALYTIC_ENERGIES = plug_ins(sys.modules[__name__], AnalyticEnergy)

if TYPE_CHECKING:
    AnyAnalyticEnergy = AnalyticEnergy
else:
    AnyAnalyticEnergy = union(ANALYTIC_ENERGIES)
