"""What one run may take: cores by turns, the length of an update, memory, time; and its sleep."""

import os
import re
import select
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import pytest

from tests.server.laboratory import SMALL, Laboratory, alive, endless

ONE = {"EBM_MAX_RUNNING": "1", "EBM_SPARE": "0"}
HUGE = {
    "dataset": {"kind": "gaussian_ring"},
    "method": {"kind": "persistent", "chains": 65536, "buffer_size": 65536, "chain_steps": 500},
    "energy": {"kind": "mlp", "hidden": [512, 512, 512]},
    "updates": 100,
}
"""Half an hour for one update."""
LONG: dict[str, Any] = {
    **SMALL,
    "method": {
        "kind": "persistent",
        "chains": 8192,
        "buffer_size": 8192,
        "chain_steps": 500,
        "sampler": {"kind": "langevin"},
    },
    "energy": {"kind": "mlp", "hidden": [128, 128]},
    "updates": 100,
}
"""Four to twenty seconds for one update, a five-hundredth of them for a step of its chains."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A server for one run at a time."""
    with Laboratory(tmp_path_factory.mktemp("alone"), ONE) as laboratory:
        yield laboratory


def states(lab: Laboratory, runs: list[str]) -> list[str]:
    return [lab.ask("GET", f"/runs/{run}")["state"] for run in runs]


def test_a_run_of_more_processes_than_may_go_is_refused(alone: Laboratory) -> None:
    (problem,) = alone.ask("POST", "/runs", {**SMALL, "processes": 2}, 422)["detail"]
    assert (problem["path"], problem["value"], problem["allowed"]) == ("processes", 2, "1 to 1")
    assert "EBM_MAX_RUNNING" in problem["message"]


def test_pausing_and_resuming_does_not_evade_the_limit(alone: Laboratory) -> None:
    runs = []
    with alone.page() as page:
        for _ in range(5):
            runs.append(alone.create(endless()))
            page.watch(runs[-1])
            page.until(lambda m: m["type"] == "metrics" and m["run"] == runs[-1])
            assert alone.ask("POST", f"/runs/{runs[-1]}/pause")["state"] == "paused"
        for run in runs:
            alone.ask("POST", f"/runs/{run}/resume")
        assert states(alone, runs) == ["running", *["queued"] * 4]
        assert alone.ask("POST", f"/runs/{runs[3]}/pause")["state"] == "paused"
        first = alone.ask("POST", f"/runs/{runs[0]}/pause")
        assert first["state"] == "paused"
        page.until(is_state(runs[1], "running"))
        assert states(alone, runs) == ["paused", "running", "queued", "paused", "queued"]
        # many steps use a core as well
        refused = alone.ask("POST", f"/runs/{runs[0]}/step", {"updates": 5000}, 429)
        assert "100 updates are the most" in refused["detail"]
        assert alone.ask("POST", f"/runs/{runs[0]}/step")["step"] == first["step"] + 1
        for run in reversed(runs):
            alone.ask("POST", f"/runs/{run}/stop")
        assert states(alone, runs) == ["stopped"] * 5


def is_state(run: str, state: str) -> Any:
    return lambda m: m["type"] == "run" and m["run"] == run and m["info"]["state"] == state


def test_a_run_that_would_take_too_much_is_refused_with_the_estimate(alone: Laboratory) -> None:
    (problem,) = alone.ask("POST", "/runs", HUGE, 422)["detail"]
    assert problem["path"] == "method.chain_steps"
    assert "65,536 chains x 500 steps x 560,129 weights" in problem["message"]
    assert "minutes" in problem["message"]
    assert "2 minutes are the most (EBM_UPDATE_SECONDS); take fewer chains" in problem["message"]


def test_a_change_or_a_branch_that_would_take_too_much_is_refused_and_changes_nothing(
    alone: Laboratory,
) -> None:
    hmc = {"kind": "hmc", "leapfrog_steps": 1}
    many = {**LONG["method"], "chain_steps": 1, "sampler": hmc}
    run = alone.create(endless(method=many, energy={"kind": "mlp", "hidden": [64]}))
    costly = {
        "method.chain_steps": 500,
        "method.sampler.leapfrog_steps": 100,
        "optimization.learning_rate": 0.001,
    }
    with alone.page() as page:
        page.watch(run)
        page.step_beyond(0)
    told = []
    try:
        for state in ("running", "paused", "stopped"):
            if state != "running":
                alone.ask("POST", f"/runs/{run}/{'pause' if state == 'paused' else 'stop'}")
            told = alone.ask("PATCH", f"/runs/{run}", {"changes": costly}, 422)["detail"]
            (problem,) = told
            assert problem["path"] == "method.chain_steps"
            assert "8,192 chains x 50,000 steps" in problem["message"]
        fork = {"step": 0, "changes": costly}
        assert alone.ask("POST", f"/runs/{run}/branch", fork, 422)["detail"] == told
        config = alone.ask("GET", f"/runs/{run}")["config"]
        assert config["method"]["chain_steps"] == 1
        assert config["optimization"]["learning_rate"] != 0.001
    finally:
        alone.http.post(f"/api/v1/runs/{run}/stop")


def test_a_long_update_is_told_and_broken_off_and_changes_nothing(alone: Laboratory) -> None:
    run = alone.create(LONG)
    with alone.page() as page:
        page.watch(run)
        info = page.until(lambda m: m["type"] == "run" and m["info"]["long_update"] is not None)[
            "info"
        ]
        assert info["long_update"]["chain_steps"] == 500
        paused = alone.ask("POST", f"/runs/{run}/pause")
        assert (paused["state"], paused["step"]) == ("paused", info["step"])
        changes = {"method.chain_steps": 1}
        alone.ask("PATCH", f"/runs/{run}", {"changes": changes})
        assert alone.ask("POST", f"/runs/{run}/resume")["state"] == "running"
        page.state("finished")
    config = {**LONG, "method": {**LONG["method"], "chain_steps": 1}}
    calm = alone.create(config)
    with alone.page() as page:
        page.watch(calm)
        page.state("finished")
    if info["step"] == 0:  # nothing was made before the change: both runs are the same
        first, second = (landscape(alone, one) for one in (run, calm))
        assert first == second
    stopped = alone.create(LONG)
    with alone.page() as page:
        page.watch(stopped)
        page.until(lambda m: m["type"] == "run" and m["info"]["long_update"] is not None)
        assert alone.ask("POST", f"/runs/{stopped}/stop")["state"] == "stopped"


def landscape(lab: Laboratory, run: str) -> Any:
    frame = lab.http.get(f"/api/v1/runs/{run}/keyframes/100").content
    return msgpack.unpackb(frame)["landscape"]


def test_limits_hold_while_a_run_goes(tmp_path: Path) -> None:
    with Laboratory(tmp_path, ONE | {"EBM_UPDATE_SECONDS": "0.5"}) as lab, lab.page() as page:
        # an estimate may be too low: it does not count the features of the points
        many = {**LONG["method"], "chains": 16384, "buffer_size": 16384}
        small = {"kind": "mlp", "hidden": [2], "fourier_features": 100}
        slow = lab.create(endless(method=many, energy=small))
        page.watch(slow)
        reason = page.until(is_state(slow, "failed"))["info"]["reason"]
        assert "(EBM_UPDATE_SECONDS): take fewer chains" in reason
    with Laboratory(tmp_path, ONE | {"EBM_RUN_SECONDS": "0.5"}) as lab, lab.page() as page:
        timed = lab.create(endless())
        page.watch(timed)
        reason = page.until(is_state(timed, "stopped"))["info"]["reason"]
        assert "that a run may (EBM_RUN_SECONDS)" in reason
        (problem,) = lab.ask("POST", "/runs", {**SMALL, "seconds": 9}, 422)["detail"]
        assert (problem["path"], problem["allowed"]) == ("seconds", "at most 0.5")
    with Laboratory(tmp_path, {**ONE, "EBM_RUN_MEMORY_BYTES": str(10**8)}) as lab:
        (problem,) = lab.ask("POST", "/runs", {**SMALL, "updates": 5}, 422)["detail"]
        assert "95 MB are the most (EBM_RUN_MEMORY_BYTES)" in problem["message"]


def test_a_paused_run_gives_its_process_back_and_wakes_bit_for_bit(tmp_path: Path) -> None:
    config = endless(updates=800)
    with Laboratory(tmp_path, {**ONE, "EBM_SLEEP_SECONDS": "0.5"}) as lab, lab.page() as page:
        run = lab.create(config)
        page.watch(run)
        page.step_beyond(5)
        pid = lab.worker_pid(run)
        descriptor = os.pidfd_open(pid)
        lab.ask("POST", f"/runs/{run}/pause")
        asleep = page.until(lambda m: m["type"] == "run" and m["info"]["asleep"])["info"]
        assert asleep["state"] == "paused"
        wait_for_end(descriptor)
        assert not alive(pid)
        assert lab.http.get(f"/api/v1/runs/{run}/energy").status_code == 200
        woken = lab.ask("POST", f"/runs/{run}/step", {"updates": 3})
        assert (woken["state"], woken["step"]) == ("paused", asleep["step"] + 3)
        page.until(lambda m: m["type"] == "run" and m["info"]["asleep"])
        # the next server finds it asleep
        lab.stop()
        lab.start()
        with lab.page() as again:
            again.watch(run)
            info = again.state("paused")
            assert info["asleep"]
            assert info["step"] == asleep["step"] + 3
            lab.ask("POST", f"/runs/{run}/resume")
            again.state("finished")
        calm = lab.create(config)
        with lab.page() as again:
            again.watch(calm)
            again.state("finished")
        frames = [
            msgpack.unpackb(lab.http.get(f"/api/v1/runs/{one}/keyframes/800").content)
            for one in (run, calm)
        ]
    assert frames[0]["landscape"] == frames[1]["landscape"]


def wait_for_end(descriptor: int) -> None:
    assert select.select([descriptor], [], [], 60)[0]
    os.close(descriptor)


def test_what_a_worker_takes_is_told_and_its_log_can_be_read(alone: Laboratory) -> None:
    run = alone.create(endless())
    with alone.page() as page:
        page.watch(run)
        page.step_beyond(1)
        usage = None
        while not usage or usage["cpu"] is None:
            usage = next(r for r in alone.ask("GET", "/runs") if r["id"] == run)["usage"]
            page.next()
    assert 0 <= usage["cpu"] < 64
    assert usage["memory"] > 50 * 2**20
    log = alone.http.get(f"/api/v1/runs/{run}/log")
    assert log.headers["content-type"].startswith("text/plain")
    assert re.search(rf"attempt 1 at run {run}, process \d+", log.text)
    alone.ask("POST", f"/runs/{run}/stop")
    assert alone.ask("GET", f"/runs/{run}")["usage"] is None
