"""The shelf of samplers."""

import sys
from typing import TYPE_CHECKING

from ebm_core.contracts import Sampler
from ebm_core.registry import one_of, plug_ins

SAMPLERS = plug_ins(sys.modules[__name__], Sampler)

if TYPE_CHECKING:
    AnySampler = Sampler
else:
    AnySampler = one_of(SAMPLERS)
