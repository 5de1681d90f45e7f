"""The GPUs of this machine, one to a run while there are enough."""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

VISIBLE = "CUDA_VISIBLE_DEVICES"


def found(drivers: Path = Path("/proc/driver/nvidia/gpus")) -> tuple[str, ...]:
    """The GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them.

    The driver's own list is read: no process of CUDA is begun for it.
    """
    named = os.environ.get(VISIBLE)
    if named is not None:
        return tuple(part.strip() for part in named.split(",") if part.strip())
    return tuple(str(i) for i, _ in enumerate(drivers.iterdir())) if drivers.is_dir() else ()


def least_used(gpus: Iterable[str], taken: Iterable[str | None]) -> str | None:
    """The GPU with the fewest runs, the first of several; None where there is no choice."""
    counts = Counter(taken)
    choice = list(gpus)
    return min(choice, key=lambda gpu: counts[gpu]) if len(choice) > 1 else None
