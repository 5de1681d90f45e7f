"""`ebm sweep` in a folder: killed at any instant and started again, it makes what is missing."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ebm_server.cli import cli
from typer.testing import CliRunner

from tests.server.laboratory import PATIENCE, ROOT, alive

SMALL = """
name = "small"
[base]
"dataset.kind" = "gaussian_ring"
"method.kind" = "denoising"
"energy.kind" = "mlp"
"energy.hidden" = [8]
"energy.fourier_features" = 4
"optimization.batch_size" = 8
"""
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def begun(*arguments: str | Path) -> subprocess.Popen[str]:
    """`ebm sweep` in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "ebm_server.cli", "sweep", *map(str, arguments)],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def done(*arguments: str | Path, code: int = 0) -> tuple[str, str]:
    """What it says, once it has ended so."""
    process = begun(*arguments)
    out, err = process.communicate(timeout=2 * PATIENCE)
    assert process.returncode == code, err
    return out, err


def ebm(*arguments: object) -> tuple[int, str]:
    """The same in this process: its exit code, and all that it says."""
    result = CliRunner().invoke(cli, ["sweep", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def described(folder: Path, rest: str) -> Path:
    """A sweep as a file."""
    path = folder / "described.toml"
    path.write_text(SMALL + rest)
    return path


def records(folder: Path) -> list[dict[str, Any]]:
    """The whole lines of a sweep's record."""
    path = folder / "records.jsonl"
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def until(process: subprocess.Popen[str], folder: Path, count: int) -> None:
    """Waits until so many runs have ended."""
    end = time.monotonic() + 2 * PATIENCE
    while len(records(folder)) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "no run ends any more"
        os.sched_yield()


def children(pid: int) -> list[int]:
    """The processes below one, of all generations."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        below.setdefault(int(text.rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found = below.get(pid, [])
    return [*found, *(one for child in found for one in children(child))]


def test_a_sweep_that_is_killed_twice_makes_each_run_once(tmp_path: Path) -> None:
    out = tmp_path / "out"
    sweep = described(tmp_path, "updates = 60\n[grid]\nseed = [0, 1, 2, 3, 4, 5]")
    before: list[dict[str, Any]] = []
    for count in (1, 3):
        process = begun(sweep, "--out", out, "--jobs", "2")
        until(process, out, count)
        left = children(process.pid)
        process.kill()
        process.communicate()
        end = time.monotonic() + PATIENCE
        while any(map(alive, left)):
            assert time.monotonic() < end, "it left a process behind"
            os.sched_yield()
        assert records(out)[: len(before)] == before
        before = records(out)
    said = json.loads(done("--out", out, "--json")[0])  # which knows its sweep
    found = records(out)
    assert found[: len(before)] == before
    assert Counter(one["key"] for one in found) == {one["key"]: 1 for one in said["runs"]}
    assert [one["values"]["seed"] for one in said["runs"]] == list(range(6))
    assert all(one["updates"] == 60 and one["state"] == "finished" for one in said["runs"])
    (group,) = said["groups"]
    assert (group["ended"], group["failed"]) == (6, 0)
    assert (out / "runs.csv").read_text().count("\n") == 7


def test_ctrl_c_saves_what_goes_on_and_says_how_to_go_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    sweep = described(tmp_path, "[grid]\nseed = [7]\nupdates = [20, 10000000]")
    process = begun(sweep, "--out", out, "--jobs", "1")
    until(process, out, 1)
    long_one = out / "runs"
    end = time.monotonic() + PATIENCE
    while len(list(long_one.glob("*/checkpoint.safetensors"))) < 2:
        assert time.monotonic() < end, "it saves nothing"
        os.sched_yield()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    said, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert f"go on with it by\n  ebm sweep --out {out}" in told
    assert "Traceback" not in told
    assert "runs.csv and groups.csv are in" in said
    assert len(records(out)) == 1
    assert ebm("--out", out, "--check") == (0, "2 runs, 1 of them missing\n")
    assert ebm(sweep, "--check") == (0, "2 runs, 2 of them missing\n")
    assert "SWEEP is missing" in ebm("--check")[1]


def test_a_run_that_diverges_is_told_and_ends_no_sweep(tmp_path: Path) -> None:
    out = tmp_path / "out"
    text = SMALL.replace("denoising", "persistent").replace("[base]", "[base]\nupdates = 40")
    sweep = tmp_path / "sweep.toml"
    langevin = '"method.sampler.kind" = "langevin"\n[grid]\n"method.sampler.step_size" = '
    sweep.write_text(f"{text}{langevin}[90.0, 0.01]\nseed = [0]\n")
    code, said = ebm(sweep, "--out", out)
    assert code == 0
    lost, well = sorted(records(out), key=lambda one: str(one["state"]))
    assert (lost["values"]["method.sampler.step_size"], lost["state"]) == (90, "failed")
    assert (well["values"]["method.sampler.step_size"], well["state"]) == (0.01, "finished")
    assert "the same settings would repeat it" in lost["reason"]
    assert "1 failed, such as method.sampler.step_size = 90, seed = 0: " in said
    (row,) = (line.split() for line in said.splitlines() if line.split()[:1] == ["90"])
    assert row == ["90", "1", "1", "failed"]


@pytest.mark.parametrize(
    ("rest", "options", "said"),
    [
        ("[grid]\nsead = [1]", [], "sead is 1: there is no such field"),
        ("[grid]\nseed = [1]\n[random]\ncount = 9000\nupdates={integer=[1,9]}", [], "random.count"),
        ("[grid]\nseed = [1]", ["--search", "3"], "a search draws the fields of [random]"),
        ("[grid]\nseed = [1]", ["--jobs", "0"], "--jobs"),
        ("[grid]\nseed = [1]", ["--server", "http://127.0.0.1:9"], "drop --out"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(
    rest: str, options: list[str], said: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, told = ebm(described(tmp_path, rest), "--out", out, *options)
    assert code == 2
    assert said in told
    assert not (out / "records.jsonl").exists()


def test_a_figure_that_no_run_has_is_doubted_with_the_first_run(tmp_path: Path) -> None:
    sweep = described(tmp_path, "updates = 20\n[grid]\nseed = [0, 1, 2]\n")
    _, said = done(sweep, "--out", tmp_path / "out", "--jobs", "1", "--figure", "kll", code=2)
    doubt, refusal = said.find("the first run has not; it has"), said.find("which no run has")
    assert 0 <= doubt < refusal
    assert said.count("the first run has not") == 1
    assert len(records(tmp_path / "out")) == 3  # all the same they are made, and kept
