"""Classes that are given, one for each point or picture."""

import numpy as np

from ebm_core.contracts.frozen_array import FrozenArray, Rows
from ebm_core.tables import MOST

CLASSES = Rows(row=(), least=2, most=MOST, dtype=np.int64)


def refuse_other_classes(labels: FrozenArray | None, count: int, of: str) -> None:
    """Refuses classes that are not one for each, from 0, each of something.

    Raises:
        ValueError: They are others.
    """
    if labels is None:
        return
    if len(labels) != count:
        raise ValueError(f"{len(labels)} labels for {count} {of}; one each")
    found = np.unique(labels.array)
    if not np.array_equal(found, np.arange(len(found))):
        raise ValueError(f"labels are {found[:10].tolist()}; classes 0, 1, 2, ... are needed")
