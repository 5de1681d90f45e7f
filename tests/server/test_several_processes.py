"""Runs that several processes train, on a server: as in the terminal, and none is left behind."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from ebm_core import Training
from ebm_core.runs import checkpoint
from tests.core.pair import pair
from tests.server.laboratory import Laboratory, Page, endless
from tests.server.test_commands import until
from tests.server.test_processes import followers, gone

TWO = {"EBM_MAX_RUNNING": "2", "EBM_SPARE": "0", "EBM_ANSWER_SECONDS": "10"}
LENGTH = 400
PAIRED = endless(updates=LENGTH, processes=2)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A server with two cores for runs."""
    with Laboratory(tmp_path_factory.mktemp("lab"), TWO) as laboratory:
        yield laboratory


def under_way(lab: Laboratory, page: Page, run: str) -> tuple[int, int]:
    """Waits until it trains; its worker, and the process that follows it."""
    page.watch(run)
    page.state("running")
    worker = lab.worker_pid(run)
    (child,) = followers(worker)
    return worker, child


@pytest.mark.slow
def test_it_learns_what_two_processes_learn_though_it_rests_and_changes(
    lab: Laboratory, tmp_path: Path
) -> None:
    with lab.page() as page:
        run = lab.create({**PAIRED, "seed": 3})
        _, child = under_way(lab, page, run)
        lab.ask("POST", f"/runs/{run}/pause")
        lab.ask("POST", f"/runs/{run}/step", {"updates": 3})
        lab.http.post(f"/api/v1/runs/{run}/slow-motion").raise_for_status()
        lab.ask("PATCH", f"/runs/{run}", {"changes": {"optimization.learning_rate": 2e-4}})
        memory = lab.ask("GET", f"/runs/{run}")["usage"]
        lab.ask("POST", f"/runs/{run}/resume")
        page.state("finished")
        until(lambda: gone(child))
    assert memory is None or memory["memory"] > 300e6  # of both
    place = lab.data_dir / "runs" / run
    with pair() as ranks:
        again = Training.repeated(place, ranks)
        while not again.finished:
            again.update()
        again.save(tmp_path)
    ours, theirs = checkpoint.load(place), checkpoint.load(tmp_path)
    for name, weights in ours["energy"].items():
        assert torch.equal(weights, theirs["energy"][name]), name


@pytest.mark.slow
def test_one_that_is_killed_fails_the_run_which_goes_on(lab: Laboratory) -> None:
    with lab.page() as page:
        run = lab.create(PAIRED)
        lab.ask("PATCH", f"/runs/{run}", {"speed": 100})
        worker, child = under_way(lab, page, run)
        os.kill(child, signal.SIGKILL)
        page.state("failed")
        reason = lab.ask("GET", f"/runs/{run}")["reason"]
        assert "process 1 of the run (0 to 1)" in reason
        assert "SIGKILL" in reason
        until(lambda: gone(worker))
        lab.ask("POST", f"/runs/{run}/resume")
        worker, child = under_way(lab, page, run)
        os.kill(worker, signal.SIGKILL)
        page.state("failed")
        until(lambda: gone(child))
        lab.ask("PATCH", f"/runs/{run}", {"speed": None})
        lab.ask("POST", f"/runs/{run}/resume")
        page.state("finished")


@pytest.mark.slow
def test_each_of_its_processes_takes_a_core(lab: Laboratory) -> None:
    alone, both, after = (lab.create(c) for c in (endless(), endless(processes=2), endless()))
    states = [lab.ask("GET", f"/runs/{run}")["state"] for run in (alone, both, after)]
    assert states[1:] == ["queued", "queued"]  # in their order: the second waits for two cores
    lab.ask("POST", f"/runs/{alone}/stop")
    until(lambda: lab.ask("GET", f"/runs/{both}")["state"] != "queued")
    assert lab.ask("GET", f"/runs/{after}")["state"] == "queued"
    lab.ask("POST", f"/runs/{both}/stop")
    until(lambda: lab.ask("GET", f"/runs/{after}")["state"] != "queued")
    lab.ask("POST", f"/runs/{after}/stop")


@pytest.mark.slow
def test_a_follower_that_hangs_ends_with_its_run(lab: Laboratory) -> None:
    with lab.page() as page:
        run = lab.create(endless(processes=2))
        _, child = under_way(lab, page, run)
        os.kill(child, signal.SIGSTOP)
        lab.ask("POST", f"/runs/{run}/stop")
        until(lambda: gone(child))


@pytest.mark.slow
def test_what_a_smaller_server_has_no_room_for_keeps_nobody_waiting(tmp_path: Path) -> None:
    with Laboratory(tmp_path, TWO) as lab:
        going, queued = (lab.create(endless(processes=2)) for _ in range(2))
        with lab.page() as page:
            page.watch(going)
            page.state("running")
        lab.kill()
        lab.environment = TWO | {"EBM_MAX_RUNNING": "1"}
        lab.start()
        found = lab.ask("GET", f"/runs/{queued}")
        assert found["state"] == "failed"
        assert "this server trains on 1 at once (EBM_MAX_RUNNING)" in found["reason"]
        lab.ask("POST", f"/runs/{going}/stop")
        (problem,) = lab.ask("POST", f"/runs/{going}/resume", status=422)["detail"]
        assert problem["allowed"] == "1 to 1"
        with lab.page() as page:
            page.watch(lab.create(endless(updates=5)))
            page.state("finished")


def test_shares_that_cannot_be_equal_are_refused(lab: Laboratory) -> None:
    uneven = endless(processes=2, optimization={"batch_size": 33})
    (problem,) = lab.ask("POST", "/runs", uneven, 422)["detail"]
    assert "2 processes cannot divide it evenly" in problem["message"]
    assert problem["path"] == "optimization.batch_size"
