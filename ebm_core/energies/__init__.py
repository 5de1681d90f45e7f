"""The shelf of energies."""

import sys
from typing import TYPE_CHECKING

from ebm_core.contracts import Energy
from ebm_core.registry import one_of, plug_ins

ENERGIES = plug_ins(sys.modules[__name__], Energy)

if TYPE_CHECKING:
    AnyEnergy = Energy
else:
    AnyEnergy = one_of(ENERGIES)
