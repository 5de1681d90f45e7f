"""Who is refused: strange hosts, strange origins, and who does not have the token."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.server.laboratory import Laboratory, dump

TOKEN = "a-token-of-this-test"
SOCKETS = ("/api/v1/stream", "/api/v1/worker")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A server that asks for a token."""
    environment = {"EBM_TOKEN": TOKEN, "EBM_SPARE": "0"}
    with Laboratory(tmp_path_factory.mktemp("closed"), environment) as laboratory:
        yield laboratory


def status(lab: Laboratory, path: str, headers: dict[str, str]) -> int:
    """The HTTP status of a websocket's handshake; 101 where it opens."""
    address = f"ws://127.0.0.1:{lab.port}{path}"
    host = headers.get("Host")
    given = {name: value for name, value in headers.items() if name not in ("Host", "Origin")}
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
    for host in ("evil.example", f"127.0.0.1.evil.example:{lab.port}", "10.1.2.3", "", "[::1"):
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


def test_only_workers_have_the_workers_socket(lab: Laboratory) -> None:
    assert status(lab, "/api/v1/worker", {}) == 403
    assert status(lab, "/api/v1/worker", {"Authorization": "Bearer guess"}) == 403
    token = (lab.data_dir / "worker.token").read_text()
    assert status(lab, "/api/v1/worker", {"Authorization": f"Bearer {token}"}) == 101
    assert (lab.data_dir / "worker.token").stat().st_mode & 0o077 == 0


def test_without_the_token_nothing_is_answered(closed: Laboratory) -> None:
    for path in ("/", "/api/v1/runs", "/api/v1/docs", "/?token=guess", "/?token="):
        answer = closed.http.get(path)
        assert answer.status_code == 401
        assert "?token=" in answer.json()["detail"]
    assert status(closed, "/api/v1/stream", {}) == 401
    assert closed.http.get("/api/v1/health").json()["status"] == "ok"


def test_the_token_becomes_a_strict_cookie_that_opens_everything(closed: Laboratory) -> None:
    answer = closed.http.get(f"/?token={TOKEN}")
    assert answer.status_code == 200
    assert TOKEN not in answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    closed.http.cookies.clear()
    shown = {"Cookie": f"other=1; ebm_token={TOKEN}"}
    assert closed.http.get("/api/v1/runs", headers=shown).status_code == 200
    assert status(closed, "/api/v1/stream", shown) == 101
    wrong = {"Cookie": f"ebm_token={TOKEN}x"}
    assert closed.http.get("/api/v1/runs", headers=wrong).status_code == 401
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert closed.http.get("/api/v1/runs", headers=bearer).status_code == 200


def test_a_token_is_made_where_others_can_reach_the_server(tmp_path: Path) -> None:
    lab = Laboratory(tmp_path, {"EBM_SPARE": "0"}, host="0.0.0.0")
    with lab:
        (printed,) = [line for line in lab.log if "EBM Lab is at" in line]
        token = printed.strip().partition("?token=")[2]
        assert len(token) >= 24
        assert lab.http.get("/api/v1/runs").status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        assert lab.http.get("/api/v1/runs", headers=headers).status_code == 200
        assert dump(tmp_path / "server.json")["url"] == f"http://127.0.0.1:{lab.port}"


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
            head = f"POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n"
            connection.sendall(head.encode())
            assert connection.recv(100).startswith(f"HTTP/1.1 {expected}".encode())
