"""Runs on GPUs: each its own while there are enough. No GPU is needed to know."""

from pathlib import Path

import pytest
from ebm_server.runs.executors.gpus import found, least_used


def test_each_run_gets_the_gpu_with_the_fewest() -> None:
    taken: list[str | None] = [None]  # a run on the processor
    for _ in range(4):
        taken.append(least_used(("0", "1", "2"), taken))
    assert taken[1:] == ["0", "1", "2", "0"]
    taken.remove("1")
    assert least_used(("0", "1", "2"), taken) == "1"
    assert least_used(("0",), []) is None  # nothing to choose
    assert least_used((), []) is None


def test_a_run_of_several_processes_gets_as_many_gpus() -> None:
    taken = [least_used(("0", "1", "2", "3"), [None, "1"], 2)]
    assert taken == ["0,2"]
    assert least_used(("0", "1", "2", "3"), [*taken, "1"]) == "3"
    assert least_used(("0", "1"), [], 2) is None  # it has them all


def test_the_gpus_are_those_of_the_driver_that_the_server_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    for bus in ("0000:17:00.0", "0000:65:00.0"):
        (tmp_path / bus).mkdir()
    assert found(tmp_path) == ("0", "1")
    assert found(tmp_path / "nothing") == ()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3, GPU-aa")
    assert found(tmp_path) == ("3", "GPU-aa")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert found(tmp_path) == ()
