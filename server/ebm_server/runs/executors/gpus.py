"""The GPUs of this machine, one to a process of a run while there are enough."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
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


def least_used(gpus: Sequence[str], taken: Iterable[str | None], count: int = 1) -> str | None:
    """The GPUs with the fewest runs, as CUDA_VISIBLE_DEVICES names them: one for each process of
    a run, the first of several; None where there is no choice."""
    if len(gpus) <= count:
        return None
    counts = Counter(gpu for some in taken if some for gpu in some.split(","))
    return ",".join(sorted(gpus, key=lambda gpu: counts[gpu])[:count])
