"""What only a database server can do: go away, be asked for by two, or be of another version."""

import asyncio
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from ebm_server.refusals import Refused
from ebm_server.runs.database import engine_for
from ebm_server.runs.migrations import VERSION, migrate, version_of
from ebm_server.runs.store import META, Store
from ebm_server.runs.troubles import AWAY
from ebm_server.settings import Settings

from tests.server.laboratory import PATIENCE, ROOT, Laboratory, alive, endless
from tests.server.postgres import Postgres
from tests.server.test_migrations import CHANGED, FIRST, OWN_POINTS, STOPPED


class Asking(threading.Thread):
    """A request that is waited for elsewhere."""

    def __init__(self, lab: Laboratory) -> None:
        super().__init__(daemon=True)
        self.lab = lab
        self.answer: httpx.Response | None = None
        self.start()

    def run(self) -> None:
        address = f"http://127.0.0.1:{self.lab.port}/api/v1/runs"
        headers, asked = self.lab.shown, endless(name="asked")
        self.answer = httpx.post(address, json=asked, headers=headers, timeout=PATIENCE)

    def status(self) -> int:
        self.join(PATIENCE)
        assert self.answer is not None
        return self.answer.status_code


def test_four_runs_train_on_while_postgresql_is_killed_and_nothing_is_lost(
    tmp_path: Path, postgres: Postgres
) -> None:
    with Laboratory(tmp_path, {"EBM_MAX_RUNNING": "4", "EBM_SPARE": "0"}) as lab:
        runs = [lab.create(endless()) for _ in range(4)]
        before = {}
        with lab.page() as page:
            for run in runs:
                page.watch(run)
                before[run] = page.step_beyond(5, run)
        assert not (tmp_path / "ebm.sqlite").exists()
        workers = [lab.worker_pid(run) for run in runs]
        postgres.kill()
        answer = lab.http.get(f"/api/v1/runs/{runs[0]}/metrics")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert answer.json()["detail"] == AWAY.text
        end = time.monotonic() + PATIENCE
        while lab.ask("GET", "/health")["troubles"] != [AWAY.text]:  # a write finds it
            assert time.monotonic() < end
        waits = Asking(lab)
        postgres.start()
        assert waits.status() == 201
        names = [run["name"] for run in lab.ask("GET", "/runs")]
        assert names.count("asked") == 1
        for run in runs:
            with lab.page() as page:
                page.watch(run)
                page.step_beyond(page.step_beyond(before[run]))
            assert lab.ask("POST", f"/runs/{run}/stop")["state"] == "stopped"
            numbers = [
                row["seq"]
                for kind in ("metrics", "events")
                for row in lab.ask("GET", f"/runs/{run}/{kind}")
            ]
            assert sorted(numbers) == list(range(1, len(numbers) + 1))
            states = [e["value"] for e in lab.ask("GET", f"/runs/{run}/events") if not e["path"]]
            assert states == ["running", "stopped"]
        assert lab.ask("GET", "/health")["status"] == "ok"
        assert len(set(workers)) == 4


def test_a_database_has_one_server_and_the_second_touches_nothing(
    lab: Laboratory, tmp_path: Path
) -> None:
    run = lab.create(endless())
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(5)
        pid = lab.worker_pid(run)
        command = [sys.executable, "-m", "ebm_server.cli", "serve", "--port", "0", "--no-browser"]
        where = ["--data-dir", str(tmp_path), "--database", lab.environment["EBM_DATABASE_URL"]]
        second = subprocess.run(
            [*command, *where], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert second.returncode == 2
        assert "another server (ebm-lab " in second.stderr
        assert str(lab.process and lab.process.pid) in second.stderr
        assert len(second.stderr.splitlines()) == 1
        page.step_beyond(page.step_beyond(0))
    assert alive(pid)
    assert lab.ask("POST", f"/runs/{run}/stop")["state"] == "stopped"


def test_a_database_of_an_earlier_version_is_brought_along(tmp_path: Path, database: str) -> None:
    with tarfile.open(FIRST) as archive:
        archive.extractall(tmp_path, filter="data")
    old = engine_for(f"sqlite:///{tmp_path / 'ebm.sqlite'}")
    engine = engine_for(database)
    newer = {"parent", "parent_step", "pinned", "tags", "sweep"}
    known = set(sa.inspect(old).get_table_names())
    tables = [table for table in META.sorted_tables if table.name in known]
    META.create_all(engine, tables=tables)
    with engine.begin() as new, old.connect() as first:
        for table in tables:
            for column in table.c:
                change = f"ALTER TABLE {table.name} ALTER COLUMN {column.name} TYPE INTEGER"
                if isinstance(column.type, sa.BigInteger):
                    new.execute(sa.text(change))
            columns = [column for column in table.c if column.name not in newer]
            rows = [dict(row) for row in first.execute(sa.select(*columns)).mappings()]
            new.execute(table.insert(), rows)
        for name in newer:
            new.execute(sa.text(f"ALTER TABLE runs DROP COLUMN {name}"))
    old.dispose()
    assert version_of(engine) == 1
    migrate(engine, Settings(data_dir=tmp_path))
    assert version_of(engine) == VERSION
    kinds = {c["name"]: c["type"] for c in sa.inspect(engine).get_columns("metrics")}
    assert isinstance(kinds["step"], sa.BigInteger)
    store = Store(database)
    runs = {row["id"]: row for row in store.runs()}
    assert all(row["parent"] is None for row in runs.values())
    assert set(runs) == {CHANGED, OWN_POINTS, STOPPED}
    referred = [row["config"]["dataset"].get("values", {}) for row in runs.values()]
    assert any("digest" in values for values in referred)
    store.engine.dispose()
    engine.dispose()


def test_a_database_that_hangs_counts_as_one_that_is_gone(
    tmp_path: Path, postgres: Postgres, database: str
) -> None:
    async def hang() -> None:
        store = Store(database)
        migrate(store.engine, Settings(data_dir=tmp_path))
        await store.open()
        postgres.pause()
        try:
            written = asyncio.create_task(store.writer.settled())
            while store.troubles != [AWAY]:
                await asyncio.sleep(0.1)
            with pytest.raises(Refused, match="does not answer"):
                store.keyframes("none")
        finally:
            postgres.go_on()
        await written
        assert store.troubles == []
        assert store.runs() == []
        await store.close()

    asyncio.run(hang())
