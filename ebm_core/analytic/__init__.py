"""The shelf of energies in closed form."""

import sys
from typing import TYPE_CHECKING

from ebm_core.contracts import AnalyticEnergy
from ebm_core.registry import one_of, plug_ins

ANALYTIC_ENERGIES = plug_ins(sys.modules[__name__], AnalyticEnergy)

if TYPE_CHECKING:
    AnyAnalyticEnergy = AnalyticEnergy
else:
    AnyAnalyticEnergy = one_of(ANALYTIC_ENERGIES)
