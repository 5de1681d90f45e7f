"""Numbers of a moment as files: points as CSV, the landscape's grid as NPZ."""

import csv
import io

import numpy as np
from numpy.typing import NDArray

from ebm_core import Frame
from ebm_server.exports.material import Material
from ebm_server.refusals import Refused

POINTS = ("data", "labelled", "chains", "generator", "perturbed", "negatives")
"""Arrays of a frame that are points, in the order in which they are written."""


def samples(material: Material, step: int | None) -> str:
    """The points of a moment as CSV, in the data's units: what they are, then their entries.

    Raises:
        Refused: There is no such moment.
    """
    frame = frame_at(material, step)
    found = {name: frame.arrays[name] for name in POINTS if name in frame.arrays}
    found = {n: a for n, a in found.items() if a.ndim > 1 and len(a)}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["points", *material.config.dataset.entry_names])
    for name, array in found.items():
        for point in array.reshape(len(array), -1):
            writer.writerow([name, *(repr(float(value)) for value in point)])
    return text.getvalue()


def grid(material: Material, step: int | None) -> bytes:
    """The landscape of a moment as NPZ: `energy` (rows, columns) at the points `x` and `y`, in the
    data's units; and of which update it is.

    Raises:
        Refused: There is no such moment, or it has no landscape.
    """
    frame = frame_at(material, step)
    if frame.landscape is None:
        raise Refused(409, f"run {material.run.id} learns images: they have no landscape to save")
    values = frame.landscape.values
    (left, right), (bottom, top) = frame.landscape.window
    rows, columns = values.shape
    file = io.BytesIO()
    np.savez_compressed(
        file,
        energy=values,
        x=_centres(left, right, columns),
        y=_centres(bottom, top, rows),
        step=np.int64(frame.step),
    )
    return file.getvalue()


def _centres(low: float, high: float, count: int) -> NDArray[np.floating]:
    centres: NDArray[np.floating] = low + (np.arange(count) + 0.5) * ((high - low) / count)
    return centres


def frame_at(material: Material, step: int | None) -> Frame:
    """The frame at an update, the newest where none is named.

    Raises:
        Refused: There is none.
    """
    steps = [known for known, _ in material.frames()]
    if step is not None and step not in steps:
        raise Refused(
            404,
            f"run {material.run.id} keeps no moment of update {step}; the nearest is "
            f"{min(steps, key=lambda known: abs(known - step))}",
        )
    return material.frame(steps[-1] if step is None else step)
