"""`ebm train`, `eval`, `sample` and `list`: what they write, how they end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from ebm_server.cli import cli
from ebm_server.commands._remarks import remarks
from PIL import Image
from typer.testing import CliRunner

from ebm_core import RunConfig, Training
from ebm_core.datasets.images import figures
from tests.server.laboratory import PATIENCE, ROOT

SMALL = ["--set", "energy.hidden=[8]", "--set", "energy.fourier_features=4"]
SHORT = [*SMALL, "--updates", "12"]
MOONS = ["--dataset", "moons", "--method", "denoising"]


def ebm(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(map(str, words)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def refused(*words: object) -> str:
    """What a command says, in one line, that ends before it has done anything."""
    code, text = ebm(*words)
    assert code == 2, text
    assert len(text.strip().splitlines()) == 1, text
    return text


def started(*words: object) -> subprocess.Popen[str]:
    """A command in a process of its own."""
    command = [sys.executable, "-m", "ebm_server.cli", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "server")])}
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(condition: Any) -> None:
    """Waits for something that a process does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def until_saved_twice(folder: Path) -> None:
    """Waits until a run has been saved at its start and on its way."""
    file = folder / "checkpoint.safetensors"
    until(file.is_file)
    first = file.stat().st_mtime_ns
    until(lambda: file.stat().st_mtime_ns > first)


def updates_in(folder: Path) -> int:
    """How far the run has come that is saved in a folder."""
    return Training.resume(folder).step


def test_a_run_is_trained_on_one_thread_saved_judged_and_sampled(tmp_path: Path) -> None:
    torch.set_num_threads(2)
    code, text = ebm("train", *MOONS, "--out", tmp_path, *SHORT, "--json")
    assert torch.get_num_threads() == 1
    result = json.loads(text)
    assert (code, result["updates"], result["reason"]) == (0, 12, None)
    assert json.loads((tmp_path / "config.json").read_text())["energy"]["hidden"] == [8]
    assert "--likelihood is of images" in refused("eval", tmp_path, "--likelihood")
    assert "train by JEM" in refused("eval", tmp_path, "--attack")
    code, text = ebm("eval", tmp_path, "--json")
    assert (code, json.loads(text)["kl"]) == (0, pytest.approx(result["metrics"]["kl"]))
    file = tmp_path / "samples.npy"
    assert ebm("sample", tmp_path, "--count", 7, "--steps", 3, "--out", file)[0] == 0
    assert np.load(file).shape == (7, 2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--dataset", "moon", "--method", "denoising"], "dataset.kind is 'moon'"),
        ([*MOONS, "--updates", "0"], "updates is 0"),
        ([*MOONS, "--set", "seed"], "write PATH=VALUE"),
        ([*MOONS, "--seed", str(2**53)], "<= 9007199254740991"),
        (["--points", "none.csv", "--method", "denoising"], "none.csv"),
        ([*MOONS, "--columns", "x,y"], "--points FILE"),
        ([*MOONS, "--data", "."], "mnist, fashion_mnist, cifar10"),
        (["--dataset", "mnist", "--data", "none", "--method", "persistent"], "nothing at"),
        (["--images", "none", "--method", "jem"], "--images none: No such file"),
        ([*MOONS, "--images", "none"], "--dataset is 'moons'; drop one"),
        ([*MOONS, "--edge", "8"], "--images PATH"),
        (["--images", "a", "--points", "b", "--method", "jem"], "--points and --images each bring"),
        (["--dataset", "images", "--method", "jem"], "give it by --images PATH"),
        (["--dataset", "points", "--method", "jem"], "give it by --points FILE"),
        (["none.toml"], "none.toml"),
        (["--dataset", "moons", "--method", "jem", "--set", "energy.classes=1"], "energy.classes"),
        (
            ["--dataset", "gaussian_ring", "--method", "jem", "--set", "energy.classes=2"],
            "8 classes",
        ),
        (["--dataset", "moons", "--method", "persistent", "--set", "method.chains=512"], "buffer"),
        ([*MOONS, "--set", "energy.kind=convolutional"], "takes images"),
        ([*MOONS, "--set", "device=cuda"], "choose cpu"),
        ([*MOONS, "--resume", "."], "drop --out, --dataset, --method"),
    ],
)
def test_bad_input_ends_with_two_and_says_what(words: list[str], told: str, tmp_path: Path) -> None:
    if "cuda" in words[-1] and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    out = tmp_path / "run"
    assert told in refused("train", *words, "--out", out)
    assert not out.exists()


def test_points_without_labels_are_no_data_for_jem(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("1 2\n3 4\n5 7\n")
    text = refused("train", "--points", file, "--method", "jem", "--out", tmp_path / "run")
    assert "give your data labels" in text


def test_an_out_that_cannot_be_written_is_found_before_training(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    train = ["train", *MOONS, "--updates", "1000000000"]
    assert "is a file" in refused(*train, "--out", file)
    assert "cannot write in" in refused(*train, "--out", file / "run")
    assert "--out is missing" in refused(*train)
    assert file.read_text() == "mine"


def test_a_run_is_replaced_only_by_force(tmp_path: Path) -> None:
    train = ["train", *MOONS, *SMALL, "--out", tmp_path, "--updates"]
    assert ebm(*train, 3)[0] == 0
    text = refused(*train, 5)
    assert f"--resume {tmp_path}" in text
    assert "--force" in text
    assert updates_in(tmp_path) == 3
    assert ebm(*train, 5, "--force")[0] == 0
    assert updates_in(tmp_path) == 5


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return dict(Training.resume(folder).energy.state_dict())


@pytest.mark.slow
def test_an_interrupted_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    with started("train", *MOONS, *SMALL, "--updates", 10**8, "--out", parts) as process:
        until_saved_twice(parts)
        process.send_signal(signal.SIGINT)
        told, said = process.communicate()
    assert (process.returncode, "Traceback" in said) == (130, False), said
    assert f"ebm train --resume {parts}" in said
    assert "saved in" in told
    end = updates_in(parts) + 20
    assert ebm("train", "--resume", parts, "--updates", end)[0] == 0
    again = Training.repeated(parts)
    while not again.finished:
        again.update()
    again.save(whole)
    ours, theirs = weights(parts), weights(whole)
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert f"finished after {end:,} updates" in refused("train", "--resume", parts)
    assert ebm("train", "--resume", parts, "--updates", end + 5)[0] == 0
    assert updates_in(parts) == end + 5


@pytest.mark.slow
def test_a_killed_run_has_saved_itself_on_the_way(tmp_path: Path) -> None:
    with started("train", *MOONS, *SMALL, "--updates", 10**8, "--out", tmp_path) as process:
        until_saved_twice(tmp_path)
        process.kill()
    assert updates_in(tmp_path) > 0


def test_a_run_that_diverges_ends_with_three_and_says_how_to_go_on(tmp_path: Path) -> None:
    code, text = ebm(
        "train", "--dataset", "moons", "--method", "persistent", *SHORT, "--out", tmp_path,
        "--set", "method.sampler.kind=langevin", "--set", "method.sampler.step_size=90",
    )  # fmt: skip
    assert code == 3
    assert "training diverged" in text
    assert "without a change it diverges again" in text
    assert (tmp_path / "checkpoint.safetensors").is_file()
    for command in ("eval", "sample"):
        assert "this run diverged (" in ebm(command, tmp_path)[1]
    resume = ["train", "--resume", tmp_path]
    code, text = ebm(*resume)
    assert code == 3
    assert "would repeat the same failure" in text
    assert text.index("smaller step size") < text.index("training diverged")
    assert "not live" not in refused(*resume, "--set", "energy.hidden=[4]")
    assert ebm(*resume, "--set", "method.sampler.step_size=0.01")[0] == 0
    assert not (tmp_path / "diverged.txt").exists()


def test_own_images_are_trained_on_in_sub_folders_of_their_classes(tmp_path: Path) -> None:
    pictures, labels = figures(40, 24)
    for number, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        folder = tmp_path / "set" / f"kind {label}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture[0]).save(folder / f"{number}.png")
    out = tmp_path / "run"
    code, text = ebm(
        *("train", "--images", tmp_path / "set", "--edge", 12, "--method", "jem"),
        *("--updates", 3, "--out", out),
    )
    assert code == 0, text
    assert "3 sub-folders are the classes" in text
    assert "24 x 24 pixels are scaled to 12 x 12" in text
    assert ebm("sample", out, "--count", 4, "--steps", 2, "--out", tmp_path / "s.npy")[0] == 0
    assert np.load(tmp_path / "s.npy").shape == (4, 1, 12, 12)
    code, text = ebm("eval", out)
    assert code == 0, text
    assert "frechet_floor" not in text  # four held-out pictures are too few for one


def test_own_points_are_trained_on_and_compared_with_plain_estimates(tmp_path: Path) -> None:
    r = np.random.default_rng(0)
    table = r.normal([388096, 3948996], [0.3, 3], (300, 2))
    table[7] = 1e9
    rows = [f"{x!r};{'ab'[i % 2]};{y!r}" for i, (x, y) in enumerate(table.tolist())]
    file, out = tmp_path / "utm.csv", tmp_path / "run"
    file.write_text("\n".join(["east;kind;north", *rows]).replace(".", ","))
    code, text = ebm(
        "train", "--points", file, "--columns", "east,3", "--labels", "kind", *SHORT,
        "--method", "denoising", "--out", out,
    )  # fmt: skip
    assert code == 0
    assert "a comma is read as the decimal mark" in text
    assert "row 8 of the points is row 9 of the file" in text
    assert "far from all others and are left out (row 8: " in text
    for name in ("nll ", "nll_kde ", "nll_gaussian ", "worse than"):
        assert name in text
    samples = out / "new" / "s.csv"
    assert ebm("sample", out, "--count", 200, "--steps", 5, "--out", samples)[0] == 0
    header, *lines = samples.read_text().splitlines()
    assert (header, len(lines)) == ("east,north", 200)
    assert len({line.split(",")[1] for line in lines}) == 200


@pytest.mark.parametrize(
    ("fine", "bad", "said"),
    [
        ({"mass_outside": 0.01}, {"mass_outside": 0.94}, "94 % of the mass lies far from all data"),
        ({"nll": 2.0, "nll_kde": 2.0}, {"nll": 2.5, "nll_kde": 2.0}, "0.50 nats worse than a KDE"),
        ({"variety": 0.9}, {"variety": 0.12}, "vary 12 % as much as real images do"),
        ({"saturation": -0.2}, {"saturation": 0.5}, "50 % of the samples' pixels stand at an edge"),
        ({"energy_gap": -1.2}, {"energy_gap": 30.0}, "lie 30.0 standard deviations apart"),
    ],
)
def test_what_went_wrong_without_an_error_is_told(
    fine: dict[str, float], bad: dict[str, float], said: str
) -> None:
    config = {"dataset": {"kind": "moons"}, "method": {"kind": "exact"}, "updates": 1}
    training = Training(RunConfig.model_validate(config))
    training.metrics = fine
    assert list(remarks(training)) == []
    training.metrics = bad
    (remark,) = remarks(training)
    assert said in remark


def test_samples_are_refused_before_they_are_drawn(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert ebm("train", *MOONS, *SHORT, "--out", run)[0] == 0
    (tmp_path / "file").write_text("mine")
    sample = ["sample", run, "--steps", 1000000, "--count", 1000000]
    assert "end its name so" in refused(*sample, "--out", tmp_path / "s.txt")
    assert "is a folder" in refused(*sample, "--out", run)
    assert "cannot write" in refused(*sample, "--out", tmp_path / "file" / "s.csv")
    for option, value, bound in (
        ("--seed", 2**64, 2**53 - 1),
        ("--count", 0, 1),
        ("--count", -1, 1),
    ):
        code, text = ebm("sample", run, option, value)
        assert (code, str(bound) in text) == (2, True)
    assert "no checkpoint" in refused("sample", tmp_path)


def test_many_samples_are_drawn_in_parts_that_differ(tmp_path: Path) -> None:
    assert ebm("train", *MOONS, *SHORT, "--out", tmp_path)[0] == 0
    file = tmp_path / "s.npy"
    assert ebm("sample", tmp_path, "--count", 20_005, "--steps", 1, "--out", file)[0] == 0
    samples = np.load(file)
    assert len(np.unique(samples, axis=0)) == len(samples) == 20_005


def test_kinds_and_their_fields_are_listed() -> None:
    code, text = ebm("list", "--json")
    kinds = json.loads(text)
    assert code == 0
    assert "persistent" in kinds["method"]
    assert kinds.keys() >= {"method", "sampler", "dataset", "energy", "formula"}
    assert all(kind in ebm("list")[1] for shelf in kinds.values() for kind in shelf)
    _, text = ebm("list", "persistent")
    assert "method.chain_steps = 8 (live); a whole number >= 1 and <= 500" in text
    assert "method.chains = 256; a whole number" in text
    for kind in (kind for shelf in kinds.values() for kind in shelf):
        assert ebm("list", kind)[0] == 0
    assert "is it persistent" in refused("list", "persistant")


def test_shells_complete_the_commands() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "ebm_server.cli", "--show-completion", "bash"],
        env={**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "complete -o default" in told


def test_only_the_server_needs_locks_of_unix(tmp_path: Path) -> None:
    code = "import sys; sys.modules['fcntl'] = None; from ebm_server.cli import main; main()"
    environment = {**os.environ, "EBM_DATA_DIR": str(tmp_path)}

    def without(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True
        )

    assert without("runs").returncode == 0
    done = without("serve", "--no-browser", "--port", "0")
    assert (done.returncode, "fcntl" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_a_noise_level_is_in_the_units_of_the_file(tmp_path: Path) -> None:
    file, out = tmp_path / "points.csv", tmp_path / "run"
    turn = torch.linspace(0, 6, 200)
    rows = 1000 * torch.stack([turn.cos(), turn.sin()], 1)
    file.write_text("\n".join(f"{x:.2f},{y:.2f}" for x, y in rows.tolist()))
    run = ["train", "--points", file, "--method", "denoising", "--updates", "3", "--out", out]
    assert ebm(*run, "--set", "method.noise_level=100")[0] == 0
    config = json.loads((out / "config.json").read_text())
    assert config["method"]["noise_level"] == 100
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["smoothing"] == pytest.approx(100)
    text = refused(*run, "--force", "--set", "method.noise_level=1e6")
    assert "method.noise_level is 1000000.0" in text
    assert "data's units" in text


def test_a_remark_on_the_data_speaks_of_options(tmp_path: Path) -> None:
    file = tmp_path / "far.csv"
    rows = torch.randn(200, 2, generator=torch.Generator().manual_seed(0)).tolist()
    rows[7] = [9999, 9999]
    file.write_text("\n".join(f"{x:.3f},{y:.3f}" for x, y in rows))
    out = tmp_path / "run"
    words = ["train", "--points", file, "--method", "exact", "--updates", "1", "--out", out]
    code, text = ebm(*words)
    assert code == 0
    assert "--set dataset.far_rows=keep trains on them too" in text


def test_a_run_by_time_says_how_it_is_repeated_exactly(tmp_path: Path) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    code, text = ebm("train", *MOONS, *SMALL, "--seconds", "0.5", "--out", first)
    assert code == 0
    assert f"ebm train --repeat {first} --out" in text
    assert ebm("train", "--repeat", first, "--out", again)[0] == 0
    ours, theirs = weights(first), weights(again)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert updates_in(first) == updates_in(again)
    assert "drop --seed" in refused("train", "--repeat", first, "--out", again, "--seed", "0")
