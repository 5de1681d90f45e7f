"""NumPy arrays and frames to and from the maps of the wire."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebm_core.contracts.dataset import Window
from ebm_core.runs.frame import Frame, Landscape
from ebm_server.protocol.packed_frame import PackedFrame, packed_frame

DTYPES: dict[str, np.dtype[Any]] = {
    "f4": np.dtype("<f4"),
    "u1": np.dtype("u1"),
    "u2": np.dtype("<u2"),
}
STAGE = 4.5
"""Half the width of the page's stage, in its own units."""
QUANTA = {"u1": 255, "u2": 65535}


def pack_array(array: NDArray[Any]) -> dict[str, Any]:
    """An array as dtype, shape and raw bytes; all but unsigned 8 and 16 bits becomes float32."""
    name = {"uint8": "u1", "uint16": "u2"}.get(array.dtype.name, "f4")
    raw = np.ascontiguousarray(array, dtype=DTYPES[name])
    return {"dtype": name, "shape": list(array.shape), "data": raw.tobytes()}


def unpack_array(packed: Mapping[str, Any]) -> NDArray[Any]:
    """The inverse of `pack_array`, and of `levels` to half a quantum.

    Raises:
        ValueError: The dtype is unknown, or the bytes do not fill the shape.
    """
    dtype = DTYPES.get(packed["dtype"])
    if dtype is None:
        raise ValueError(f"dtype {packed['dtype']!r} is unknown; use one of {', '.join(DTYPES)}")
    shape = tuple(packed["shape"])
    wanted = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if min(shape, default=0) < 0 or wanted != len(packed["data"]):
        raise ValueError(f"{len(packed['data'])} bytes do not fill {shape} of {packed['dtype']}")
    array: NDArray[Any] = np.frombuffer(packed["data"], dtype=dtype).reshape(shape)
    if "lo" in packed:
        quantum = (packed["hi"] - packed["lo"]) / QUANTA[packed["dtype"]]
        array = (packed["lo"] + array.astype(np.float64) * quantum).astype(np.float32)
    return array


def levels(values: NDArray[Any], dtype: str) -> dict[str, Any]:
    """An array in whole numbers between its lowest and highest value.

    Raises:
        ValueError: A value is not finite.
    """
    lo, hi = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    if not np.isfinite(hi - lo):
        raise ValueError(f"the values reach from {lo:g} to {hi:g}; every one must be finite")
    scale = QUANTA[dtype] / (hi - lo) if hi > lo else 0.0
    whole = np.rint((values.astype(np.float64) - lo) * scale).astype(DTYPES[dtype])
    return {**pack_array(whole), "lo": lo, "hi": hi}


def quantise(landscape: Landscape, dtype: str = "u2") -> dict[str, Any]:
    """A landscape in whole numbers between its lowest and highest energy.

    Raises:
        ValueError: A value is not finite.
    """
    return {**levels(landscape.values, dtype), "window": landscape.window}


def dequantise(packed: Mapping[str, Any]) -> Landscape:
    """The inverse of `quantise`, to half a quantum."""
    half = packed.get("extent", STAGE)  # of recordings of before there were windows
    window = unpack_window(packed.get("window", ((-half, half), (-half, half))))
    return Landscape(unpack_array(packed), window)


def unpack_window(packed: Sequence[Sequence[float]]) -> Window:
    """A window whose pairs have become lists on the way."""
    (left, right), (bottom, top) = packed
    return (left, right), (bottom, top)


def on_stage(points: NDArray[np.floating], window: Window) -> NDArray[np.floating]:
    """Points where the page's stage draws them: a window is [-STAGE, STAGE]^2 there.

    So single precision shows Unix times as well as angles.
    """
    low, high = np.array(window).T
    positions: NDArray[np.floating] = (points - (low + high) / 2) * (2 * STAGE / (high - low))
    return positions


def off_stage(positions: NDArray[np.floating], window: Window) -> NDArray[np.floating]:
    """The inverse of `on_stage`."""
    low, high = np.array(window).T
    back = (high - low) / (2 * STAGE)
    points: NDArray[np.floating] = positions.astype(np.float64) * back + (low + high) / 2
    return points


def pack_frame(run: str, frame: Frame, dtype: str = "u2", arrays: str | None = None) -> PackedFrame:
    """A frame, ready to be sent; metrics that are not finite are left out.

    Landscapes are whole numbers of `dtype`; arrays as they are, or of `arrays` where that is given.
    """
    fields = {
        "type": "frame",
        "run": run,
        "step": frame.step,
        "seconds": frame.seconds,
        "metrics": {n: v for n, v in frame.metrics.items() if np.isfinite(v)},
        "window": frame.window,
        "places": sorted(frame.places),
    }
    shown = {
        name: on_stage(a, frame.window) if frame.window and name in frame.places else a
        for name, a in frame.arrays.items()
    }
    packed = {n: levels(a, arrays) if arrays else pack_array(a) for n, a in shown.items()}
    landscape = None if frame.landscape is None else quantise(frame.landscape, dtype)
    return packed_frame(fields, packed, landscape)


def unpack_frame(message: Mapping[str, Any]) -> Frame:
    """The frame in a decoded frame message."""
    landscape = message.get("landscape")
    window = unpack_window(message["window"]) if message.get("window") else None
    arrays = {name: unpack_array(packed) for name, packed in message["arrays"].items()}
    if window is not None:
        arrays |= {n: off_stage(arrays[n], window) for n in message["places"] if n in arrays}
    return Frame(
        step=message["step"],
        seconds=message["seconds"],
        metrics=dict(message["metrics"]),
        landscape=None if landscape is None else dequantise(landscape),
        arrays=arrays,
        window=window,
        places=frozenset(message.get("places", ())),
    )
