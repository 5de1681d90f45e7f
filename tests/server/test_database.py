"""Databases by URL: what can be none is refused in a line; a write is made once, or given back."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ebm_server.cli import cli
from ebm_server.refusals import Refused
from ebm_server.runs import writer
from ebm_server.runs.migrations import migrate
from ebm_server.runs.store import RUNS, Store, Words, delete_run, insert
from ebm_server.runs.troubles import LOST, UNWRITTEN
from ebm_server.settings import Settings
from typer.testing import CliRunner

from tests.server.laboratory import ROOT, Laboratory

ROW: dict[str, Any] = {
    "name": "one", "state": "queued", "config": {}, "initial": {}, "pending": [], "created": "",
    "step": 0, "seconds": 0.0, "metrics": {}, "seq": 0, "attempt": 0, "received": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "this is no address of a database"),
        ("mysql://host/name", "databases of mysql are not known"),
        ("postgresql+psycopg2://host/name", "databases of postgresql+psycopg2 are not known"),
        ("sqlite://", "a database in memory would be lost"),
        ("sqlite:////not/there/ebm.sqlite", "cannot be opened"),
        ("postgresql://127.0.0.1:1/name?connect_timeout=2", "see that it runs"),
        ("postgresql://user:secret@[::1]:1/name", "cannot be opened"),
    ],
)
def test_what_is_no_database_is_refused_in_a_line(tmp_path: Path, url: str, said: str) -> None:
    options = ["--data-dir", str(tmp_path), "--database", url]
    for command in (["serve", "--no-browser", "--port", "0"], ["runs"]):
        result = CliRunner().invoke(cli, [*command, *options])
        assert result.exit_code == 2, result.output
        assert said in result.output
        assert "secret" not in result.output
        assert len(result.output.splitlines()) == 1


def test_a_missing_driver_is_told_with_the_extra_that_brings_it(tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ImportError('no pq wrapper available')\n")
    command = [sys.executable, "-m", "ebm_server.cli", "serve", "--no-browser", "--port", "0"]
    done = subprocess.run(
        [*command, "--data-dir", str(tmp_path), "--database", "postgresql://host/name"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "pip install 'ebm-lab[postgres]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_file_elsewhere_has_one_server_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    with Laboratory(tmp_path / "first", {"EBM_SPARE": "0", "EBM_DATABASE_URL": url}) as lab:
        lab.line("Application startup complete")
        options = ["--data-dir", str(tmp_path / "second"), "--database", url]
        result = CliRunner().invoke(cli, ["serve", "--no-browser", "--port", "0", *options])
    assert result.exit_code == 2
    assert "another server uses the database" in result.output


@pytest.fixture
def store(tmp_path: Path) -> Store:
    settings = Settings(data_dir=tmp_path)
    store = Store(settings.database_url)
    migrate(store.engine, settings)
    return store


def test_a_write_whose_answer_was_lost_is_made_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    commit, made = store.engine.dialect.do_commit, []

    def cut_off(connection: Any) -> None:
        commit(connection)
        made.append(connection)
        if len(made) == 1:
            error = sqlite3.OperationalError("the line is cut")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

    def count_up(connection: sa.Connection) -> int:
        connection.execute(RUNS.update().values(step=RUNS.c.step + 1))
        return 7

    async def write() -> None:
        await store.open()
        await store.writer.done(insert(RUNS, [{**ROW, "id": "a"}]))
        monkeypatch.setattr(store.engine.dialect, "do_commit", cut_off)
        assert await store.writer.done(count_up) == 7
        await store.close()

    asyncio.run(write())
    assert len(made) >= 2
    assert store.runs()[0]["step"] == 1


def test_a_write_that_is_refused_is_not_made_later(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    commit, full = store.engine.dialect.do_commit, True

    def refuse(connection: Any) -> None:
        if full:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error
        commit(connection)

    async def write() -> None:
        nonlocal full
        await store.open()
        monkeypatch.setattr(store.engine.dialect, "do_commit", refuse)
        with pytest.raises(Refused, match=r"refuses to write the database.*nothing was changed"):
            await store.writer.done(insert(RUNS, [{**ROW, "id": "a"}]), undo=delete_run("a"))
        assert store.troubles == [UNWRITTEN]
        full = False
        await store.writer.done(insert(RUNS, [{**ROW, "id": "b"}]))
        assert store.troubles == []
        await store.close()

    asyncio.run(write())
    assert [run["id"] for run in store.runs()] == ["b"]


def test_a_write_that_is_wrong_spoils_no_other_and_is_told(store: Store) -> None:
    row = {**ROW, "id": "a"}

    async def write() -> None:
        await store.open()
        store.writer.submit(writer.Write(insert(RUNS, [row])))
        store.writer.submit(writer.Write(insert(RUNS, [{**row, "step": 2**70}])))
        store.writer.submit(writer.Write(insert(RUNS, [{**row, "id": "b"}])))
        with pytest.raises(sa.exc.IntegrityError):
            await store.writer.done(insert(RUNS, [row]))
        await store.writer.settled()
        assert store.troubles == [LOST]
        await store.close()

    asyncio.run(write())
    assert [run["id"] for run in store.runs()] == ["a", "b"]


def test_what_no_database_can_write_gets_a_sign_in_its_place() -> None:
    said = Words().process_bind_param("nul \0, half \ud83d, whole \U0001f600\n", None)
    assert said == "nul \ufffd, half \ufffd, whole \U0001f600\n"
