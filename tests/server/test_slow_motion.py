"""Slow motion over REST: the update that it tells of is the one that the run makes."""

from typing import Any

import httpx
import msgpack
import numpy as np
import pytest
from ebm_server.protocol.packing import unpack_array
from ebm_server.protocol.slow_motion import SlowMotion

from tests.server.laboratory import Laboratory, endless
from tests.server.test_samplings import EXAMPLE, sampling


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = msgpack.unpackb(answer.content)
    SlowMotion.model_validate(found)
    return found


def test_a_paused_run_makes_one_update_in_slow_motion(lab: Laboratory) -> None:
    run = lab.create({**endless(), "method": {"kind": "persistent"}})
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(3)
        refused = lab.ask("POST", f"/runs/{run}/slow-motion", status=409)["detail"]
        assert "slow_motion is possible while it is paused" in refused
        lab.ask("POST", f"/runs/{run}/pause")
        at = page.state("paused")["step"]
        first = told(lab.http.post(f"/api/v1/runs/{run}/slow-motion"))
        second = told(lab.http.post(f"/api/v1/runs/{run}/slow-motion"))
        assert (first["step"], second["step"]) == (at + 1, at + 2)
        page.until(lambda m: m["type"] == "frame" and m["step"] == at + 2)
        assert lab.ask("GET", f"/runs/{run}")["step"] == at + 2
        names = [phase["name"] for phase in first["phases"]]
        assert names[0] == "Take data"
        pushed = first["phases"][names.index("Push the energy down at the data")]
        before, after = (unpack_array(pushed["values"]["data"][key]) for key in ("before", "after"))
        assert before.shape == (8,)  # the whole of a small batch
        assert not np.array_equal(before, after)
        on_stage = unpack_array(pushed["points"]["data"])
        assert np.abs(on_stage).max() < 4.5
        assert first["change"]["shape"] == [64, 64]
        lab.ask("POST", f"/runs/{run}/stop")
        page.state("stopped")
    lab.ask("POST", f"/runs/{run}/slow-motion", status=409)
    lab.ask("POST", "/runs/nobody/slow-motion", status=404)


@pytest.mark.parametrize("kind", ["random_walk", "langevin"])
def test_a_step_of_a_sampling_in_slow_motion_is_one_of_its_steps(
    lab: Laboratory, kind: str
) -> None:
    asked = {"sampler": {"kind": kind}, "steps": 100}
    draws = unpack_array(sampling(lab, **asked)["draws"])
    answer = lab.http.post(
        "/api/v1/samplings/slow-motion", params={"step": 5}, json={**EXAMPLE, **asked}
    )
    found = told(answer)
    first, last = found["phases"][0], found["phases"][-1]
    assert found["step"] == 6
    assert np.allclose(unpack_array(first["points"]["chains"]), draws[5, :12])
    assert np.allclose(unpack_array(last["points"]["chains"]), draws[6, :12])
    beyond = lab.ask("POST", "/samplings/slow-motion?step=100", {**EXAMPLE, **asked}, 422)
    assert "from 0 to 99" in beyond["detail"]
    lab.ask("POST", "/samplings/slow-motion", {**EXAMPLE, **asked}, 422)
