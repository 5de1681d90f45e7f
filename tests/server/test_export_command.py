"""`ebm export`: what it writes of a run, that scripts make the same weights, how bad input ends."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ebm_core import Training, load
from tests.server.test_commands import MOONS, SMALL, ebm, refused

CHANGED = ["--set", "optimization.learning_rate=0.001"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of `ebm train` that was gone on with, with another learning rate."""
    out = tmp_path_factory.mktemp("run") / "moons"
    assert ebm("train", *MOONS, *SMALL, "--updates", "30", "--out", out)[0] == 0
    assert ebm("train", "--resume", out, "--updates", "50", *CHANGED)[0] == 0
    return out


def same_weights(one: Path, other: Path) -> bool:
    """Those that are trained, bit for bit."""
    before, after = (Training.resume(path).energy.state_dict() for path in (one, other))
    return all(after[name].equal(tensor) for name, tensor in before.items())


def executed(script: Path, out: Path) -> str:
    """What a script prints that is run as people run it."""
    done = subprocess.run(
        [sys.executable, script, out], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_script_makes_the_same_weights_bit_for_bit(folder: Path, tmp_path: Path) -> None:
    """Of a run whose learning rate and length were changed on the way."""
    script = tmp_path / "again.py"
    code, told = ebm("export", folder, "--script", script)
    assert code == 0, told
    said = executed(script, tmp_path / "out")
    assert "the weights are the same" in said
    assert same_weights(folder, tmp_path / "out")
    assert Training.resume(tmp_path / "out").step == 50


@pytest.mark.parametrize("rows", [200, 900])
def test_the_script_of_own_points_has_them_or_reads_them_from_beside(
    rows: int, tmp_path: Path
) -> None:
    """In units that are far from the model's."""
    points = tmp_path / "points.csv"
    table = np.random.default_rng(0).normal([1000, -3], [400, 0.01], (rows, 2))
    np.savetxt(points, table, delimiter=",", header="x,y", comments="")
    run = tmp_path / "run"
    trained = ["--points", points, "--method", "denoising", *SMALL, "--updates", "15"]
    assert ebm("train", *trained, "--out", run)[0] == 0
    script = tmp_path / "home" / "again.py"
    code, told = ebm("export", run, "--script", script)
    assert code == 0, told
    beside = list((tmp_path / "home" / "points").glob("*.npy"))
    assert len(beside) == (0 if rows == 200 else 1)
    assert all(f"points/{path.name}" in script.read_text() for path in beside)
    (run / "points").rename(tmp_path / "gone")
    assert "the weights are the same" in executed(script, tmp_path / "out")
    (tmp_path / "gone").rename(run / "points")
    assert same_weights(run, tmp_path / "out")


def test_tables_are_in_the_units_of_the_data(folder: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.out" for name in ("csv", "samples", "grid")}
    options = [word for name, path in files.items() for word in (f"--{name}", path)]
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, told = ebm("export", folder, *options)
    assert code == 0, told
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    head, *rows = files["csv"].read_text().splitlines()
    assert head.startswith("seq,step,seconds,")
    assert rows[-1].split(",")[1] == "50"
    lines = files["samples"].read_text().splitlines()
    assert lines[0] == "points,x,y"
    assert {line.split(",")[0] for line in lines[1:]} >= {"data", "chains"}
    with np.load(files["grid"]) as grid:
        energy, x, y = grid["energy"], grid["x"], grid["y"]
        assert grid["step"] == 50
    column, row = 17, 101
    at = load(folder)(np.array([[x[column], y[row]]]))
    assert energy[row, column] == pytest.approx(float(at[0]), abs=1e-4)


def test_the_film_has_as_many_pictures_as_were_asked_for(folder: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.gif"
    code, told = ebm("export", folder, "--gif", film, "--moments", 9, "--width", 128)
    assert code == 0, told
    with Image.open(film) as found:
        assert found.n_frames == 9  # type: ignore[attr-defined]
        assert found.size == (128, 128 + 26)
        lasting = []
        for i in range(9):
            found.seek(i)
            lasting.append(found.info["duration"])
    assert set(lasting[:-1]) == {80}


def test_a_film_shows_the_layers_and_the_map_that_are_named(folder: Path, tmp_path: Path) -> None:
    """Without layers nothing but the ground stands above the caption; a map is a picture."""
    film = tmp_path / "film.gif"
    two = ["--gif", film, "--moments", 2, "--width", 96]

    def colors(*options: object) -> int:
        code, told = ebm("export", folder, *two, *options)
        assert code == 0, told
        with Image.open(film) as found:
            return len(found.convert("RGB").crop((0, 0, 96, 96)).getcolors(96 * 96) or ())

    assert colors("--layer", "generator") == 1  # denoising has none
    assert colors("--layer", "data") > 1
    assert colors("--layer", "energy", "--show", "truth") > 9
    assert "--layer is 'map'; choose among energy" in refused(
        "export", folder, "--layer", "map", *two
    )


def test_a_comparison_is_one_film_of_all_its_runs(folder: Path, tmp_path: Path) -> None:
    film, page = tmp_path / "film.gif", tmp_path / "both.html"
    options = ["--gif", film, "--html", page, "--moments", 4, "--width", 96]
    code, told = ebm("export", folder, folder, *options)
    assert code == 0, told
    with Image.open(film) as found:
        assert found.size == (2 * 96 + 8, 96 + 26)
        assert found.n_frames == 4  # type: ignore[attr-defined]
    assert page.read_text().count("<script") == 2


def test_bad_input_is_told_before_anything_is_computed(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    assert "--html" in refused("export", folder)
    assert "no folder" in refused("export", "nothere", "--html", file, "--data-dir", tmp_path)
    assert "no checkpoint" in refused("export", tmp_path, "--html", file)
    assert "is a folder" in refused("export", folder, "--html", tmp_path)
    assert "one by one" in refused("export", folder, folder, "--csv", file)
    assert "lies between updates 60 and 70" in refused(
        "export", folder, "--gif", file, "--moments", 2, "--first", 60, "--last", 70
    )
    other = tmp_path / "other"
    rings = ["--dataset", "rings", "--method", "denoising", *SMALL, "--updates", "2"]
    assert ebm("train", *rings, "--out", other)[0] == 0
    assert "learn other data (moons and rings)" in refused("export", folder, other, "--gif", file)
    assert "5 runs are named" in refused("export", *[folder] * 5, "--html", file)
    large = ["--width", 1024, "--moments", 90]
    said = refused("export", folder, "--gif", file, *large)
    assert "MB" in said
    assert "fewer pictures (now" in said
    assert not file.exists()


def test_a_run_that_comes_to_other_weights_is_not_shown_as_it(folder: Path, tmp_path: Path) -> None:
    """As on another machine: its checkpoint says otherwise."""
    other = Training.resume(folder)
    other.energy.state_dict()["head.bias"].add_(1)
    for shown in other.shown.average.network.parameters():
        shown.data.add_(1)
    other.save(tmp_path)
    assert "other weights" in refused("export", tmp_path, "--html", tmp_path / "a.html")
