"""The shelf of methods, in the order of the lecture."""

import sys
from typing import TYPE_CHECKING

from ebm_core.contracts import Method
from ebm_core.registry import one_of, plug_ins

METHODS = plug_ins(sys.modules[__name__], Method)

if TYPE_CHECKING:
    AnyMethod = Method
else:
    AnyMethod = one_of(METHODS)
