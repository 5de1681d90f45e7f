"""Phases to the bytes of the wire."""

from collections.abc import Sequence
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from ebm_core.contracts.dataset import Window
from ebm_core.runs.frame import Landscape
from ebm_core.runs.shown_phase import ShownPhase
from ebm_server.protocol.packing import on_stage, pack_array, quantise


def pack_phases(
    step: int,
    phases: Sequence[ShownPhase],
    window: Window | None,
    change: Landscape | None = None,
) -> bytes:
    """A `SlowMotion` as MessagePack; a map that is not finite is left out."""
    drawable = change is not None and bool(np.isfinite(change.values).all())
    message: bytes = msgpack.packb(
        {
            "step": step,
            "window": window,
            "phases": [_packed(phase, window) for phase in phases],
            "change": quantise(change) if change is not None and drawable else None,
        }
    )
    return message


def _packed(phase: ShownPhase, window: Window | None) -> dict[str, Any]:
    def place(points: NDArray[Any]) -> dict[str, Any]:
        return pack_array(points if window is None else on_stage(points, window))

    return {
        "name": phase.name,
        "term": phase.term,
        "sentence": phase.sentence,
        "points": {name: place(points) for name, points in phase.points.items()},
        "arrows": {
            name: {"start": place(start), "end": place(end)}
            for name, (start, end) in phase.arrows.items()
        },
        "values": {
            name: {key: pack_array(numbers) for key, numbers in values.items()}
            for name, values in phase.values.items()
        },
    }
