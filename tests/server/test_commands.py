"""`ebm train`, `eval` and `sample`: what they write, how they end."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from ebm_server.cli import cli
from typer.testing import CliRunner

SMALL = ["--set", "energy.hidden=[8]", "--set", "energy.fourier_features=4", "--updates", "12"]


def ebm(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(words))
    return result.exit_code, result.output


def test_a_run_is_trained_on_one_thread_saved_judged_and_sampled(tmp_path: Path) -> None:
    torch.set_num_threads(2)
    run = ["train", "--dataset", "moons", "--method", "denoising", "--out", str(tmp_path)]
    code, text = ebm(*run, *SMALL, "--json")
    assert torch.get_num_threads() == 1
    result = json.loads(text)
    assert (code, result["updates"], result["reason"]) == (0, 12, None)
    assert json.loads((tmp_path / "config.json").read_text())["energy"]["hidden"] == [8]
    code, text = ebm("eval", str(tmp_path), "--json")
    assert (code, json.loads(text)["kl"]) == (0, pytest.approx(result["metrics"]["kl"]))
    file = tmp_path / "samples.npy"
    assert ebm("sample", str(tmp_path), "--count", "7", "--steps", "3", "--out", str(file))[0] == 0
    assert np.load(file).shape == (7, 2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--dataset", "moon", "--method", "denoising"], "dataset.kind is 'moon'"),
        (["--dataset", "moons", "--method", "denoising", "--updates", "0"], "updates is 0"),
        (["--dataset", "moons", "--method", "denoising", "--set", "seed"], "write PATH=VALUE"),
        (["--points", "none.csv", "--method", "denoising"], "none.csv"),
        (["none.toml"], "none.toml"),
    ],
)
def test_bad_input_ends_with_two_and_says_what(words: list[str], told: str, tmp_path: Path) -> None:
    code, text = ebm("train", *words, "--out", str(tmp_path))
    assert code == 2
    assert told in text


def test_a_run_that_diverges_ends_with_three_and_keeps_what_was_good(tmp_path: Path) -> None:
    code, text = ebm(
        "train", "--dataset", "moons", "--method", "persistent", *SMALL, "--out", str(tmp_path),
        "--set", "method.sampler.kind=langevin", "--set", "method.sampler.step_size=90",
    )  # fmt: skip
    assert code == 3
    assert "training diverged" in text
    assert (tmp_path / "checkpoint.safetensors").is_file()
