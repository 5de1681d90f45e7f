"""`ebm train --processes`: a run that is interrupted, or of which a process is killed, goes on."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import torch
from ebm_server.ranks.followers import EXIT_LOST, MEETING, remove_left

from ebm_core import Training, load
from ebm_core.runs import checkpoint
from tests.core.pair import pair
from tests.server.laboratory import PATIENCE, ROOT
from tests.server.test_commands import SMALL, refused, started, until, until_saved_twice, updates_in

RUN = ["train", "--dataset", "moons", "--method", "persistent", *SMALL]
ENDLESS = [*RUN, "--updates", 10**8]


def followers(leader: int) -> list[int]:
    """The processes that another one has started."""
    told = Path(f"/proc/{leader}/task/{leader}/children").read_text()
    return list(map(int, told.split()))


def gone(process: int) -> bool:
    """Whether a process has ended."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit code, and what it told."""
    _, told = process.communicate(timeout=PATIENCE)
    return process.returncode, told


@pytest.mark.slow
def test_a_run_is_interrupted_and_killed_and_ends_as_one_left_alone(tmp_path: Path) -> None:
    run, alone = tmp_path / "run", tmp_path / "alone"
    with started(*ENDLESS, "--processes", 2, "--out", run) as process:
        until_saved_twice(run)
        (child,) = followers(process.pid)
        process.send_signal(signal.SIGINT)
        code, told = ended(process)
    assert (code, "Traceback" in told) == (130, False), told
    until(lambda: gone(child))
    assert "trained by 2 processes" in refused("train", "--resume", run, "--processes", 3)
    assert load(run).config.processes == 2

    with started("train", "--resume", run) as process:
        until_saved_twice(run)
        (child,) = followers(process.pid)
        os.kill(child, signal.SIGKILL)
        code, told = ended(process)
    assert code == EXIT_LOST, told
    (line,) = told.strip().splitlines()
    assert "process 1 of the run (0 to 1)" in line
    assert "SIGKILL" in line
    assert line.endswith(f"go on with it by ebm train --resume {run}")

    length = updates_in(run) + 20
    with started("train", "--resume", run, "--updates", length) as process:
        assert ended(process)[0] == 0
    with pair() as ranks:
        again = Training.repeated(run, ranks)
        while not again.finished:
            again.update()
        again.save(alone)
    ours, theirs = (checkpoint.load(place) for place in (run, alone))
    for part in (*ours["energy"], "buffer"):
        if part == "buffer":
            first, second = (state["ranks"]["1"]["learner"]["buffer"] for state in (ours, theirs))
        else:
            first, second = ours["energy"][part], theirs["energy"][part]
        assert torch.equal(first, second), part


@pytest.mark.slow
def test_a_killed_leader_leaves_none_behind(tmp_path: Path) -> None:
    with started(*ENDLESS, "--processes", 2, "--out", tmp_path) as process:
        until_saved_twice(tmp_path)
        (child,) = followers(process.pid)
        process.kill()
    until(lambda: gone(child))
    assert updates_in(tmp_path) > 0


@pytest.mark.slow
def test_processes_that_torchrun_starts_train_one_run(tmp_path: Path) -> None:
    """By its convention, as on several machines; options are those of rank 0 alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ebm_server.cli", *map(str, RUN), "--updates", "12"]
    common = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "server")]),
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    ranks = [
        subprocess.Popen(
            [*command, "--out", str(tmp_path / "run" if rank == 0 else tmp_path / "never")],
            env={**common, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    (code, _), follower = [ended(process) for process in ranks]
    assert (code, follower) == (0, (0, ""))
    assert not (tmp_path / "never").exists()
    training = Training.resume(tmp_path / "run")
    assert (training.config.processes, training.step, set(training.others)) == (2, 12, {"1"})


@pytest.mark.slow
def test_a_run_of_several_processes_is_taken_home(tmp_path: Path) -> None:
    run, made, table = tmp_path / "run", tmp_path / "again.py", tmp_path / "metrics.csv"
    with started(*RUN, "--updates", 12, "--processes", 2, "--out", run) as process:
        assert ended(process)[0] == 0
    with started("export", run, "--csv", table, "--script", made) as process:
        code, told = ended(process)
    assert code == 0, told
    assert len(table.read_text().splitlines()) > 5
    done = subprocess.run(
        [sys.executable, str(made), str(tmp_path / "again")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "server")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "the weights are the same" in done.stdout, done.stderr
    assert not list(Path(tempfile.gettempdir()).glob(f"{MEETING}{process.pid}-*"))


def test_folders_of_those_that_were_killed_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with subprocess.Popen(["true"]) as process:
        process.wait()
    for name in (f"{MEETING}{process.pid}-a", f"{MEETING}{os.getpid()}-b", f"{MEETING}x"):
        (tmp_path / name).mkdir()
    remove_left()
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{MEETING}{os.getpid()}-b",
        f"{MEETING}x",
    }
