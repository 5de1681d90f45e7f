"""The map of a film: energy, density, the truth or the difference from it, and contours."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ebm_core import Frame
from ebm_core.runs.frame import Landscape
from ebm_server.exports.colors import (
    CONTOUR_LEVELS,
    DENSITY_SPAN,
    ENERGY_REACH,
    density_table,
    difference_table,
    energy_table,
    ranges,
    through,
    viridis,
)
from ebm_server.exports.looks import Show

Field = NDArray[np.floating]
ON_BRIGHT = "#06222b"
"""Of contours where the map is bright."""
THIN = 1.6
"""Times as strong as on the page: a line is thinner than a pixel once the picture is reduced."""
FADED = 8.0
"""Nats above the lowest energy from which contours are faint."""


def painted(
    frame: Frame, truth: Landscape | None, show: Show, width: int, theme: str
) -> Image.Image:
    """The map, `width` pixels wide.

    Raises:
        ValueError: It shows the truth or the difference from it, and there is no `truth`.
    """
    low, span = ranges(_values(frame))
    if show == "energy":
        energy = _fine(_values(frame), width)
        return Image.fromarray(through((energy - low) / (ENERGY_REACH * span), energy_table()))
    if show == "density":
        if truth is not None:  # the brightest is the peak of the truth
            low = -float(np.log(truth.values.max())) - log_partition(frame)
        level = (_fine(_values(frame), width) - low) / DENSITY_SPAN
        return Image.fromarray(through(level, density_table()))
    if truth is None:
        raise ValueError(f"a map of the {show} needs the true density of the data")
    actual = _fine(truth.values, width)
    peak = float(truth.values.max())
    if show == "truth":
        return Image.fromarray(through(actual / peak, viridis()))
    model = np.exp(-_fine(_values(frame), width) - log_partition(frame))
    reach = peak / 3
    return Image.fromarray(through((model - actual + reach) / (2 * reach), difference_table(theme)))


def contoured(picture: Image.Image, frame: Frame, ink: str, over_viridis: bool) -> Image.Image:
    """The picture with lines of equal energy, as far above the lowest as on the page."""
    low, _ = ranges(_values(frame))
    levels = np.array(CONTOUR_LEVELS, dtype=np.float32) + np.float32(low)
    band = np.searchsorted(levels, _fine(_values(frame), picture.width)).astype(np.int8)
    line = np.full(band.shape, len(levels), dtype=np.int8)  # of each pixel, none at first
    for here, there in ((np.s_[1:, :], np.s_[:-1, :]), (np.s_[:, 1:], np.s_[:, :-1])):
        crossed = band[here] != band[there]
        lower = np.minimum(band[here], band[there])
        line[here] = np.where(crossed, np.minimum(line[here], lower), line[here])
    on = line < len(levels)
    bright = np.array([over_viridis and level < 0.4 * FADED for level in CONTOUR_LEVELS])
    faint = np.where(np.array(CONTOUR_LEVELS) > FADED, 0.12, 0.26)
    share = THIN * np.where(bright, 0.5, faint)[line[on]][:, None]
    inks = np.array([list(bytes.fromhex(name[1:])) for name in (ink, ON_BRIGHT)])
    color = inks[bright.astype(int)][line[on]]
    found = np.array(picture)
    found[on] = np.rint(found[on] + share * (color - found[on])).astype(np.uint8)
    return Image.fromarray(found)


def log_partition(frame: Frame) -> float:
    """log Z of a moment in nats and the data's units, by its grid and the mass known outside."""
    assert frame.landscape is not None
    values = frame.landscape.values.astype(np.float64)
    (left, right), (bottom, top) = frame.landscape.window
    rows, columns = values.shape
    cell = (right - left) * (top - bottom) / (rows * columns)
    lowest = values.min()
    outside = min(max(frame.metrics.get("mass_outside", 0.0), 0.0), 0.999)
    return float(np.log(np.exp(lowest - values).sum() * cell) - lowest - np.log1p(-outside))


def _values(frame: Frame) -> Field:
    assert frame.landscape is not None
    return frame.landscape.values


def _fine(values: Field, width: int) -> Field:
    """A grid, whose first row is the lowest, as pixels from the top."""
    field = Image.fromarray(np.ascontiguousarray(values[::-1], dtype=np.float32))
    return np.asarray(field.resize((width, width), Image.Resampling.BICUBIC))
