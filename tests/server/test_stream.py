"""The page's websocket: order, catching up, frames, and slow readers."""

from functools import partial

from ebm_server.protocol.packing import unpack_frame

from tests.server.laboratory import Laboratory, Message, endless


def test_pages_see_every_number_once_however_late_they_come(lab: Laboratory) -> None:
    run = lab.create(endless())
    with lab.page() as early, lab.page() as late:
        assert early.next()["type"] == "welcome"
        early.watch(run)
        early.step_beyond(50)
        late.watch(run, rate=5)
        late.step_beyond(50)
        first = next(m for m in late.messages if m.get("run") == run)
        assert first["type"] == "run"
        assert first["info"]["state"] == "running"
        seq = early.numbers[-1]
        with lab.page() as again:
            again.watch(run, after=seq)
            again.until(lambda m: m["type"] == "metrics")
            assert again.numbers[0] == seq + 1
        lab.ask("POST", f"/runs/{run}/stop")
        for page in (early, late):
            page.state("stopped")
            assert page.numbers == list(range(1, page.numbers[-1] + 1))
        assert early.numbers == late.numbers
    stored = [row["seq"] for kind in ("metrics", "events")
              for row in lab.ask("GET", f"/runs/{run}/{kind}")]  # fmt: skip
    assert sorted(stored) == early.numbers
    assert lab.ask("GET", f"/runs/{run}")["seq"] == early.numbers[-1]


def test_frames_come_only_to_who_watches_and_can_be_drawn(lab: Laboratory, going: str) -> None:
    run = going
    with lab.page() as page, lab.page() as other:
        page.watch(run)
        frames = [page.until(lambda m: m["type"] == "frame") for _ in range(4)]
        assert any("landscape" in frame for frame in frames)
        steps = [frame["step"] for frame in frames]
        assert steps == sorted(steps)
        shown = unpack_frame(frames[-1])
        assert shown.arrays["chains"].shape == unpack_frame(frames[0]).arrays["chains"].shape
        page.send({"type": "unwatch", "run": run})
        page.send({"type": "ping"})
        page.until(lambda m: m["type"] == "pong")
        page.send({"type": "ping"})
        before = len(page.messages)
        page.until(lambda m: m["type"] == "pong")
        assert {m["type"] for m in page.messages[before:]} <= {"pong", "runs"}
        other.send({"type": "ping"})
        other.until(lambda m: m["type"] == "pong")
        assert {m["type"] for m in other.messages} <= {"welcome", "runs", "pong"}


def test_who_joins_between_two_landscapes_sees_data_chains_and_landscape_at_once(
    lab: Laboratory,
) -> None:
    large = {"kind": "mlp", "hidden": [128, 128]}
    run = lab.create(endless(energy=large))  # its landscapes are dear, so most frames have none
    with lab.page() as early:
        early.watch(run, rate=30)
        for _ in range(3):
            light = early.until(lambda m: m["type"] == "frame" and "landscape" not in m)
            assert "data" not in light["arrays"]
            with lab.page() as late:
                late.watch(run)
                first = late.until(lambda m: m["type"] == "frame")
            assert {"data", "chains", "data_energies"} <= first["arrays"].keys()
            assert "landscape" in first
            assert first["step"] >= light["step"]
    lab.ask("POST", f"/runs/{run}/stop")


def test_a_page_that_maps_by_itself_gets_frames_without_landscapes(lab: Laboratory) -> None:
    run = lab.create(endless())
    with lab.page() as page, lab.page() as other:
        page.watch(run, landscapes=False)
        for _ in range(20):
            page.until(lambda m: m["type"] == "frame")
        kept = keyframes(lab, run)
        assert sum(map(is_whole, page.messages)) <= kept
        other.watch(run)  # now they are made, for both
        page.messages.clear()
        while sum(map(is_whole, page.messages)) <= keyframes(lab, run) - kept:
            page.until(is_whole)
    lab.ask("POST", f"/runs/{run}/stop")


def keyframes(lab: Laboratory, run: str) -> int:
    """How many a run has."""
    return len(lab.ask("GET", f"/runs/{run}/keyframes"))


def is_whole(message: Message) -> bool:
    """Whether a message is a frame with a landscape."""
    return message["type"] == "frame" and "landscape" in message


def test_who_joins_a_run_at_rest_gets_its_newest_frame(lab: Laboratory, going: str) -> None:
    run = going
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(3)
    step = lab.ask("POST", f"/runs/{run}/pause")["step"]
    with lab.page() as page:
        page.watch(run)
        frame = page.until(lambda m: m["type"] == "frame")
    assert frame["step"] == step
    assert "landscape" in frame


def is_frame(step: int, message: Message) -> bool:
    """Whether a message is the frame of an update."""
    return bool(message["type"] == "frame" and message["step"] == step)


def test_a_page_that_does_not_read_slows_nobody_and_misses_no_number(
    lab: Laboratory, going: str
) -> None:
    run = going
    with lab.page(receive_buffer=4096) as slow, lab.page() as quick:
        slow.watch(run, rate=30)
        quick.watch(run, rate=30)
        quick.step_beyond(0)
        step = lab.ask("POST", f"/runs/{run}/pause")["step"]
        for number in range(step + 1, step + 31):
            lab.ask("POST", f"/runs/{run}/step")
            quick.until(partial(is_frame, number))
        slow.until(partial(is_frame, number))
        last = max(slow.numbers[-1], quick.numbers[-1])  # a row may come behind the last frame
        for page in (slow, quick):
            while page.numbers[-1] < last:
                page.next()
    assert slow.numbers == quick.numbers == list(range(1, last + 1))
    shown = [m["step"] for m in slow.messages if m["type"] == "frame" and m["step"] > step]
    assert len(shown) < 30
    assert shown == sorted(shown)


def test_messages_that_cannot_be_read_are_answered_with_what_is_wrong(lab: Laboratory) -> None:
    with lab.page() as page:
        page.socket.send(b"\xc1")
        assert "MessagePack" in page.until(lambda m: m["type"] == "error")["message"]
        page.send({"type": "watch", "run": "nobody", "after": -1})
        assert "after" in page.until(lambda m: m["type"] == "error")["message"]
        page.send({"type": "watch", "run": "nobody"})
        error = page.until(lambda m: m["type"] == "error")
        assert error["run"] == "nobody"
        assert "no run" in error["message"]
