"""What a worker could not deliver is found by the next server, or refused with a sentence."""

from pathlib import Path

import msgpack
import pytest
from ebm_server.protocol.packed_frame import packed_frame
from ebm_server.protocol.worker_messages import OUTBOX, Assign, Item, KeyframeItem, StateItem
from ebm_server.runs.reports import forget_outbox, outbox
from ebm_server.worker.server_connection import ServerConnection

OF_VERSION_1 = {
    "attempt": 1,
    "items": [
        {"kind": "keyframe", "n": 1, "step": 3, "seconds": 0.1, "fields": 6, "core": b"",
         "landscape": None},
    ],
}  # fmt: skip


def leave(directory: Path, *items: Item) -> None:
    """A worker without a server leaves its items."""
    server = ServerConnection(str(directory / "server.json"), "token", "worker")
    server.assignment = Assign(
        run="r", attempt=2, directory=str(directory), config={}, resume=False, update_seconds=1
    )
    for item in items:
        server.report(item)
    server.leave_behind()


def test_items_that_were_left_are_found_once_in_order_and_numbered(tmp_path: Path) -> None:
    frame = packed_frame({"step": 5}, {"chains": 1}, {"lo": 0})
    end = StateItem(step=5, seconds=1.0, horizon=5, state="finished")
    leave(tmp_path, KeyframeItem(seconds=1.0, frame=frame), end)
    keyframe, state = outbox(tmp_path, attempt=2)
    assert keyframe == KeyframeItem(n=1, seconds=1.0, frame=frame)
    assert state == end.model_copy(update={"n": 2})
    forget_outbox(tmp_path)
    assert outbox(tmp_path, attempt=2) == []


def test_what_another_attempt_left_is_dropped(tmp_path: Path) -> None:
    leave(tmp_path, StateItem(step=5, seconds=1.0, horizon=5, state="finished"))
    assert outbox(tmp_path, attempt=3) == []


@pytest.mark.parametrize("data", [msgpack.packb(OF_VERSION_1), b"\xc1", b"\x01"])
def test_what_cannot_be_read_is_refused_with_a_sentence_and_stays(
    tmp_path: Path, data: bytes
) -> None:
    (tmp_path / OUTBOX).write_bytes(data)
    with pytest.raises(ValueError, match=r"outbox.msgpack cannot be read: another version"):
        outbox(tmp_path, attempt=1)
    assert (tmp_path / OUTBOX).read_bytes() == data
