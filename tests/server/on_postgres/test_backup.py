"""Backups out of PostgreSQL and into it, in the same file as SQLite's."""

from pathlib import Path
from typing import Any

import pytest

from tests.server.laboratory import SMALL, Laboratory, endless
from tests.server.postgres import Postgres
from tests.server.test_backup import QUIET, ebm


def shown(lab: Laboratory, run: str) -> dict[str, Any]:
    """What a server tells of a run, but for what its state was at the backup."""
    keys = ("config", "seed", "step", "seconds", "name", "tags", "pinned", "created")
    info = lab.ask("GET", f"/runs/{run}")
    parts = {part: lab.ask("GET", f"/runs/{run}/{part}") for part in ("metrics", "keyframes")}
    return {key: info[key] for key in keys if key in info} | parts


def test_runs_move_between_postgresql_and_sqlite(
    tmp_path: Path, database: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, file = tmp_path / "home", tmp_path / "all.tar.gz"
    with Laboratory(home, QUIET | {"EBM_MAX_RUNNING": "2"}) as lab, lab.page() as page:
        ended, going = lab.create({**SMALL, "updates": 60}), lab.create(endless(seed=3))
        page.watch(ended)
        page.state("finished")
        lab.ask("PATCH", f"/runs/{ended}", {"tags": ["kept", "naïve ✓"], "pinned": True})
        page.watch(going)
        page.until(lambda m: m["type"] == "metrics" and m["run"] == going)
        before = shown(lab, ended)
        ebm("backup", file, "--data-dir", home, "--database", database)
        ebm("backup", tmp_path / "one.tar", "--run", ended, "--data-dir", home)
        told = ebm("restore", file, "--data-dir", home, "--force", code=2)
        assert "another server" in told
    assert "there is no run 'nobody'" in ebm(
        "backup", tmp_path / "none.tar", "--run", "nobody", "--data-dir", home, code=2
    )

    there = postgres.database()
    ebm("restore", file, "--data-dir", tmp_path / "there", "--database", there)
    monkeypatch.delenv("EBM_DATABASE_URL")
    ebm("restore", file, "--data-dir", tmp_path / "sqlite")
    for folder, options in (("there", ["--database", there]), ("sqlite", [])):
        with Laboratory(tmp_path / folder, QUIET, options=options) as lab, lab.page() as page:
            assert shown(lab, ended) == before
            assert lab.ask("GET", f"/runs/{going}")["state"] == "stopped"
            step = lab.ask("POST", f"/runs/{going}/resume")["step"]
            page.watch(going)
            page.step_beyond(step)


def test_a_restore_overwrites_nothing_in_postgresql_without_force(
    tmp_path: Path, database: str
) -> None:
    home = tmp_path / "home"
    with Laboratory(home, QUIET) as lab, lab.page() as page:
        runs = [lab.create({**SMALL, "updates": 5, "seed": seed}) for seed in range(2)]
        for run in runs:
            page.watch(run)
            page.state("finished")
        rows = lab.ask("GET", f"/runs/{runs[0]}/metrics")
    one = tmp_path / "one.tar"
    ebm("backup", one, "--run", runs[0], "--data-dir", home)
    assert "holds 2 runs" in ebm("restore", one, "--data-dir", home, code=2)
    assert f"has {runs[0]} already" in ebm("restore", one, "--add", "--data-dir", home, code=2)
    ebm("restore", one, "--add", "--force", "--data-dir", home)
    with Laboratory(home, QUIET) as lab:
        assert {run["id"] for run in lab.ask("GET", "/runs")} == set(runs)
        assert lab.ask("GET", f"/runs/{runs[0]}/metrics") == rows
    ebm("restore", one, "--force", "--data-dir", home)
    assert not (home / "runs" / runs[1]).exists()
    with Laboratory(home, QUIET) as lab:
        assert [run["id"] for run in lab.ask("GET", "/runs")] == [runs[0]]
        assert lab.ask("GET", f"/runs/{runs[0]}/metrics") == rows


def test_a_database_that_does_not_answer_is_told(tmp_path: Path, postgres: Postgres) -> None:
    away = postgres.address("absent")
    told = ebm("backup", tmp_path / "a.tar", "--database", away, "--data-dir", tmp_path, code=2)
    assert "absent" in told
    assert not list(tmp_path.iterdir())
