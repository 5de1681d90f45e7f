"""Exports of runs that a server has, also while one goes on, and by the command line."""

import base64
import csv
import gzip
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import httpx
import msgpack
import numpy as np
import pytest
from ebm_server.exports.material import recorded
from ebm_server.exports.offline import Replay, html
from ebm_server.refusals import Refused

from tests.server.laboratory import SMALL, Laboratory
from tests.server.test_commands import MOONS, ebm, refused


@pytest.fixture(scope="module")
def ended(lab: Laboratory) -> str:
    """A run that has ended, with a change on the way."""
    run = lab.create({**SMALL, "updates": 10_000})
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(5)
        lab.ask("PATCH", f"/runs/{run}", {"changes": {"optimization.learning_rate": 0.001}})
        page.until(lambda message: message["type"] == "event")
        lab.ask("POST", f"/runs/{run}/stop")
        page.state("stopped")
    return run


def asked(lab: Laboratory, run: str, kind: str, **options: Any) -> httpx.Response:
    return lab.http.get(f"/api/v1/runs/{run}/export/{kind}", params=options)


def carried(page: str) -> dict[str, Any]:
    """The runs in an HTML file."""
    data = re.search(r'id="runs">([^<]*)</script>', page)
    assert data
    found: dict[str, Any] = msgpack.unpackb(gzip.decompress(base64.b64decode(data[1])))
    return found


def test_a_run_that_goes_on_is_exported_as_far_as_it_is(lab: Laboratory, going: str) -> None:
    answer = asked(lab, going, "html", moments=4)
    assert answer.status_code == 200, answer.text
    (run,) = carried(answer.text)["runs"]
    assert run["run"]["state"] == "stopped"  # in the file it goes on no more
    assert 2 <= len(run["frames"]) <= 4
    assert run["energies"][-1]["step"] <= run["frames"][-1]["step"]
    assert lab.ask("GET", f"/runs/{going}")["state"] == "running"


def test_an_html_file_has_the_changes_and_no_more_than_was_asked_for(
    lab: Laboratory, ended: str
) -> None:
    (run,) = carried(asked(lab, ended, "html", cells=32).text)["runs"]
    assert [change["path"] for change in run["changes"]] == ["optimization.learning_rate"]
    assert all(frame["landscape"]["shape"] == [32, 32] for frame in run["frames"])
    last = run["frames"][-1]["step"]
    (part,) = carried(asked(lab, ended, "html", last=last - 1).text)["runs"]
    assert part["frames"][-1]["step"] < last
    assert max(row["step"] for row in part["metrics"]) < last


def test_repeats_are_those_of_a_run_but_for_the_seed(lab: Laboratory) -> None:
    runs = [lab.create({**SMALL, "updates": 20, "seed": seed}) for seed in (1, 2)]
    other = lab.create({**SMALL, "updates": 21, "seed": 3})
    with lab.page() as page:
        for run in (*runs, other):
            page.watch(run)
            page.state("finished")
    answer = asked(lab, runs[0], "html", repeats=runs[1:])
    assert answer.status_code == 200, answer.text
    (found,) = carried(answer.text)["runs"]
    (repeat,) = found["repeats"]
    assert (repeat["run"]["id"], repeat["run"]["config"]["seed"]) == (runs[1], 2)
    assert repeat["metrics"][-1]["step"] == 20
    answer = asked(lab, runs[0], "html", repeats=[other])
    assert answer.status_code == 422
    assert f"run {other} repeats none of {runs[0]}" in answer.json()["detail"]


def test_tables_are_of_the_moment_that_is_named(lab: Laboratory, ended: str) -> None:
    step = lab.ask("GET", f"/runs/{ended}/keyframes")[1]["step"]
    with np.load(io.BytesIO(asked(lab, ended, "grid", step=step).content)) as grid:
        assert grid["step"] == step
    rows = list(csv.reader(asked(lab, ended, "samples", step=step).text.splitlines()))
    assert rows[0] == ["points", "x", "y"]
    answer = asked(lab, ended, "grid", step=10**9)
    assert answer.status_code == 404
    assert "the nearest is" in answer.json()["detail"]


def test_the_script_is_of_the_run_as_it_was_made_with_its_changes(
    lab: Laboratory, ended: str
) -> None:
    answer = asked(lab, ended, "script")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        text = archive.read(f"run-{ended}/run.py").decode()
    assert f"UPDATES = {lab.ask('GET', f'/runs/{ended}')['step']}" in text
    assert "'optimization.learning_rate', 'value': 0.001" in text
    assert "WEIGHTS = None" not in text


def test_the_command_line_exports_a_run_of_the_server_beside_it(
    lab: Laboratory, ended: str, tmp_path: Path
) -> None:
    by_id, by_folder = tmp_path / "id.csv", tmp_path / "folder.csv"
    assert ebm("export", ended, "--csv", by_id, "--data-dir", lab.data_dir)[0] == 0
    assert ebm("export", lab.data_dir / "runs" / ended, "--csv", by_folder)[0] == 0
    assert by_id.read_text() == by_folder.read_text()
    assert by_id.read_text() == lab.http.get(f"/api/v1/runs/{ended}/metrics?format=csv").text
    assert "no run of this id" in refused(
        "export", "nothere", "--csv", by_id, "--data-dir", lab.data_dir
    )


def test_a_run_without_moments_says_so(tmp_path: Path) -> None:
    assert ebm("train", *MOONS, "--updates", "2", "--out", tmp_path / "run")[0] == 0
    with pytest.raises(Refused, match="has kept no moment"):
        html([recorded(tmp_path / "run")], Replay())
