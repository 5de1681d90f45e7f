"""What cannot be stored, counted or told again is refused with its path and bounds, everywhere."""

import json
from typing import Any

import msgpack
import pytest
from ebm_server.protocol.bounds import LONGEST_TEXT, excesses, told
from ebm_server.protocol.messages import pack
from ebm_server.protocol.worker_messages import OUTBOX, KeyframeItem, MetricsItem
from ebm_server.runs.reports import outbox
from ebm_server.web.sessions import WorkerTokens
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.server.laboratory import SMALL, Laboratory

BAD: dict[str, tuple[str, str]] = {
    "NUL": (r'"a\u0000b"', "NUL"),
    "half a pair": (r'"a\ud800b"', "surrogate"),
    "10^5 characters": (f'"{"a" * 100_000}"', "characters"),
    "65 bits": ("18446744073709551616", "64 bits"),
    "NaN": ("NaN", "no such number"),
    "Infinity": ("-Infinity", "no such number"),
    "5,000 digits": ("9" * 5000, "thousands of digits"),
    "deep": ("[" * 40 + "]" * 40, "nested too deep"),
    "very deep": ("[" * 100_000, "nested too deep"),
}
BODIES = [
    ("POST", "/runs", '{"name": VALUE, "dataset": {"kind": "moons"}}'),
    ("POST", "/runs", '{"dataset": {"kind": VALUE}, "method": {"kind": "sliced"}}'),
    ("POST", "/runs", '{"seed": VALUE}'),
    ("POST", "/runs", '{"dataset": {"kind": "points", "values": [[1, VALUE]]}}'),
    ("PATCH", "/runs/RUN", '{"speed": VALUE}'),
    ("PATCH", "/runs/RUN", '{"changes": {"optimization.learning_rate": VALUE}}'),
    ("POST", "/runs/RUN/branch", '{"step": VALUE}'),
    ("POST", "/runs/RUN/step", '{"updates": VALUE}'),
    ("POST", "/samplings", '{"energy": {"formula": {"kind": VALUE}}}'),
    ("POST", "/samplings/slow-motion?step=1", '{"seed": VALUE}'),
]


def answered(lab: Laboratory, method: str, path: str, content: str) -> dict[str, Any]:
    """The first problem of what is refused."""
    headers = {"content-type": "application/json"}
    answer = lab.http.request(method, f"/api/v1{path}", content=content, headers=headers)
    assert answer.status_code == 422, answer.text
    problem: dict[str, Any] = answer.json()["detail"][0]
    assert len(answer.content) < 5000
    return problem


@pytest.mark.parametrize("kind", BAD)
def test_no_body_brings_what_cannot_be_held(lab: Laboratory, shared_run: str, kind: str) -> None:
    value, said = BAD[kind]
    for method, path, body in BODIES:
        problem = answered(
            lab, method, path.replace("RUN", shared_run), body.replace("VALUE", value)
        )
        assert said in problem["message"], (path, body)
        assert problem["path"]


def test_names_in_a_body_are_held_to_the_same(lab: Laboratory, shared_run: str) -> None:
    for name in (r"\ud800", r"\u0000", "a" * 100_000):
        problem = answered(lab, "PATCH", f"/runs/{shared_run}", f'{{"changes": {{"{name}": 1}}}}')
        assert problem["path"].startswith("changes")


@pytest.mark.parametrize("speed", ["1e-12", "0", "-1", "1e7"])
def test_a_speed_has_bounds(lab: Laboratory, shared_run: str, speed: str) -> None:
    problem = answered(lab, "PATCH", f"/runs/{shared_run}", f'{{"speed": {speed}}}')
    assert problem["path"] == "speed"
    assert problem["allowed"] in (">= 0.01", "<= 1e+06")


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/runs/RUN/metrics?after=9223372036854775808", "after"),
        ("/runs/RUN/events?after=-1", "after"),
        ("/runs/RUN/keyframes/9223372036854775808", "step"),
        ("/runs/RUN/energy?step=1e99", "step"),
        ("/runs/RUN/export/samples?step=99999999999999999999", "step"),
        ("/runs/RUN/export/gif?per_second=nan", "per_second"),
        (f"/runs/{'a' * 1000}", "run"),
        ("/runs/a%00b", "run"),
        ("/runs/RUN/export/html?beside=%00", "beside.0"),
    ],
)
def test_no_query_and_no_path_goes_beyond(
    lab: Laboratory, shared_run: str, path: str, wrong: str
) -> None:
    assert answered(lab, "GET", path.replace("RUN", shared_run), "")["path"] == wrong


def test_names_of_files_are_held_to_the_same(lab: Laboratory) -> None:
    for query in ("name=a%00.csv", "name=a.csv&columns=%00", "name=a.csv&classes=a%00"):
        assert "NUL" in answered(lab, "POST", f"/points?{query}", "1,2\n3,4\n")["message"]


WATCH = {"type": "watch", "run": "nobody"}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xc1", b"\x81", b"\xff" * 50, b"\x91" * 5000, msgpack.packb(5), msgpack.packb([]),
        msgpack.packb({"type": "watch"}), msgpack.packb({"type": "\0"}),
        msgpack.packb({**WATCH, "run": "a" * 60_000}), msgpack.packb({**WATCH, "run": "\0"}),
        msgpack.packb({**WATCH, "after": 2**64 - 1}), msgpack.packb({**WATCH, "after": -1}),
        msgpack.packb({**WATCH, "frames_per_second": float("nan")}),
        msgpack.packb(msgpack.ExtType(4, b"x")), b"\xd9\x03\xed\xa0\x80", msgpack.packb(WATCH),
    ],
)  # fmt: skip
def test_the_pages_socket_answers_what_it_cannot_read(lab: Laboratory, data: bytes) -> None:
    with lab.page() as page:
        page.socket.send(data)
        told = page.until(lambda message: message["type"] == "error")
        assert len(told["message"]) < 3000
        page.send({"type": "ping"})
        page.until(lambda message: message["type"] == "pong")


def test_text_on_a_socket_is_refused_with_a_sentence(lab: Laboratory) -> None:
    lab.ask("GET", "/health")  # by now it has made its keys
    token = WorkerTokens((lab.data_dir / "worker.key").read_bytes()).of("nobody")
    for path, headers in (("stream", lab.shown), ("worker", {"Authorization": f"Bearer {token}"})):
        with connect(
            f"ws://127.0.0.1:{lab.port}/api/v1/{path}", additional_headers=headers, proxy=None
        ) as socket:
            socket.send("text")
            with pytest.raises(ConnectionClosed) as closed:
                list(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1003
        assert "binary MessagePack" in closed.value.rcvd.reason


def test_nothing_of_all_that_was_an_error_of_ours(lab: Laboratory) -> None:
    assert "Traceback" not in "".join(lab.log)


FRAME = {"step": 1, "head": b"\x81\xa4step\x01", "arrays": {}, "landscape": None}
ROW = {"kind": "metrics", "n": 1, "step": 1, "seconds": 1.0, "horizon": None, "values": {}}
KEYFRAME = {"kind": "keyframe", "n": 1, "seconds": 1.0, "frame": FRAME}


@pytest.mark.parametrize(
    "item",
    [
        {**ROW, "step": 2**63}, {**ROW, "step": -1}, {**ROW, "values": {"kl": float("nan")}},
        {**ROW, "seconds": float("inf")}, {**ROW, "n": 2**64 - 1}, {**ROW, "kind": "none"},
        {**KEYFRAME, "frame": {**FRAME, "head": b""}},
        {**KEYFRAME, "frame": {**FRAME, "head": b"\x8f\xa4"}},
        {**KEYFRAME, "frame": {**FRAME, "arrays": {"data": b"\xc1"}}},
    ],
)  # fmt: skip
def test_an_outbox_with_a_damaged_item_is_refused_whole(tmp_path: Any, item: Any) -> None:
    (tmp_path / OUTBOX).write_bytes(msgpack.packb({"attempt": 1, "items": [ROW, item]}))
    with pytest.raises(ValueError, match=r"outbox.msgpack cannot be read"):
        outbox(tmp_path, attempt=1)


def test_items_that_are_whole_pass() -> None:
    KeyframeItem.model_validate(KEYFRAME)
    MetricsItem.model_validate(ROW)
    with pytest.raises(ValidationError):
        MetricsItem.model_validate({**ROW, "values": {"kl": float("inf")}})


def test_what_a_plug_in_says_is_cleaned_before_it_travels() -> None:
    from ebm_server.protocol.worker_messages import StateItem

    item = StateItem(step=1, seconds=1, horizon=1, state="failed", reason="a\0\ud800\nb")
    assert item.reason == "a\ufffd\ufffd\nb"
    pack(item)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON | st.text(st.characters(codec=None), max_size=5))
def test_whatever_is_told_back_can_be_told(value: Any) -> None:
    json.dumps(told(value), allow_nan=False).encode()
    json.dumps(told(value), ensure_ascii=False).encode()
    if not list(excesses(value)):
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def test_the_longest_text_is_just_short_enough() -> None:
    assert not list(excesses({"a": ["b" * LONGEST_TEXT]}))
    (found,) = excesses({"a": [SMALL, "b" * (LONGEST_TEXT + 1)]})
    assert found.path == "a.1"
