"""Backups: made while a server runs, put back elsewhere, and never trusted."""

import io
import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ebm_server.cli import cli
from typer.testing import CliRunner

from tests.server.laboratory import SMALL, Laboratory, endless

QUIET = {"EBM_SPARE": "0"}
POINTS = "x,y\n" + "".join(f"{i % 7}.5,{i % 5}.25\n" for i in range(60))


def ebm(*words: object, code: int = 0) -> str:
    """What a command says."""
    answer = CliRunner().invoke(cli, list(map(str, words)))
    assert answer.exit_code == code, answer.output
    return answer.output


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A backup that was made while one run went on and another had ended."""
    folder = tmp_path_factory.mktemp("backup")
    with Laboratory(folder / "data", QUIET | {"EBM_MAX_RUNNING": "2"}) as lab:
        kept = lab.http.post("/api/v1/points?name=own.csv", content=POINTS).json()
        own = {"kind": "points", "values": {name: kept[name] for name in ("digest", "rows")}}
        ended = lab.create({**SMALL, "dataset": own, "updates": 60})
        going = lab.create(endless(seed=3))
        with lab.page() as page:
            page.watch(ended)
            page.state("finished")
            page.watch(going)
            page.until(lambda m: m["type"] == "metrics" and m["run"] == going)
            ebm("backup", folder / "all.tar.gz", "--data-dir", folder / "data")
        found = {"folder": folder, "ended": ended, "going": going}
        found["rows"] = lab.ask("GET", f"/runs/{ended}/metrics")
        found["config"] = lab.ask("GET", f"/runs/{ended}")["config"]
    return found


def test_a_backup_of_a_server_at_work_goes_on_elsewhere(
    made: dict[str, Any], tmp_path: Path
) -> None:
    told = ebm("restore", made["folder"] / "all.tar.gz", "--data-dir", tmp_path)
    assert "2 runs" in told
    with Laboratory(tmp_path, QUIET) as lab, lab.page() as page:
        states = {run["id"]: run["state"] for run in lab.ask("GET", "/runs")}
        assert states == {made["ended"]: "finished", made["going"]: "stopped"}
        assert lab.ask("GET", f"/runs/{made['ended']}/metrics") == made["rows"]
        assert lab.ask("GET", f"/runs/{made['ended']}")["config"] == made["config"]
        assert lab.http.get(f"/api/v1/runs/{made['ended']}/download").status_code == 200
        assert len(lab.ask("GET", f"/runs/{made['ended']}/keyframes")) > 1
        reason = lab.ask("GET", f"/runs/{made['going']}")["reason"]
        assert "when the backup was made" in reason
        step = lab.ask("POST", f"/runs/{made['going']}/resume")["step"]
        page.watch(made["going"])
        page.step_beyond(step)
    others = {path.name for path in tmp_path.iterdir()}
    assert not [name for name in others if name.startswith(".")]


def test_a_backup_holds_no_secret(made: dict[str, Any]) -> None:
    with tarfile.open(made["folder"] / "all.tar.gz") as archive:
        names = archive.getnames()
    assert (made["folder"] / "all.tar.gz").stat().st_mode & 0o077 == 0
    assert not [name for name in names if name.endswith((".key", ".token", ".lock"))]
    assert f"runs/{made['ended']}/checkpoint.safetensors" in names


def test_what_is_there_is_not_overwritten_without_force(
    made: dict[str, Any], tmp_path: Path
) -> None:
    data, whole = made["folder"] / "data", made["folder"] / "all.tar.gz"
    told = ebm("backup", whole, "--data-dir", data, code=2)
    assert "--force" in told
    one = tmp_path / "one.tar"
    assert "1 runs" in ebm("backup", one, "--run", made["ended"], "--data-dir", data)
    assert "lists them" in ebm(
        "backup", tmp_path / "no.tar", "--run", "nobody", "--data-dir", data, code=2
    )
    assert not (tmp_path / "no.tar").exists()
    home = tmp_path / "home"
    ebm("restore", one, "--data-dir", home)
    assert runs(home) == {made["ended"]}
    assert "--add" in ebm("restore", whole, "--data-dir", home, code=2)
    assert made["ended"] in ebm("restore", whole, "--add", "--data-dir", home, code=2)
    assert runs(home) == {made["ended"]}
    ebm("restore", whole, "--add", "--force", "--data-dir", home)
    assert runs(home) == {made["ended"], made["going"]}
    assert rows(home, made["ended"]) == len(made["rows"])
    ebm("restore", one, "--force", "--data-dir", home)
    assert runs(home) == {made["ended"]}
    assert not (home / "runs" / made["going"]).exists()


def test_runs_move_to_a_server_that_has_others(made: dict[str, Any], tmp_path: Path) -> None:
    one, home = tmp_path / "one.tar", tmp_path / "home"
    ebm("backup", one, "--run", made["ended"], "--data-dir", made["folder"] / "data")
    with Laboratory(home, QUIET) as lab:
        with lab.page() as page:
            own = lab.create({**SMALL, "updates": 5})
            page.watch(own)
            page.state("finished")
        assert "another server" in ebm("restore", one, "--add", "--data-dir", home, code=2)
        lab.stop()
        ebm("restore", one, "--add", "--data-dir", home)
        lab.start()
        assert {run["id"] for run in lab.ask("GET", "/runs")} == {own, made["ended"]}
        again = lab.ask("POST", f"/runs/{made['ended']}/repeat", status=201)
        assert again["config"]["dataset"] == made["config"]["dataset"]


def test_runs_are_kept_and_put_back_in_a_file_elsewhere(
    made: dict[str, Any], tmp_path: Path
) -> None:
    """An SQLite file that a URL names, and not the one of the data folder."""
    other = tmp_path / "other.sqlite"
    named = ("--database", f"sqlite:///{other}", "--data-dir", tmp_path / "home")
    ebm("restore", made["folder"] / "all.tar.gz", *named)
    assert not (tmp_path / "home" / "ebm.sqlite").exists()
    assert "2 runs" in ebm("backup", tmp_path / "again.tar", *named)
    assert "holds 2 runs" in ebm("restore", tmp_path / "again.tar", *named, code=2)
    ebm("restore", tmp_path / "again.tar", "--data-dir", tmp_path / "moved")
    assert runs(tmp_path / "moved") == {made["ended"], made["going"]}


def test_an_older_backup_takes_the_place_of_a_later_version_s_runs(
    made: dict[str, Any], tmp_path: Path
) -> None:
    ebm("restore", made["folder"] / "all.tar.gz", "--data-dir", tmp_path)
    with closing(sqlite3.connect(tmp_path / "ebm.sqlite")) as database, database:
        database.execute("UPDATE schema_version SET version = 99")
    ebm("restore", made["folder"] / "all.tar.gz", "--force", "--data-dir", tmp_path)
    with closing(sqlite3.connect(tmp_path / "ebm.sqlite")) as database:
        assert database.execute("SELECT version FROM schema_version").fetchone()[0] < 99


def runs(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "ebm.sqlite")) as database:
        return {row[0] for row in database.execute("SELECT id FROM runs")}


def rows(home: Path, run: str) -> int:
    with closing(sqlite3.connect(home / "ebm.sqlite")) as database:
        query = "SELECT count(*) FROM metrics WHERE run = ?"
        return int(database.execute(query, (run,)).fetchone()[0])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../outside", tarfile.REGTYPE),
        ("runs/../../outside", tarfile.REGTYPE),
        ("/tmp/outside", tarfile.REGTYPE),
        ("runs/a/../../../outside", tarfile.REGTYPE),
        ("runs/.hidden/file", tarfile.REGTYPE),
        ("page.token", tarfile.REGTYPE),
        ("runs/a/link", tarfile.SYMTYPE),
        ("runs/a/link", tarfile.LNKTYPE),
        ("runs/a/device", tarfile.CHRTYPE),
    ],
)
def test_an_archive_that_leads_elsewhere_is_refused_whole(
    made: dict[str, Any], name: str, kind: bytes, tmp_path: Path
) -> None:
    file, home = tmp_path / "bad.tar", tmp_path / "in" / "home"
    with tarfile.open(made["folder"] / "all.tar.gz") as good, tarfile.open(file, "w") as bad:
        for member in good.getmembers():
            bad.addfile(member, good.extractfile(member))
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        bad.addfile(info, io.BytesIO())
    assert repr(name) in ebm("restore", file, "--data-dir", home, code=2)
    assert {path.name for path in home.iterdir()} <= {"server.lock"}
    assert {path.name for path in tmp_path.iterdir()} == {"bad.tar", "in"}


def test_what_is_no_archive_or_a_damaged_one_is_refused(
    made: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "x.tar"
    file.write_text("no archive")
    assert "nothing was restored" in ebm("restore", file, "--data-dir", tmp_path / "a", code=2)
    whole = (made["folder"] / "all.tar.gz").read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert "nothing was restored" in ebm("restore", file, "--data-dir", tmp_path / "a", code=2)
    with tarfile.open(file, "w") as archive:
        text = json.dumps({"format": 2, "version": "9", "created": "", "runs": []}).encode()
        for name, data in (("manifest.json", text), ("ebm.sqlite", b"")):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    assert "format 2" in ebm("restore", file, "--data-dir", tmp_path / "a", code=2)
    assert not (tmp_path / "a" / "ebm.sqlite").exists()
