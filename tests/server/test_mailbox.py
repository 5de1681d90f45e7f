"""A mailbox keeps order, replaces frames and gives way where a reader is too slow."""

import asyncio

import pytest
from ebm_server.protocol.messages import unpack
from ebm_server.protocol.packed_frame import packed_frame
from ebm_server.runs.mailbox import Letter, Mailbox, TooFull, Watching


def letter(run: str, number: int | None) -> Letter:
    return Letter(f"{run}{number}".encode(), run, number)


def watching(*runs: str, limit: int = 5) -> Mailbox:
    mailbox = Mailbox(limit)
    for run in runs:
        mailbox.watching[run] = Watching(0.0, holding=None)
    return mailbox


def drain(mailbox: Mailbox, count: int) -> list[bytes]:
    async def take() -> list[bytes]:
        async with asyncio.timeout(5):
            return [await mailbox.take() for _ in range(count)]

    return asyncio.run(take())


def test_ordered_messages_go_first_and_the_newest_frame_stands_for_all() -> None:
    mailbox = watching("a")
    for step in range(1, 4):
        landscape = {"lo": 1} if step == 2 else None
        mailbox.put_frame("a", packed_frame({"step": step}, {}, landscape))
        mailbox.put(letter("a", step))
    *ordered, frame = drain(mailbox, 4)
    assert ordered == [b"a1", b"a2", b"a3"]
    assert unpack(frame) == {"step": 3, "arrays": {}, "landscape": {"lo": 1}}


def test_a_full_mailbox_says_where_the_gap_begins_and_keeps_other_runs() -> None:
    mailbox = watching("a", "b")
    mailbox.put(letter("b", 1))
    for number in range(4, 9):
        mailbox.put(letter("a", number))
    mailbox.put(letter("a", 9))
    first, gap, last = drain(mailbox, 3)
    assert first == b"b1"
    assert unpack(gap) == {"type": "gap", "run": "a", "after": 3}
    assert last == b"a9"


def test_a_mailbox_is_bounded_in_bytes_whatever_is_in_it() -> None:
    mailbox = watching("a", "b", limit=1000)
    mailbox.most_bytes = 1000
    for number in range(1, 40):
        mailbox.put(Letter(b"x" * 30, "ab"[number % 2], number))
        assert mailbox.bytes <= 1000
    first, second = (unpack(data) for data in drain(mailbox, 2))
    assert {first["run"], second["run"]} == {"a", "b"}
    assert first["type"] == second["type"] == "gap"
    mailbox = watching()
    mailbox.most_bytes = 1000
    for number in range(40):
        mailbox.put(Letter(b"changed" * 10))
        mailbox.put(Letter(b"%d" % number * 100))
        assert mailbox.bytes <= 1000
    with pytest.raises(TooFull):
        drain(mailbox, 1)


def test_what_comes_while_history_is_fetched_follows_it() -> None:
    mailbox = Mailbox()
    mailbox.watching["a"] = Watching(0.0)
    mailbox.put(letter("a", 3))
    mailbox.put(letter("b", 1))
    mailbox.release("a", [letter("a", 1), letter("a", 2)], packed_frame({"step": 0}, {}))
    assert drain(mailbox, 5) == [b"b1", b"a1", b"a2", b"a3", b"\x82\xa4step\x00\xa6arrays\x80"]
