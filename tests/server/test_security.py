"""Who is refused: strange hosts, strange origins, and who may not fill a frame."""

import socket

import msgpack
import pytest
from ebm_server.web.sessions import WorkerTokens
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.server.laboratory import Laboratory

SOCKETS = ("/api/v1/stream", "/api/v1/worker")


def status(lab: Laboratory, path: str, headers: dict[str, str]) -> int:
    """The HTTP status of a websocket's handshake; 101 where it opens."""
    address = f"ws://127.0.0.1:{lab.port}{path}"
    host = headers.get("Host")
    given = lab.shown | headers
    given = {name: value for name, value in given.items() if name not in ("Host", "Origin")}
    try:
        if host:
            answer = lab.http.get(
                path,
                headers={
                    "Host": host,
                    "Connection": "Upgrade",
                    "Upgrade": "websocket",
                    "Sec-WebSocket-Version": "13",
                    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
                },
            )
            return answer.status_code
        with connect(address, origin=headers.get("Origin"), additional_headers=given, proxy=None):  # type: ignore[arg-type]
            return 101
    except InvalidStatus as error:
        return error.response.status_code


@pytest.mark.parametrize("path", ["/", "/api/v1/runs", "/api/v1/health"])
def test_other_names_do_not_lead_here(lab: Laboratory, path: str) -> None:
    for host in ("evil.example", f"127.0.0.1.evil.example:{lab.port}", "1.2.evil", "", "[::1"):
        assert lab.http.get(path, headers={"Host": host}).status_code == 400, host
    for host in ("localhost", f"localhost:{lab.port}", "127.0.0.1", "[::1]:80", "LOCALHOST"):
        assert lab.http.get(path, headers={"Host": host}).status_code in (200, 503), host


@pytest.mark.parametrize("path", SOCKETS)
def test_websockets_refuse_other_names_and_origins(lab: Laboratory, path: str) -> None:
    assert status(lab, path, {"Host": "evil.example"}) == 400
    for origin in (
        "http://evil.example",
        "null",
        f"http://localhost:{lab.port}",
        "http://127.0.0.1",
    ):
        assert status(lab, path, {"Origin": origin}) == 403, origin
    own = status(lab, path, {"Origin": f"http://127.0.0.1:{lab.port}"})
    assert own == (403 if path.endswith("worker") else 101)


def test_other_origins_may_not_ask_for_anything(lab: Laboratory) -> None:
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{lab.port + 1}"):
        answer = lab.http.post("/api/v1/runs", json={}, headers={"Origin": origin})
        assert answer.status_code == 403
        assert origin in answer.json()["detail"]
    own = {"Origin": f"http://127.0.0.1:{lab.port}"}
    assert lab.http.post("/api/v1/runs", json={}, headers=own).status_code == 422


def test_refusals_name_the_flag_that_would_allow_it(lab: Laboratory) -> None:
    answer = lab.http.get("/", headers={"Host": "lab.example:80"})
    assert "--allow-host lab.example " in answer.json()["detail"]
    answer = lab.http.get("/", headers={"Origin": "https://hub.example"})
    assert "--allow-origin https://hub.example " in answer.json()["detail"]
    framed = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
    answer = lab.http.get("/", headers=framed | {"Referer": "https://course.example/lesson/"})
    assert answer.status_code == 403
    assert "--allow-embed https://course.example<" in answer.text
    rules = answer.headers["content-security-policy"]
    assert rules == "default-src 'none'; frame-ancestors *"  # so that the word is seen in the frame


def test_a_host_that_says_more_than_a_name_reaches_no_header(lab: Laboratory) -> None:
    usual = lab.http.get("/").headers["content-security-policy"]
    own = f"ws://127.0.0.1:{lab.port} wss://127.0.0.1:{lab.port} "
    assert own in usual
    for more in ("; script-src *", ":1; script-src *", " x", ":999999", ",evil", "/", ":", "@evil"):
        answer = lab.http.get("/", headers={"Host": f"localhost{more}"})
        assert answer.status_code == 400, more
        assert answer.headers["content-security-policy"] == usual.replace(own, "")


def test_only_a_worker_has_the_workers_socket_and_speaks_for_itself_alone(lab: Laboratory) -> None:
    assert status(lab, "/api/v1/worker", {}) == 403
    key = (lab.data_dir / "worker.key").read_bytes()
    token = WorkerTokens(key).of("mine")
    for guess in ("guess", "mine", "mine.", f"{token}0", f"yours.{token[5:]}", key.decode()):
        assert status(lab, "/api/v1/worker", {"Authorization": f"Bearer {guess}"}) == 403
    shown = {"Authorization": f"Bearer {token}"}
    assert lab.http.get("/api/v1/runs", headers=shown).status_code == 401
    with connect(
        f"ws://127.0.0.1:{lab.port}/api/v1/worker", additional_headers=shown, proxy=None
    ) as own:
        hello = {"type": "hello", "version": 1, "worker": "yours", "pid": 1}
        own.send(msgpack.packb(hello))
        with pytest.raises(ConnectionClosed, match="another worker's"):
            own.recv(60)


def test_every_answer_carries_the_security_headers(lab: Laboratory) -> None:
    for path, host in (
        ("/", None),
        ("/api/v1/runs", None),
        ("/nothing", None),
        ("/", "evil.example"),
    ):
        headers = lab.http.get(path, headers={"Host": host} if host else {}).headers
        rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
        assert rules["default-src"] == "'self'"
        assert rules["script-src"] == "'self'"
        assert "evil" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_bodies_that_are_too_large_or_endless_are_refused_unread(lab: Laboratory) -> None:
    for header, expected in (
        ("Content-Length: 1000000000", 413),
        ("Transfer-Encoding: chunked", 411),
    ):
        with socket.create_connection(("127.0.0.1", lab.port), timeout=60) as connection:
            shown = f"Authorization: Bearer {lab.token}\r\n{header}"
            head = f"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\n{shown}\r\n\r\n"
            connection.sendall(head.encode())
            assert connection.recv(100).startswith(f"HTTP/1.1 {expected}".encode())
