"""The token and the session that is given for it, and whom the data folder is open to."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from ebm_server.private import keep_private
from ebm_server.web.attempts import FREE, LONGEST_WAIT, MOST_ADDRESSES, Attempts
from ebm_server.web.sessions import SESSION_SECONDS, Sessions
from typer.testing import CliRunner

from tests.server.laboratory import Laboratory, dump
from tests.server.test_security import status

TOKEN = "a-token-of-this-test"
ORIGIN = "https://course.example"
QUIET = {"EBM_SPARE": "0"}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A server whose token is given, and which may be embedded."""
    folder = tmp_path_factory.mktemp("closed")
    options = ["--allow-embed", ORIGIN]
    with Laboratory(folder, QUIET | {"EBM_TOKEN": TOKEN}, options=options) as laboratory:
        yield laboratory


@pytest.fixture
def stranger(closed: Laboratory) -> Iterator[httpx.Client]:
    """Somebody without the token."""
    with httpx.Client(base_url=closed.http.base_url, timeout=60) as client:
        yield client


def test_without_the_token_nothing_is_answered(closed: Laboratory, stranger: httpx.Client) -> None:
    for path in ("/", "/api/v1/runs", "/api/v1/docs", "/?token=", f"/api/v1/runs?token={TOKEN}"):
        answer = stranger.get(path)
        assert answer.status_code == 401
        assert "?token=" in answer.json()["detail"]
    form = stranger.get("/", headers={"Accept": "text/html"})
    assert form.status_code == 401
    assert 'name="token"' in form.text
    assert status(closed, "/api/v1/stream", {"Authorization": ""}) == 401
    assert stranger.get("/api/v1/health").json()["status"] == "ok"


def test_the_token_becomes_a_session_that_opens_everything(
    closed: Laboratory, stranger: httpx.Client
) -> None:
    answer = stranger.get(f"/?token={TOKEN}")
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert TOKEN not in answer.text + cookie
    assert "; HttpOnly" in cookie
    assert "; SameSite=Strict" in cookie
    assert "Secure" not in cookie  # it would not come back over http
    name, session = cookie.split(";")[0].split("=")
    assert name == f"ebm_session_{closed.port}"
    stranger.cookies.clear()
    shown = {"Authorization": "", "Cookie": f"other=1; {name}={session}"}
    assert stranger.get("/api/v1/runs", headers=shown).status_code == 200
    assert status(closed, "/api/v1/stream", shown) == 101
    until, rest = session.split(".", 1)
    for wrong in (f"{session}0", f"{int(until) + 1}.{rest}", TOKEN, until, ""):
        refused = {"Cookie": f"{name}={wrong}"}
        assert stranger.get("/api/v1/runs", headers=refused).status_code == 401
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert stranger.get("/api/v1/runs", headers=bearer).status_code == 200


def test_a_session_within_another_page_is_apart_and_secure(
    closed: Laboratory, stranger: httpx.Client
) -> None:
    framed = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site", "Referer": f"{ORIGIN}/"}
    answer = stranger.get(f"/?token={TOKEN}", headers=framed)
    cookie = answer.headers["set-cookie"]
    assert "; SameSite=None; Partitioned; Secure" in cookie
    rules = answer.headers["content-security-policy"]
    assert f"frame-ancestors 'self' {ORIGIN}" in rules
    others = framed | {"Referer": "https://elsewhere.example/"}
    refused = stranger.get(f"/?token={TOKEN}", headers=others)
    assert refused.status_code == 403
    assert "--allow-embed https://elsewhere.example" in refused.text


def test_wrong_tokens_are_slowed_down(tmp_path: Path) -> None:
    short = QUIET | {"EBM_TOKEN": "guess me"}
    with Laboratory(tmp_path, short) as lab, httpx.Client(base_url=lab.http.base_url) as guessing:
        seen = [guessing.get(f"/?token={n}").status_code for n in range(FREE + 1)]
        assert seen == [401] * FREE + [429]
        late = guessing.get("/?token=guess me")
        assert late.status_code == 429  # even the right one: else guessing went on
        assert int(late.headers["retry-after"]) >= 1
        assert guessing.get("/").status_code == 401  # who shows none is only asked


def test_nobody_locks_out_who_has_a_token_that_cannot_be_guessed(tmp_path: Path) -> None:
    with Laboratory(tmp_path, QUIET) as lab, httpx.Client(base_url=lab.http.base_url) as other:
        wrong = [other.get(f"/?token={n}").status_code for n in range(2 * FREE)]
        assert wrong[-1] == 429
        right = {"Authorization": f"Bearer {lab.token}"}
        assert other.get("/api/v1/runs", headers=right).status_code == 200
        assert other.get("/?token=0").status_code == 429  # and wrong ones wait as before


def test_waits_grow_to_an_end_and_are_forgotten_in_bounded_memory() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    waits = []
    for _ in range(FREE + 10):
        attempts.failed("10.0.0.1")
        waits.append(attempts.wait("10.0.0.1"))
    assert waits[: FREE + 2] == [0] * (FREE - 1) + [1, 2, 4]
    assert max(waits) == LONGEST_WAIT
    assert attempts.wait("10.0.0.2") == 0
    for host in range(FREE):
        attempts.failed(f"2001:db8::{host}")  # one person's network
    assert attempts.wait("2001:db8::ffff") == 1
    assert attempts.wait("2001:db8:0:1::1") == 0
    attempts.succeeded("2001:db8::1")
    assert attempts.wait("2001:db8::2") == 0
    for number in range(3 * MOST_ADDRESSES):
        attempts.failed(f"host {number}")
    assert len(attempts._wrong) == MOST_ADDRESSES
    now[0] += LONGEST_WAIT
    attempts.failed("10.0.0.1")
    assert attempts.wait("10.0.0.1") == 0


def test_sessions_end_with_time_and_with_another_token(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = Sessions(b"key", "first")
    session = sessions.new()
    assert sessions.holds(session)
    assert Sessions(b"key", "first").holds(session)
    assert not Sessions(b"key", "second").holds(session)
    assert not Sessions(b"other", "first").holds(session)
    monkeypatch.setattr("time.time", lambda: float(session.split(".")[0]))
    assert not sessions.holds(session)
    assert SESSION_SECONDS == 30 * 24 * 3600


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_token_is_asked_for_by_default_and_stays_the_same(tmp_path: Path, host: str) -> None:
    lab = Laboratory(tmp_path, QUIET, host=host)
    with lab:
        first = lab.token
        assert first is not None
        assert len(first) >= 32
        assert lab.http.get("/api/v1/runs").status_code == 200
        assert httpx.get(f"{lab.http.base_url}/api/v1/runs").status_code == 401
        assert dump(tmp_path / "server.json")["url"] == f"http://127.0.0.1:{lab.port}"
        lab.stop()
        assert lab.start().token == first


def test_no_token_is_for_this_machine_alone(tmp_path: Path) -> None:
    with Laboratory(tmp_path / "open", QUIET, options=["--no-token"]) as lab:
        assert lab.token is None
        assert lab.http.get("/api/v1/runs").status_code == 200
        assert status(lab, "/api/v1/stream", {}) == 101
    told = serve("--no-token", "--host", "0.0.0.0", "--data-dir", str(tmp_path / "wide"))
    assert "everybody in who reaches 0.0.0.0" in told
    told = serve("--no-token", "--data-dir", str(tmp_path / "both"), EBM_TOKEN="x")
    assert "contradict" in told


def serve(*options: str, **environment: str) -> str:
    """What `ebm serve` says where it does not begin."""
    from ebm_server.cli import cli

    before = os.umask(0o022)
    try:
        answer = CliRunner().invoke(cli, ["serve", "--port", "0", *options], env=environment)
    finally:
        os.umask(before)
    assert answer.exit_code == 2
    return answer.output


@pytest.mark.parametrize(
    ("option", "value"),
    [("--root-path", "lab"), ("--root-path", "/a b"), ("--allow-embed", "course.example"),
     ("--allow-origin", "*")],
)  # fmt: skip
def test_what_is_no_path_or_origin_is_refused(option: str, value: str, tmp_path: Path) -> None:
    assert repr(value) in serve(option, value, "--data-dir", str(tmp_path))


def test_the_data_folder_is_its_owners_alone_also_what_was_there(tmp_path: Path) -> None:
    old = tmp_path / "runs" / "old" / "worker.log"
    old.parent.mkdir(parents=True)
    old.write_text("")
    own = tmp_path / "notes.txt"
    own.write_text("no file of a server's")
    for path in (tmp_path, tmp_path / "runs", old.parent):
        path.chmod(0o755)
    for path in (old, own):
        path.chmod(0o644)
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.write_text("")
    outside.chmod(0o644)
    (old.parent / "link").symlink_to(outside)
    with Laboratory(tmp_path) as lab:
        run = lab.create({"dataset": {"kind": "moons"}, "method": {"kind": "exact"}, "updates": 20})
        with lab.page() as page:
            page.watch(run)
            page.state("finished")
        assert (tmp_path / "runs" / run / "checkpoint.safetensors").is_file()
    for path in (tmp_path, *tmp_path.rglob("*")):
        if path not in (own, old.parent / "link"):
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert own.stat().st_mode & 0o777 == 0o644
    assert outside.stat().st_mode & 0o777 == 0o644


def test_what_vanishes_meanwhile_does_not_hinder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").mkdir()
    gone = tmp_path / "runs" / "gone"
    monkeypatch.setattr(Path, "iterdir", lambda _folder: [gone])
    keep_private(tmp_path)
    assert not gone.exists()
