"""Samplers on energies over REST: what comes back, what is refused, and that it is repeatable."""

import math
import os
import signal
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
from ebm_server.protocol.packing import dequantise, off_stage, unpack_array
from numpy.typing import NDArray

from tests.server.laboratory import SMALL, Laboratory

MIXTURE = {
    "kind": "gaussian_mixture",
    "centers": [[0.5, 0.0], [1.5, 0.5]],
    "weights": [1.0, 3.0],
    "spread": 0.5,
}
EXAMPLE = {
    "energy": {"formula": MIXTURE},
    "sampler": {"kind": "mala", "step_size": 0.2},
    "chains": 64,
    "steps": 1000,
    "seed": 3,
}


def sampling(lab: Laboratory, **changes: Any) -> dict[str, Any]:
    """The decoded answer to the example with some parts changed."""
    answer = lab.http.post("/api/v1/samplings", json={**EXAMPLE, **changes})
    assert answer.status_code == 200, answer.text
    message: dict[str, Any] = msgpack.unpackb(answer.content)
    return message


def draws_of(drawn: dict[str, Any]) -> NDArray[np.floating]:
    """The draws of an answer, in the energy's own units."""
    return off_stage(unpack_array(drawn["draws"]), drawn["landscape"]["window"])


def refusal(lab: Laboratory, status: int, **changes: Any) -> Any:
    """Why the example with some parts changed is refused."""
    return lab.ask("POST", "/samplings", {**EXAMPLE, **changes}, status)["detail"]


def test_a_mixture_is_sampled_as_its_formula_says(lab: Laboratory) -> None:
    drawn = sampling(lab)
    draws = draws_of(drawn)
    kept = -(-1000 // drawn["thinning"])
    assert draws.shape[0] in (kept, kept + 1)
    assert draws.shape[0] <= 400
    assert draws.shape[1:] == (64, 2)
    assert 0 < drawn["ess"] <= 64 * 500 * math.log10(64 * 500)
    assert drawn["r_hat"] < 1.1
    assert 0.4 < drawn["acceptance"] < 0.9
    assert drawn["temperature"] == 1
    assert drawn["gradient_evaluations"] == 64 * 1001
    late = draws[draws.shape[0] // 2 :].reshape(-1, 2)
    mean = (0.25 * 0.5 + 0.75 * 1.5, 0.75 * 0.5)
    error = late.std(0) / math.sqrt(drawn["ess"])
    assert (np.abs(late.mean(0) - mean) < 4 * error).all()
    curves = unpack_array(drawn["autocorrelation"])
    assert np.allclose(curves[:, 0], 1)
    assert (curves[:, 1] < 1).all()
    assert (np.abs(curves[:, -1]) < 0.2).all()


def test_the_map_is_the_formula(lab: Laboratory) -> None:
    drawn = sampling(lab, steps=20, energy={"formula": {"kind": "ring", "radius": 2}})
    landscape = dequantise(drawn["landscape"])
    share = (np.arange(len(landscape.values)) + 0.5) / len(landscape.values)
    x, y = np.meshgrid(*(low + share * (high - low) for low, high in landscape.window))
    expected = (np.hypot(x, y) - 2) ** 2 / (2 * 0.2**2)
    low = expected < 90
    assert np.abs(landscape.values - expected)[low].max() < 0.01


def test_the_same_seed_gives_the_same_draws(lab: Laboratory) -> None:
    first, again, other = (sampling(lab, steps=50, seed=seed) for seed in (1, 1, 2))
    assert first["draws"]["data"] == again["draws"]["data"]
    assert first["draws"]["data"] != other["draws"]["data"]


def test_all_chains_start_where_they_are_told(lab: Laboratory) -> None:
    draws = draws_of(sampling(lab, steps=20, start=[1.0, -0.5]))
    assert np.allclose(draws[0], [1.0, -0.5], rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "path", "allowed"),
    [
        ({"chains": 257}, "chains", "256"),
        ({"chains": 256, "steps": 5000}, "steps", "5000"),
        ({"sampler": {"kind": "mala", "step_size": -1}}, "sampler.step_size", "> 0"),
        ({"sampler": {"kind": "magic"}}, "sampler.kind", "mala"),
        ({"energy": {"formula": {"kind": "ring", "spread": 0}}}, "energy.formula.spread", ">"),
        ({"energy": {}}, "energy", None),
        ({"energy": {"formula": {"kind": "double_well", "dimensions": 5}}}, "energy", None),
    ],
)
def test_bad_values_are_told_by_path(
    lab: Laboratory, changes: dict[str, Any], path: str, allowed: str | None
) -> None:
    (problem,) = refusal(lab, 422, **changes)
    assert problem["path"] == path
    assert allowed is None or allowed in problem["allowed"]


def test_chains_that_leave_all_bounds_are_told(lab: Laboratory) -> None:
    why = refusal(
        lab,
        422,
        energy={"formula": {"kind": "muller_brown"}},
        sampler={"kind": "langevin", "step_size": 50},
    )
    assert "smaller step size than 50" in why


def test_a_run_is_sampled_from_its_checkpoint(lab: Laboratory) -> None:
    assert "there is no run" in refusal(lab, 404, energy={"run": "nowhere"})
    run = lab.create({**SMALL, "updates": 20})
    with lab.page() as page:
        page.watch(run)
        page.state("finished")
    drawn = sampling(lab, steps=40, energy={"run": run})
    assert drawn["gradient_evaluations"] == 64 * 41
    assert unpack_array(drawn["draws"]).shape == (41, 64, 2)


def test_a_run_is_sampled_as_it_was_at_a_past_update(lab: Laboratory) -> None:
    run = lab.create({**SMALL, "updates": 300})
    with lab.page() as page:
        page.watch(run)
        page.state("finished")
    steps = [moment["step"] for moment in lab.ask("GET", f"/runs/{run}/snapshots")]
    assert steps[0] == 0
    assert steps[-1] == 300
    assert 3 < len(steps) <= 64
    assert set(steps) <= {moment["step"] for moment in lab.ask("GET", f"/runs/{run}/keyframes")}

    def landscape(**moment: int) -> Any:
        energy = {"run": run, **moment}
        return dequantise(sampling(lab, steps=20, energy=energy)["landscape"]).values

    last = landscape()
    assert np.array_equal(landscape(step=300), last)
    assert np.abs(landscape(step=steps[1]) - last).max() > 0.1

    (problem,) = refusal(lab, 422, energy={"run": run, "step": 301})
    assert problem["path"] == "energy.step"
    assert problem["value"] == 301
    assert problem["allowed"] == ", ".join(map(str, steps))
    (problem,) = refusal(lab, 422, energy={"formula": MIXTURE, "step": 0})
    assert problem["path"] == "energy"
    assert "no past" in problem["message"]

    lab.ask("DELETE", f"/runs/{run}", status=204)
    assert not (lab.data_dir / "runs" / run).exists()
    lab.ask("GET", f"/runs/{run}/snapshots", status=404)


def test_a_killed_helper_is_replaced(lab: Laboratory) -> None:
    sampling(lab, steps=20)
    assert lab.process
    for child in children(lab.process.pid, "spawn_main"):
        os.kill(child, signal.SIGKILL)
    again = lab.http.post("/api/v1/samplings", json={**EXAMPLE, "steps": 20})
    assert again.status_code in (200, 500), again.text
    assert again.status_code == 200 or "ask again" in again.json()["detail"]
    sampling(lab, steps=20)


def children(parent: int, words: str) -> list[int]:
    """Processes that a process has started and whose command has some words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "status").read_text()
            command = (folder / "cmdline").read_bytes().decode()
        except OSError:
            continue
        if f"PPid:\t{parent}\n" in status and words in command:
            found.append(int(folder.name))
    return found
