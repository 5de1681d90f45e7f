"""A frame: all that a run shows of one moment, and the only thing that leaves it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ebm_core.contracts.dataset import Window


@dataclass(frozen=True)
class Landscape:
    """The energy on a grid over a window of the plane, at the centres of its cells."""

    values: NDArray[np.float32]
    """(rows, columns); the first row is the lowest y, the first column the lowest x."""
    window: Window
    """Lowest and highest x, and y, in the data's units."""


@dataclass(frozen=True)
class Frame:
    """One moment of a run. Arrays are NumPy on the CPU."""

    step: int
    seconds: float
    """Training time so far, of one core."""
    metrics: dict[str, float]
    """The newest value of each metric."""
    landscape: Landscape | None = None
    arrays: dict[str, NDArray[np.floating]] = field(default_factory=dict)
    """Points and series by name.

    "chains", "data", "generator", "negatives" and "perturbed" are (n, 2) in the plane or (n,
    channels, height, width) for images, in the data's units; "data_energies" and
    "sample_energies" are (n,); of the images that are shown "tile_energies", "tile_classes",
    "tile_distances" and "tile_nearest" tell the energy and the nearest of the data, and
    "energies_of_test", "energies_of_noise" and others the energies of held-out images and of other
    kinds (`evaluation.outsiders`); a method may add its own.
    """
    window: Window | None = None
    """What a map of the plane shows: lowest and highest x, and y, in the data's units."""
    places: frozenset[str] = frozenset()
    """The names of the arrays that are points of the plane."""
