"""A user's own points: read by the server, kept once, referred to by digest."""

import asyncio
import io
import math
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ebm_server.cli import cli
from ebm_server.runs.points import PointFiles
from typer.testing import CliRunner

from ebm_core import load
from ebm_core.contracts.frozen_array import FrozenArray
from ebm_core.datasets.points import Points
from tests.server.laboratory import SMALL, Laboratory

CIRCLE = np.array([(100 + 3 * math.cos(i), 0.5 * math.sin(i)) for i in range(1000)])


def upload(lab: Laboratory, data: bytes, name: str, status: int = 200) -> dict[str, Any]:
    answer = lab.http.post("/api/v1/points", params={"name": name}, content=data)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def npy(table: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, table)
    return file.getvalue()


def csv(table: np.ndarray) -> bytes:
    return b"x,y\n" + "\n".join(f"{x!r},{y!r}" for x, y in table.tolist()).encode()


def test_a_file_is_read_by_the_server_and_kept_once(lab: Laboratory) -> None:
    read = upload(lab, npy(CIRCLE), "circle.npy")
    assert read["rows"] == 1000
    assert read["messages"] == []
    assert 100 <= len(read["preview"]) <= 300
    assert all(point in CIRCLE.tolist() for point in read["preview"])
    low, high = np.array(read["window"]).T
    assert ((low < read["preview"]) & (read["preview"] < high)).all()
    assert (read["columns"], read["chosen"], read["labels"]) == (["x", "y"], ["x", "y"], None)
    assert np.allclose(np.array(read["head"], float), CIRCLE[:8], rtol=1e-14)
    names = "row 1, x, y, is taken for names of the columns"
    same = {**read, "name": "the same circle.csv", "messages": [names]}
    assert upload(lab, csv(CIRCLE), "the same circle.csv") == same
    assert lab.ask("GET", f"/points/{read['digest']}") == {**same, "messages": []}
    lab.ask("GET", f"/points/sha256:{'0' * 64}", status=404)
    lab.ask("GET", "/points/..%2Febm.sqlite", status=404)
    lab.ask("GET", "/points/sha256:12", status=422)
    kept = lab.http.get(f"/api/v1/points/{read['digest']}/file")
    assert np.array_equal(np.load(io.BytesIO(kept.content)), CIRCLE)
    lab.ask("GET", f"/points/sha256:{'0' * 64}/file", status=404)
    (file,) = (lab.data_dir / "points").glob(f"{read['digest'].removeprefix('sha256:')}.npy")
    assert np.array_equal(np.load(file), CIRCLE)


def test_a_file_that_holds_no_points_is_refused_by_name_and_row(lab: Laboratory) -> None:
    for data, name, said in (
        (b"x,y\n1,2\nthree,4\n", "a.csv", "row 3, column 'x': 'three' is not a number"),
        (b"1,2\n1,2\n", "a.csv", "all 2 points are the same"),
        (npy(np.zeros((2, 4))), "a.npy", "shape (2, 4)"),
        (b"", "a.dat", "a.dat is empty"),
    ):
        (problem,) = upload(lab, data, name, 422)["detail"]
        assert problem["path"] == "file"
        assert problem["message"].startswith(name)
        assert said in problem["message"]
    (problem,) = upload(lab, b"x,y\n1,2\n3,four\n", "a.csv", 422)["detail"]
    told = [problem[name] for name in ("row", "column", "value", "allowed")]
    assert told == [3, 2, "four", "a number"]
    assert "name" in upload(lab, b"1,2\n3,4", "x" * 301, 422)["detail"][0]["path"]


def test_columns_and_labels_of_a_file_are_chosen(lab: Laboratory) -> None:
    rows = [f"{'ab'[i % 2]},{x!r},{i},{y!r}" for i, (x, y) in enumerate(CIRCLE.tolist())]
    data = "\n".join(["species,lon,day,lat", *rows]).encode()
    choice = {"name": "seen.csv", "columns": "lon,4", "labels": "species"}
    read = lab.http.post("/api/v1/points", params=choice, content=data).json()
    assert (read["chosen"], read["labels"]) == (["lon", "lat"], "species")
    assert read["columns"] == ["species", "lon", "day", "lat"]
    assert read["class_names"] == ["a", "b"]
    assert read["head"][1] == ["b", *(f"{value:.15g}" for value in (CIRCLE[1, 0], 1, CIRCLE[1, 1]))]
    dataset = {
        "kind": "points",
        "values": {"digest": read["digest"], "rows": read["rows"]},
        "labels": read["classes"],
    }
    run = lab.create({"dataset": dataset, "method": {"kind": "jem"}, "updates": 1})
    assert lab.ask("GET", f"/runs/{run}")["name"] == f"jem on seen.csv, {len(CIRCLE):,} points"
    kept = lab.ask("GET", f"/points/{read['digest']}")
    told = ("name", "chosen", "labels", "class_names")
    assert [kept[name] for name in told] == ["seen.csv", ["lon", "lat"], "species", ["a", "b"]]
    named = lab.http.post(
        "/api/v1/points", params={**choice, "classes": 'owl,"x, y"'}, content=data
    ).json()
    assert named["class_names"] == ["owl", "x, y"]
    assert lab.ask("GET", f"/points/{read['digest']}")["class_names"] == ["owl", "x, y"]
    (problem,) = lab.http.post(
        "/api/v1/points", params={**choice, "classes": "owl"}, content=data
    ).json()["detail"]
    assert (problem["path"], problem["allowed"]) == ("classes", "2 names")
    with lab.page() as page:
        page.watch(run)
        page.state("finished")
    (problem,) = lab.http.post(
        "/api/v1/points", params={**choice, "columns": "lon,far"}, content=data
    ).json()["detail"]
    assert (problem["path"], problem["value"]) == ("file", "far")
    assert "'lat' (numbers)" in problem["allowed"]


def points_run(lab: Laboratory, values: object) -> str:
    run = lab.create({**SMALL, "dataset": {"kind": "points", "values": values}, "updates": 20})
    with lab.page() as page:
        page.watch(run)
        assert page.state("finished", "failed")["state"] == "finished"
    return run


def test_runs_share_the_points_and_the_last_one_takes_them_along(
    lab: Laboratory, tmp_path: Path
) -> None:
    table = CIRCLE + 1
    read = upload(lab, npy(table), "circle.npy")
    reference = {"digest": read["digest"], "rows": read["rows"]}
    file = lab.data_dir / "points" / f"{read['digest'].removeprefix('sha256:')}.npy"
    first, second = points_run(lab, reference), points_run(lab, table.tolist())
    for run in (first, second):
        assert lab.ask("GET", f"/runs/{run}")["config"]["dataset"]["values"] == reference
    files = lab.http.get(f"/api/v1/runs/{first}/download").content
    zipfile.ZipFile(io.BytesIO(files)).extractall(tmp_path / "unzipped")
    dataset = load(tmp_path / "unzipped").config.dataset
    assert isinstance(dataset, Points)
    assert dataset.values == FrozenArray(table)
    lab.ask("GET", f"/runs/{first}/truth", status=404)

    upload(lab, npy(table + 1), "another circle.npy")
    lab.ask("DELETE", f"/runs/{first}", status=204)
    assert file.is_file()
    lab.ask("DELETE", f"/runs/{second}", status=204)
    assert not file.exists()
    assert not file.with_suffix(".json").exists()
    problem = lab.ask(
        "POST", "/runs", {**SMALL, "dataset": {"kind": "points", "values": reference}}, 422
    )["detail"][0]
    assert problem["path"] == "dataset.values"
    assert f"not in {file.parent}" in problem["message"]
    waiting = upload(lab, npy(table + 1), "another circle.npy")
    points_run(lab, {"digest": waiting["digest"], "rows": waiting["rows"]})


def test_a_run_whose_points_are_gone_says_so(lab: Laboratory) -> None:
    table = CIRCLE + 7
    run = points_run(lab, table.tolist())
    directory = lab.data_dir / "runs" / run
    name = FrozenArray(table).digest.removeprefix("sha256:") + ".npy"
    (directory / "points" / name).unlink()
    told = lab.ask("GET", f"/runs/{run}/download", status=409)["detail"]
    assert f"its points {name} are not in {directory / 'points'}; put that file back" in told
    result = CliRunner().invoke(cli, ["eval", str(directory)])
    assert result.exit_code == 2
    assert "dataset.values: the 1,000 rows sha256:" in result.output
    assert f"are not in {directory / 'points'}; bring the file" in result.output
    assert len(result.output.splitlines()) == 1
    (lab.data_dir / "points" / name).unlink()
    assert "are not in" in lab.ask("GET", f"/runs/{run}/truth", status=409)["detail"]


async def read_again(files: PointFiles, digest: str) -> None:
    async with files.reading("points") as apart:
        (apart / files.file(digest).name).write_bytes(b"read")
        (apart / "given").mkdir()
        assert not files.lock.locked()  # others go on meanwhile, however long it takes
        assert files.file(digest).read_bytes() == b""
    assert files.file(digest).read_bytes() == b"read"


def test_what_is_read_and_then_refused_is_not_kept(tmp_path: Path) -> None:
    files = PointFiles(tmp_path)

    async def refused() -> None:
        async with files.reading("pictures") as apart:
            (apart / "a.npy").touch()
            raise ValueError("no pictures")

    with pytest.raises(ValueError, match="no pictures"):
        asyncio.run(refused())
    assert list(tmp_path.iterdir()) == []


def test_points_that_nobody_uses_are_swept_away(tmp_path: Path) -> None:
    files = PointFiles(tmp_path)
    used, stale, young = (f"sha256:{letter * 64}" for letter in "abc")
    for digest in (used, stale, young):
        files.file(digest).touch()
    for digest in (used, stale):
        files.words(digest).write_text("{}")
        for path in (files.file(digest), files.words(digest)):
            os.utime(path, (0, 0))
    (tmp_path / ".reading-by-a-server-that-was-killed" / "given").mkdir(parents=True)
    files.sweep({used})
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{'a' * 64}.npy",
        f"{'a' * 64}.json",
        f"{'c' * 64}.npy",
    }
    asyncio.run(read_again(files, young))
    files.remove({young})
    assert files.file(young).is_file()
    files.link_into(tmp_path / "run", {young})
    files.remove({young})
    assert not files.file(young).exists()
    assert (tmp_path / "run" / "points" / f"{'c' * 64}.npy").is_file()


def test_a_page_chooses_columns_and_classes_and_none(lab: Laboratory) -> None:
    rows = [f"{i},{i % 7},{i * i % 11},{'ab'[i % 2]}" for i in range(60)]
    data = "\n".join(['id,first,"with, comma",kind', *rows]).encode()
    first = upload(lab, data, "birds.csv")
    assert (first["labels"], first["class_names"]) == ("kind", ["a", "b"])
    asked = {"name": "birds.csv", "columns": '"with, comma","first"', "labels": ""}
    answer = lab.http.post("/api/v1/points", params=asked, content=data)
    assert answer.status_code == 200, answer.text
    chosen = answer.json()
    assert chosen["chosen"] == ["with, comma", "first"]
    assert (chosen["labels"], chosen["classes"]) == (None, None)
    assert chosen["preview"][1] == [1, 1]


def test_a_preview_shows_rows_of_every_kind(lab: Laboratory) -> None:
    rows = [f"{i % 2 * 10},{i % 2 * 10 + i / 1000}" for i in range(400)]  # two places in turn
    read = upload(lab, "\n".join(rows).encode(), "turns.csv")
    far = sum(x > 5 for x, _ in read["preview"]) / len(read["preview"])
    assert 0.35 < far < 0.65
