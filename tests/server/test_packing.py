"""Arrays and frames survive the wire; landscapes to half a quantum."""

import msgpack
import numpy as np
import pytest
from ebm_server.protocol.frames import FrameMessage
from ebm_server.protocol.messages import pack, unpack
from ebm_server.protocol.packing import (
    QUANTA,
    dequantise,
    pack_array,
    pack_frame,
    quantise,
    unpack_array,
    unpack_frame,
)
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ebm_core import Frame, Landscape

finite = st.floats(-1e6, 1e6, width=32)
points = arrays.arrays(
    np.float32, arrays.array_shapes(max_dims=4, max_side=5, min_side=0), elements=finite
)
grids = arrays.arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=finite)


@given(points)
def test_float_arrays_come_back_bit_for_bit(array: np.ndarray) -> None:
    back = unpack_array(
        unpack(
            pack(
                FrameMessage(
                    type="frame",
                    run="r",
                    step=0,
                    seconds=0,
                    metrics={},
                    window=None,
                    places=[],
                    arrays={"a": pack_array(array)},  # type: ignore[dict-item]
                )
            )
        )["arrays"]["a"]
    )
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()


@given(arrays.arrays(np.uint16, (3, 2)), arrays.arrays(np.uint8, (4,)))
def test_unsigned_arrays_keep_their_type(wide: np.ndarray, narrow: np.ndarray) -> None:
    for array in (wide, narrow):
        back = unpack_array(pack_array(array))
        assert back.dtype == array.dtype
        assert (back == array).all()


@given(grids, st.sampled_from(sorted(QUANTA)))
def test_landscapes_come_back_to_half_a_quantum(values: np.ndarray, dtype: str) -> None:
    packed = quantise(Landscape(values, ((-1.0, 3.0), (5.0, 6.5))), dtype)
    back = dequantise(packed)
    quantum = (packed["hi"] - packed["lo"]) / QUANTA[dtype]
    rounding = 1e-6 * max(1.0, float(np.abs(values).max()))
    assert np.abs(back.values - values).max() <= quantum / 2 + rounding
    assert back.window == ((-1.0, 3.0), (5.0, 6.5))


@given(points, grids, st.booleans())
def test_frames_come_back_and_have_the_declared_form(
    array: np.ndarray, grid: np.ndarray, with_landscape: bool
) -> None:
    landscape = Landscape(grid, ((-3.0, 3.0), (-3.0, 3.0))) if with_landscape else None
    frame = Frame(7, 1.5, {"kl": 0.25, "loss": float("nan")}, landscape, {"chains": array})
    message = unpack(pack_frame("r", frame).message)
    declared = FrameMessage.model_validate(message)
    assert declared.metrics == {"kl": 0.25}
    back = unpack_frame(message)
    assert (back.step, back.seconds) == (7, 1.5)
    assert back.arrays["chains"].tobytes() == array.tobytes()
    assert (back.landscape is None) == (landscape is None)


def test_points_of_any_units_come_back_as_fine_as_the_stage_shows_them() -> None:
    window = ((1.7e9, 1.7e9 + 40), (-1e-9, 3e-9))
    points = np.array([[1.7e9 + 7.25, 2.5e-9], [1.7e9 - 3, -2e-9]])
    frame = Frame(1, 0.1, {}, None, {"chains": points}, window, frozenset({"chains"}))
    message = unpack(pack_frame("r", frame).message)
    assert np.abs(unpack_array(message["arrays"]["chains"])).max() < 10
    back = unpack_frame(message)
    assert back.window == window
    assert np.allclose((back.arrays["chains"] - points) / np.ptp(window, axis=1), 0, atol=1e-6)


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        ({"dtype": "f8", "shape": [1], "data": b"\0" * 8}, "f8"),
        ({"dtype": "f4", "shape": [2], "data": b"\0" * 7}, "7 bytes"),
        ({"dtype": "f4", "shape": [-1, -2], "data": b"\0" * 8}, "8 bytes"),
    ],
)
def test_malformed_arrays_are_refused(packed: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        unpack_array(packed)


def test_a_landscape_with_a_hole_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        quantise(Landscape(np.array([[0.0, np.inf]], np.float32), ((-1.0, 1.0), (-1.0, 1.0))))


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        msgpack.unpackb(data, raw=False, strict_map_key=True)
    except Exception:
        with pytest.raises(ValueError, match="MessagePack"):
            unpack(data)
    else:
        unpack(data)
