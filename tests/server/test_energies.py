"""A run's energy as numbers, for who computes it without the server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from ebm_server.protocol.energies import PackedEnergy
from ebm_server.protocol.messages import unpack

from tests.server.laboratory import SMALL, Laboratory, endless


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with Laboratory(tmp_path_factory.mktemp("data")) as laboratory:
        yield laboratory


def energy(lab: Laboratory, run: str, step: int | None = None) -> dict[str, Any]:
    query = {} if step is None else {"step": step}
    answer: httpx.Response = lab.http.get(f"/api/v1/runs/{run}/energy", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = unpack(answer.content)
    PackedEnergy.model_validate(found)
    return found


def test_an_energy_is_told_while_it_is_trained_and_of_the_past(lab: Laboratory) -> None:
    run = lab.create(endless())
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(0)
        first = energy(lab, run)
        page.step_beyond(first["step"])
        later = energy(lab, run)
        assert later["step"] > first["step"]
        assert later["layers"][0]["weight"]["shape"] == [8, 10]
        assert later["layers"][0] != first["layers"][0]
        lab.ask("POST", f"/runs/{run}/pause")
        page.state("paused")
        assert energy(lab, run)["step"] == lab.ask("GET", f"/runs/{run}")["step"]
        lab.ask("POST", f"/runs/{run}/stop")
        page.state("stopped")
    steps = [moment["step"] for moment in lab.ask("GET", f"/runs/{run}/snapshots")]
    assert energy(lab, run)["step"] == steps[-1]
    assert energy(lab, run, steps[0])["step"] == steps[0]
    assert energy(lab, run, steps[0])["layers"] != energy(lab, run)["layers"]
    missing = f"/runs/{run}/energy?step={max(steps) + 1}"
    assert "keeps no weights of update" in lab.ask("GET", missing, status=404)["detail"]
    lab.ask("GET", f"/runs/{run}/energy?step=-1", status=422)


def test_an_energy_of_images_is_refused_in_words(lab: Laboratory) -> None:
    run = lab.create({**SMALL, "dataset": {"kind": "digits"}, "updates": 10_000_000})
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(0)
        assert "in the plane" in lab.ask("GET", f"/runs/{run}/energy", status=409)["detail"]
        lab.ask("POST", f"/runs/{run}/stop")
        page.state("stopped")
    assert "in the plane" in lab.ask("GET", f"/runs/{run}/energy", status=409)["detail"]
    lab.ask("GET", "/runs/nobody/energy", status=404)


def test_a_run_that_did_not_begin_has_none_yet(tmp_path: Path) -> None:
    with Laboratory(tmp_path, {"EBM_MAX_RUNNING": "1"}) as lab:
        lab.create(endless())
        queued = lab.create(endless())
        assert lab.ask("GET", f"/runs/{queued}")["state"] == "queued"
        assert "none yet" in lab.ask("GET", f"/runs/{queued}/energy", status=404)["detail"]
