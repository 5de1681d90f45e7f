"""A user's own pictures: read by a process apart, kept once, referred to by digest."""

import asyncio
import io
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ebm_server import decoding
from ebm_server.refusals import Invalid
from PIL import Image

from ebm_core.datasets.images import figures
from tests.server.laboratory import Laboratory

PYTHON = sys.executable
PICTURES, LABELS = figures(60, 24)


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def archive(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return made.getvalue()


def png(picture: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def upload(lab: Laboratory, data: bytes, status: int = 200, **params: Any) -> dict[str, Any]:
    answer = lab.http.post("/api/v1/pictures", params={"name": "x.zip", **params}, content=data)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def test_an_archive_is_read_and_kept_and_trained_on(lab: Laboratory) -> None:
    files = {f"{'abc'[k]}/{i:02}.png": png(PICTURES[i, 0]) for i, k in enumerate(LABELS)}
    read = upload(lab, archive(files), name="shapes.zip", edge=12)
    assert (read["rows"], read["shape"]) == (60, [1, 12, 12])
    assert read["class_names"] == ["a", "b", "c"]
    assert "3 sub-folders are the classes" in read["messages"]
    assert np.shape(read["preview"]) == (16, 1, 12, 12)
    kept = lab.ask("GET", f"/pictures/{read['digest']}")
    same = ("digest", "rows", "shape", "name", "class_names", "preview")
    assert [kept[name] for name in same] == [read[name] for name in same]
    pictures = {"digest": read["digest"], "rows": read["rows"]}
    dataset = {"kind": "images", "pictures": pictures, "labels": read["classes"]}
    run = lab.create({"dataset": dataset, "method": {"kind": "jem"}, "updates": 1})
    assert lab.ask("GET", f"/runs/{run}")["name"] == "jem on shapes.zip, 60 pictures"
    with lab.page() as page:
        page.watch(run)
        page.state("finished")
    lab.ask("DELETE", f"/runs/{run}", status=204)
    lab.ask("GET", f"/pictures/{read['digest']}", status=404)
    assert not list((lab.data_dir / "points").glob(".reading-*"))


def test_what_are_no_pictures_is_refused_by_name(lab: Laboratory) -> None:
    for data, said in (
        (b"none", "no folder, zip archive or NPY file"),
        (archive({"a.png": png(PICTURES[0, 0])}), "holds 1 pictures; at least 2"),
        (archive({"../a.png": b"", "b.png": b""}), "leads outside"),
        (archive({"a.png": b"no", "b.png": b"no"}), "a.png is no picture"),
        (npy(np.zeros((3, 2))), "(3, 2)"),
        (npy(np.zeros((3, 9, 9), np.uint8)), "all 3 pictures are the same"),
    ):
        (problem,) = upload(lab, data, 422)["detail"]
        assert problem["path"] == "file"
        assert said in problem["message"]
    points = lab.http.post("/api/v1/points", params={"name": "a.csv"}, content=b"1,2\n3,4\n").json()
    lab.ask("GET", f"/pictures/{points['digest']}", status=404)
    pictures = upload(lab, npy(PICTURES), name="../../x.npy")
    lab.ask("GET", f"/points/{pictures['digest']}", status=404)
    assert not list((lab.data_dir / "points").glob(".reading-*"))


def test_a_file_that_takes_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "SECONDS", 0.2)
    with pytest.raises(Invalid, match=r"x\.npy takes more than 6 GB of memory or 0\.2 s"):
        asyncio.run(decoding.read_pictures(npy(PICTURES), "x.npy", None, tmp_path))


def test_what_breaks_down_on_a_file_is_told_and_a_full_disk_is_no_fault_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i, (body, error, said) in enumerate(
        (
            ("os.kill(os.getpid(), signal.SIGSEGV)", Invalid, "broke down on it (exit -11)"),
            ("os.kill(os.getpid(), signal.SIGKILL)", Invalid, "takes more than 6 GB"),
            ("print('words of a plug-in'); 1 / 0", Invalid, "broke down on it (exit 1)"),
            ("os.write(os.open('/dev/full', os.O_WRONLY), b'x')", OSError, "No space left"),
        )
    ):
        program = tmp_path / "python"
        program.write_text(
            f"#!{PYTHON}\nimport os, signal, sys\nsys.argv = sys.argv[2:]\n"
            "from ebm_server import decoding\n"
            f"def read(*given):\n    {body}\n"
            "decoding.read = read\ndecoding.main()\n"
        )
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))
        folder = tmp_path / str(i)
        folder.mkdir()
        with pytest.raises(error, match=re.escape(said)):
            asyncio.run(decoding.read_pictures(npy(PICTURES), "x.npy", None, folder))


def test_a_set_that_is_neither_here_nor_to_be_fetched_is_told_in_a_sentence(
    tmp_path: Path,
) -> None:
    nowhere = {"EBM_DATASETS": str(tmp_path / "none"), "http_proxy": "http://127.0.0.1:9"}
    with Laboratory(tmp_path / "lab", {**nowhere, "https_proxy": "http://127.0.0.1:9"}) as lab:
        run = lab.create({"dataset": {"kind": "mnist"}, "method": {"kind": "denoising"}})
        with lab.page() as page:
            page.watch(run)
            page.state("failed")
        reason = lab.ask("GET", f"/runs/{run}")["reason"]
    assert reason.startswith("MNIST is not on this machine, and https://")
    assert f"into {tmp_path / 'none' / 'mnist'}" in reason
