"""A frame: all that a run shows of one moment, and the only thing that leaves it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Landscape:
    """The energy on a square grid over [-extent, extent]^2, at the centres of its cells."""

    values: NDArray[np.float32]
    """(rows, columns); the first row is the lowest y, the first column the lowest x."""
    extent: float


@dataclass(frozen=True)
class Frame:
    """One moment of a run. Arrays are NumPy on the CPU."""

    step: int
    seconds: float
    """Training time so far, of one core."""
    metrics: dict[str, float]
    """The newest value of each metric."""
    landscape: Landscape | None = None
    arrays: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    """Points and series by name.

    "chains", "data", "generator" and "negatives" are (n, 2) in the plane or (n, channels, height,
    width) for images; "data_energies" and "sample_energies" are (n,); a method may add its own.
    """
