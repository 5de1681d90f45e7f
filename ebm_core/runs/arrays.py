"""Points as a caller holds them: a tensor, a NumPy array or rows; what is told of them is alike."""

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ebm_core.contracts import Shape


def as_tensor(points: ArrayLike | Tensor, shape: Shape) -> Tensor:
    """Points each of `shape`; float64 where they are in no float. A tensor keeps its graph.

    Raises:
        ValueError: They are shaped otherwise, or are no finite real numbers.
    """
    if not isinstance(points, Tensor):
        array = np.asarray(points)
        if array.dtype.kind not in "biuf":
            raise ValueError(f"points hold {array.dtype}; real numbers are needed")
        fine = np.float32 if array.dtype == np.float32 else np.float64
        points = torch.from_numpy(array.astype(fine, order="C"))
    if points.is_complex():
        raise ValueError(f"points hold {points.dtype}; real numbers are needed")
    if points.dim() == 0 or tuple(points.shape[1:]) != shape:
        one = "; give one point as x[None]" if tuple(points.shape) == shape else ""
        raise ValueError(
            f"points have shape {tuple(points.shape)}; this energy takes "
            f"(n, {', '.join(map(str, shape))}){one}"
        )
    points = points if points.is_floating_point() else points.double()
    if not (finite := points.isfinite().flatten(1).all(1)).all():
        place = int((~finite).nonzero()[0])
        raise ValueError(f"point {place} is {points[place].tolist()}; finite numbers are needed")
    return points


def alike(values: Tensor, given: object) -> Tensor | NDArray[Any]:
    """Values for given points: a tensor on their device, or a NumPy array where they are none."""
    if isinstance(given, Tensor):
        return values.to(given.device)
    array: NDArray[Any] = values.detach().cpu().numpy()
    return array
