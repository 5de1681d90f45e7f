"""Data folders of other versions: older ones are brought along, newer ones refused."""

import sqlite3
import tarfile
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
import torch
from ebm_server.cli import cli
from ebm_server.protocol.packing import unpack_frame
from ebm_server.runs import migrations
from ebm_server.runs.database import engine_for
from ebm_server.runs.migrations import SCHEMA_VERSION, VERSION, migrate, version_of
from ebm_server.settings import Settings
from typer.testing import CliRunner

from ebm_core import load
from tests.server.laboratory import Laboratory

FIRST = Path(__file__).parent / "data" / "version-1.tar.gz"
"""A folder of the first version: three runs, some of their keyframes and snapshots."""
CHANGED, OWN_POINTS, STOPPED = "77b94ae85c", "2b69a98100", "e650f4fb02"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder of the first version."""
    with tarfile.open(FIRST) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


def configs(folder: Path, name: str = "ebm.sqlite") -> list[str]:
    """What the runs' configs are in the database."""
    with sqlite3.connect(folder / name) as connection:
        rows = connection.execute("SELECT config, initial FROM runs ORDER BY id").fetchall()
    connection.close()
    return [config for row in rows for config in row]


def test_a_folder_of_the_first_version_opens_with_all_that_it_holds(folder: Path) -> None:
    with Laboratory(folder) as lab:
        listed = {run["id"]: run for run in lab.ask("GET", "/runs")}
        assert {id: (run["state"], run["step"]) for id, run in listed.items()} == {
            CHANGED: ("finished", 400),
            OWN_POINTS: ("finished", 300),
            STOPPED: ("stopped", 325),
        }
        held = {
            run: [len(lab.ask("GET", f"/runs/{run}/{of}")) for of in ("metrics", "events")]
            for run in listed
        }
        assert held == {CHANGED: [19, 5], OWN_POINTS: [14, 2], STOPPED: [14, 2]}
        moments = {
            run: [one["step"] for one in lab.ask("GET", f"/runs/{run}/keyframes")] for run in listed
        }
        assert moments == {CHANGED: [53, 400], OWN_POINTS: [300], STOPPED: [27, 325]}
        for run, steps in moments.items():
            assert [one["step"] for one in lab.ask("GET", f"/runs/{run}/snapshots")] == steps
            for step in steps:
                answer = lab.http.get(f"/api/v1/runs/{run}/keyframes/{step}")
                frame = unpack_frame(msgpack.unpackb(answer.content))
                assert frame.landscape is not None
                assert np.isfinite(frame.landscape.values).all()
        assert resumed(lab) > 325
        body: dict[str, Any] = {"sampler": {"kind": "mala"}, "chains": 4, "steps": 20}
        for run, step in ((CHANGED, 53), (OWN_POINTS, 300), (STOPPED, None)):
            answer = lab.http.post(
                "/api/v1/samplings", json={**body, "energy": {"run": run, "step": step}}
            )
            assert answer.status_code == 200, answer.text
        values = lab.ask("GET", f"/runs/{OWN_POINTS}")["config"]["dataset"]["values"]
    for run, steps in moments.items():
        for step in (None, *steps):
            energies = load(folder / "runs" / run, step)(torch.zeros(3, 2))
            assert energies.isfinite().all()
    (points,) = (folder / "points").iterdir()
    assert values == {"digest": f"sha256:{points.stem}", "rows": len(np.load(points))}
    assert (folder / "runs" / OWN_POINTS / "points" / points.name).samefile(points)
    assert max(map(len, configs(folder))) < 1500


def resumed(lab: Laboratory) -> int:
    """Lets the stopped run go on, and stops it; its step then."""
    with lab.page() as page:
        page.watch(STOPPED)
        lab.ask("POST", f"/runs/{STOPPED}/resume")
        page.step_beyond(325)
    return int(lab.ask("POST", f"/runs/{STOPPED}/stop")["step"])


def test_rows_are_rewritten_whole_or_not_at_all_and_copied_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=folder)
    before = configs(folder)
    engine = engine_for(settings.database_url)

    def broken(*given: Any) -> None:
        migrations.refer_to_points(*given)
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setitem(migrations.STEPS, 1, broken)
        with pytest.raises(OSError, match="full"):
            migrate(engine, settings)
    assert (version_of(engine), configs(folder)) == (1, before)
    for _ in range(2):
        migrate(engine, settings)
        assert version_of(engine) == VERSION
    assert configs(folder) != before
    engine.dispose()
    assert configs(folder, "ebm.sqlite.version-1") == before


def test_a_newer_folder_is_refused_in_a_sentence(folder: Path) -> None:
    engine = engine_for(Settings(data_dir=folder).database_url)
    migrate(engine, Settings(data_dir=folder))
    with engine.begin() as connection:
        connection.execute(SCHEMA_VERSION.update().values(version=VERSION + 1))
    engine.dispose()
    for command in (["serve", "--no-browser", "--port", "0"], ["runs"]):
        result = CliRunner().invoke(cli, [*command, "--data-dir", str(folder)])
        assert result.exit_code == 2
        assert f"has version {VERSION + 1} and this EBM Lab knows versions up to" in result.output
        assert "install the newer EBM Lab" in result.output
        assert len(result.output.splitlines()) == 1


def test_runs_of_an_older_folder_are_listed_as_they_are(folder: Path) -> None:
    before = configs(folder)
    result = CliRunner().invoke(cli, ["runs", "--data-dir", str(folder)])
    assert result.exit_code == 0
    assert all(run in result.output for run in (CHANGED, OWN_POINTS, STOPPED))
    assert configs(folder) == before
