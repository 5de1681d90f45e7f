"""Nothing that one client does knocks the server over: each limit, on a real server."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import msgpack
import pytest
from ebm_server.limits import Limits
from websockets.exceptions import ConnectionClosedError

from tests.server.laboratory import PATIENCE, ROOT, Laboratory, endless

QUICK = {
    "EBM_SPARE": "0",
    "EBM_HEADER_SECONDS": "2",
    "EBM_READING_SECONDS": "2",
    "EBM_MAILBOX_BYTES": str(2**20),
    "EBM_CONNECTIONS_PER_ADDRESS": "300",
}
MEGABYTES = 10
HOSTILE = b"\xdd" + (MEGABYTES * 2**20).to_bytes(4, "big") + b"\x90" * (MEGABYTES * 2**20)
"""An array of ten million empty arrays."""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A server that is quick to lose patience."""
    with Laboratory(tmp_path_factory.mktemp("guarded"), QUICK) as laboratory:
        yield laboratory


def memory(lab: Laboratory) -> int:
    """The most memory that the server has ever had, in MB."""
    assert lab.process
    status = Path(f"/proc/{lab.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def cpu_seconds(lab: Laboratory) -> float:
    """Processor time that the server has taken."""
    assert lab.process
    fields = Path(f"/proc/{lab.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def bare(lab: Laboratory, sent: bytes = b"") -> socket.socket:
    """A connection to the server that has sent something."""
    connection = socket.create_connection(("127.0.0.1", lab.port), PATIENCE)
    connection.sendall(sent)
    return connection


def read_until(connection: socket.socket, wanted: bytes) -> bytes:
    """What the server says, until it has said something."""
    answer = b""
    while wanted not in answer and (data := connection.recv(65536)):
        answer += data
    return answer


def read_all(connection: socket.socket) -> bytes:
    """What the server says until it closes the connection."""
    answer = b""
    try:
        while data := connection.recv(65536):
            answer += data
    except ConnectionResetError:
        pass
    return answer


def test_a_page_message_is_refused_by_its_size_before_it_is_read(guarded: Laboratory) -> None:
    guarded.ask("GET", "/health")
    before, spent = memory(guarded), cpu_seconds(guarded)
    with guarded.page() as page:
        page.next()
        with pytest.raises(ConnectionClosedError):  # noqa: PT012
            page.socket.send(HOSTILE)
            while True:
                page.next()
    guarded.ask("GET", "/health")
    assert memory(guarded) - before < MEGABYTES
    assert cpu_seconds(guarded) - spent < 1  # decoding it took 3.7
    with guarded.page() as page:
        page.next()
        page.send({"type": "watch", "run": "x" * 65_536})
        with pytest.raises(ConnectionClosedError) as closed:
            page.next()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009  # too big
    with guarded.page() as page:
        page.send({"type": "watch", "run": "x" * 60_000})
        message = page.until(lambda m: m["type"] == "error")["message"]
        assert "at most 64" in message
        assert len(message) < 1000


def test_a_body_is_refused_by_its_length_as_its_route_has_it(guarded: Laboratory) -> None:
    before = memory(guarded)
    for path, mb, said in (("runs", 10, "EBM_JSON_BYTES"), ("points?name=a.csv", 65, "fewer rows")):
        head = f"POST /api/v1/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {mb * 2**20}"
        head += "".join(f"\r\n{name}: {value}" for name, value in guarded.shown.items())
        with bare(guarded, head.encode() + b"\r\n\r\n") as connection:
            answer = read_until(connection, b"}")
        assert answer.startswith(b"HTTP/1.1 413")
        assert said.encode() in answer
    assert memory(guarded) - before < 5
    table = {"kind": "points", "values": [[0.0, 0.0]] * 200_000}
    refusal = guarded.ask("POST", "/runs", {"dataset": table}, 413)["detail"]
    assert "POST /api/v1/points" in refusal


def test_half_open_requests_are_closed_and_others_answered(guarded: Laboratory) -> None:
    beginnings = (b"", b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
    whole = b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with ExitStack() as stack:
        opened = [stack.enter_context(bare(guarded, beginnings[i % 2])) for i in range(200)]
        second = stack.enter_context(bare(guarded, whole))
        assert read_until(second, b"}").startswith(b"HTTP/1.1 200")
        second.sendall(b"GET /api")
        guarded.ask("GET", "/health")
        assert [read_all(connection) for connection in (*opened, second)] == [b""] * 201


def test_one_address_has_so_many_connections(guarded: Laboratory) -> None:
    with ExitStack() as stack:
        begun = time.monotonic()
        opened = [stack.enter_context(bare(guarded)) for _ in range(320)]
        answer = read_all(opened[-1])
    # those that were open by then may have been closed again on a slow machine
    if time.monotonic() - begun < float(QUICK["EBM_HEADER_SECONDS"]):
        assert answer.startswith(b"HTTP/1.1 429")
        assert b"Retry-After" in answer
    end = time.monotonic() + PATIENCE
    while guarded.http.get("/api/v1/health").status_code != 200:  # they are counted until seen gone
        assert time.monotonic() < end


def test_few_descriptors_leave_the_server_able_to_answer(tmp_path: Path) -> None:
    with Laboratory(tmp_path, QUICK, descriptors=256) as lab, ExitStack() as stack:
        with lab.page() as page:
            page.next()
            opened = [stack.enter_context(bare(lab)) for _ in range(300)]
            answer = read_all(opened[-1])
            assert answer.startswith(b"HTTP/1.1 503")
            spent, begun = cpu_seconds(lab), time.monotonic()
            page.send({"type": "ping"})
            page.until(lambda m: m["type"] == "pong")
            # those that ask for nothing are closed, and then there is room again
            assert [read_all(connection) for connection in opened[:150]] == [b""] * 150
            assert cpu_seconds(lab) - spent < 0.5 * (time.monotonic() - begun)
        assert lab.ask("POST", "/runs", endless(), 201)["state"] == "starting"


def test_a_page_watches_so_many_runs(guarded: Laboratory) -> None:
    runs = [guarded.create(endless()) for _ in range(2)]
    with guarded.page() as page:
        for run in runs:
            page.watch(run)
            page.step_beyond(1)
        before = memory(guarded)
        for i in range(1500):
            page.send({"type": "watch", "run": f"{i}" * 12_000})
            page.until(lambda m: m["type"] == "error")

        def ask() -> None:
            for i in range(1500):
                page.watch(runs[i % 2])
            page.send({"type": "ping"})

        with ThreadPoolExecutor(1) as asking:  # while it reads: who does not is dropped
            asked = asking.submit(ask)
            page.until(lambda m: m["type"] == "pong")
            asked.result()
    assert memory(guarded) - before < 30
    for run in runs:
        guarded.ask("POST", f"/runs/{run}/stop")


def test_who_asks_and_does_not_read_is_dropped(guarded: Laboratory) -> None:
    before = memory(guarded)
    with guarded.page(receive_buffer=4096) as page:
        text = msgpack.packb({"type": "watch", "run": "nobody", "after": "x" * 60_000})
        with pytest.raises(ConnectionClosedError):  # noqa: PT012
            while True:
                page.socket.send(text)
    assert memory(guarded) - before < 20
    guarded.line("it has read nothing for 2 s")


def test_every_limit_is_set_by_a_variable_and_told_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in Limits.model_fields:
        assert f"`EBM_{name.upper()}`" in readme, name
    assert Limits.from_environment({"EBM_WATCHES": "7"}).watches == 7
    with pytest.raises(ValueError, match="watches"):
        Limits.from_environment({"EBM_WATCHES": "0"})
