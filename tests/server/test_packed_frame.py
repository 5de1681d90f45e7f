"""Frames combine by one rule: a frame renews the parts that it brings, all others stay."""

import asyncio
from functools import reduce
from typing import Any

import msgpack
import pytest
from ebm_server.protocol.messages import unpack
from ebm_server.protocol.packed_frame import MOST_FIELDS, PackedFrame, packed_frame
from ebm_server.runs.mailbox import Mailbox, Watching
from hypothesis import given
from hypothesis import strategies as st

arrays = st.dictionaries(st.sampled_from(["chains", "data", "data_energies"]), st.binary())
landscapes = st.none() | st.fixed_dictionaries({"lo": st.floats(-1, 1), "data": st.binary()})
parts = st.lists(st.tuples(arrays, landscapes), min_size=1, max_size=12)


def frame(step: int, arrays: dict[str, Any], landscape: Any = None) -> PackedFrame:
    return packed_frame({"type": "frame", "step": step, "metrics": {"kl": step}}, arrays, landscape)


def in_a_row(parts: list[tuple[dict[str, bytes], Any]]) -> list[PackedFrame]:
    return [frame(step, *given) for step, given in enumerate(parts)]


def over(older: PackedFrame, newer: PackedFrame) -> PackedFrame:
    return newer.over(older)


def test_a_frame_keeps_what_it_does_not_renew() -> None:
    whole = frame(1, {"chains": 1, "data": 1}, {"lo": 0.5})
    light = frame(2, {"chains": 2})
    assert unpack(light.over(whole).message) == {
        "type": "frame",
        "step": 2,
        "metrics": {"kl": 2},
        "arrays": {"chains": 2, "data": 1},
        "landscape": {"lo": 0.5},
    }
    assert light.over(None) is light


@given(parts, st.data())
def test_frames_may_be_combined_in_any_groups(
    parts: list[tuple[dict[str, bytes], Any]], data: st.DataObject
) -> None:
    frames = in_a_row(parts)
    cut = data.draw(st.integers(1, len(frames)))
    groups = [reduce(over, group) for group in (frames[:cut], frames[cut:]) if group]
    assert reduce(over, groups) == reduce(over, frames)


@given(parts, st.lists(st.booleans(), min_size=12, max_size=12))
def test_a_slow_reader_ends_at_the_same_picture_as_a_fast_one(
    parts: list[tuple[dict[str, bytes], Any]], reads: list[bool]
) -> None:
    frames = in_a_row(parts)

    async def read() -> list[dict[str, Any]]:
        mailbox = Mailbox()
        mailbox.watching["a"] = Watching(0.0, holding=None)
        seen = []
        for newest, reads_now in zip(frames, [*reads[: len(frames) - 1], True], strict=True):
            mailbox.put_frame("a", newest)
            if reads_now:
                seen.append(unpack(await mailbox.take()))
        return seen

    assert picture(asyncio.run(read())) == picture([unpack(one.message) for one in frames])


def picture(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """What a page shows after some frame messages, in plain values."""
    shown: dict[str, Any] = {"arrays": {}}
    for message in messages:
        shown = {**shown, **message, "arrays": {**shown["arrays"], **message["arrays"]}}
    return shown


@given(arrays, landscapes)
def test_a_frame_comes_back_from_the_columns_of_the_database(
    arrays: dict[str, bytes], landscape: Any
) -> None:
    kept = frame(3, arrays, landscape)
    assert PackedFrame.from_columns(**kept.columns()) == kept


def test_a_keyframe_of_the_first_version_is_read() -> None:
    fields = {
        "type": "frame",
        "run": "a",
        "step": 7,
        "metrics": {},
        "arrays": {"data": {"x": b"1"}},
    }
    core = b"".join(msgpack.packb(part) for pair in fields.items() for part in pair)
    landscape = msgpack.packb({"lo": 0.5})
    old = PackedFrame.from_columns(7, len(fields), core, landscape)
    assert old.message == b"\x86" + core + msgpack.packb("landscape") + landscape
    assert old.columns() == {"step": 7, "fields": 5, "core": core, "landscape": landscape}
    newer = unpack(frame(8, {"chains": 1}).over(old).message)
    assert newer["arrays"] == {"data": {"x": b"1"}, "chains": 1}


def test_a_head_has_room_for_few_fields() -> None:
    with pytest.raises(ValueError, match="14 fields; at most 13"):
        packed_frame({"step": 0, **{str(i): i for i in range(MOST_FIELDS)}}, {})
