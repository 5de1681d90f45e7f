"""The shelf of datasets."""

import sys
from typing import TYPE_CHECKING

from ebm_core.contracts import Dataset
from ebm_core.registry import one_of, plug_ins

DATASETS = plug_ins(sys.modules[__name__], Dataset)

if TYPE_CHECKING:
    AnyDataset = Dataset
else:
    AnyDataset = one_of(DATASETS)
