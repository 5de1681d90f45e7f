"""Ways of images over REST: of a run that goes on, of its past, and what is refused."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from ebm_server.protocol.messages import unpack
from ebm_server.protocol.packing import unpack_array
from ebm_server.protocol.robustness import Robustness
from ebm_server.protocol.ways import WayMade

from ebm_core.datasets.images import figures
from tests.server.laboratory import SMALL, Laboratory, endless

DIGITS: dict[str, Any] = {
    **SMALL,
    "dataset": {"kind": "digits"},
    "method": {"kind": "jem", "chains": 64, "chain_steps": 2},
    "energy": {"kind": "classifier", "hidden": [16], "fourier_features": 0},
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with Laboratory(tmp_path_factory.mktemp("data")) as laboratory:
        yield laboratory


@pytest.fixture(scope="module")
def ended(lab: Laboratory) -> str:
    """A run that has ended."""
    run = lab.create({**DIGITS, "updates": 60})
    with lab.page() as page:
        page.watch(run)
        page.state("finished")
    return run


def made(lab: Laboratory, run: str, **asked: Any) -> dict[str, Any]:
    answer = lab.http.post(f"/api/v1/runs/{run}/ways", json={"steps": 20, **asked})
    assert answer.status_code == 200, answer.text
    way: dict[str, Any] = unpack(answer.content)
    WayMade.model_validate(way)
    return way


def refused(lab: Laboratory, run: str, status: int, **asked: Any) -> Any:
    return lab.ask("POST", f"/runs/{run}/ways", asked, status)["detail"]


def test_a_run_that_goes_on_keeps_the_moment_that_was_asked_for(lab: Laboratory) -> None:
    file = io.BytesIO()
    np.save(file, figures(40, 14)[0])
    kept = lab.http.post("/api/v1/pictures?name=own.npy", content=file.getvalue()).json()
    own = {"kind": "images", "pictures": {"digest": kept["digest"], "rows": kept["rows"]}}
    run = lab.create(endless(dataset=own))
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(0)
        first = made(lab, run)
        page.step_beyond(first["step"])
        lab.ask("POST", f"/runs/{run}/pause")
        page.state("paused")
        later = made(lab, run)
        assert later["step"] == lab.ask("GET", f"/runs/{run}")["step"] > first["step"]
        assert later["energies"] != first["energies"]
        again = made(lab, run, step=later["step"])
        assert again["images"] == later["images"]
        assert again["energies"] == later["energies"]
        lab.ask("POST", f"/runs/{run}/stop")
        page.state("stopped")


def test_a_way_of_an_ended_run_comes_whole(lab: Laboratory, ended: str) -> None:
    way = made(lab, ended, chains=2, label=3)
    assert way["step"] == 60
    assert "20 steps of " in way["description"]
    assert unpack_array(way["images"]).shape == (21, 2, 1, 8, 8)
    assert unpack_array(way["energies"]).shape == (21, 2)
    assert unpack_array(way["at"]).tolist() == list(range(21))
    assert unpack_array(way["ends"]["tile_nearest"]).shape == (2, 1, 8, 8)
    assert unpack_array(way["ends"]["tile_classes"]).shape == (2,)


def test_given_pixels_come_back_to_half_a_grey_value(lab: Laboratory, ended: str) -> None:
    pixels = np.linspace(-1, 1, 64).tolist()
    hole = [True, *[False] * 63]
    images = unpack_array(made(lab, ended, start={"pixels": pixels}, hole=hole)["images"])
    assert np.abs(images[:, 0].reshape(-1, 64)[:, 1:] - pixels[1:]).max() < 0.01


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"steps": 0}, "steps"),
        ({"chains": "many"}, "chains"),
        ({"start": {"pixels": "black"}}, "start.pixels"),
        ({"start": {"held_out": -1}}, "start.held_out"),
        ({"step": -3}, "step"),
        ({"colour": 1}, "colour"),
    ],
)
def test_bad_values_are_told_by_path(
    lab: Laboratory, ended: str, asked: dict[str, Any], path: str
) -> None:
    assert path in [problem["path"] for problem in refused(lab, ended, 422, **asked)]


def test_what_does_not_fit_the_run_is_told(lab: Laboratory, ended: str) -> None:
    assert "have 1 x 8 x 8" in refused(lab, ended, 409, start={"pixels": [0.0] * 3})
    assert "none of these data" in refused(lab, ended, 409, label=10)
    (problem,) = refused(lab, ended, 422, step=61)
    assert problem["path"] == "step"
    assert "60" in problem["allowed"]
    assert "there is no run" in refused(lab, "nobody", 404)


def test_points_of_the_plane_have_no_ways(lab: Laboratory) -> None:
    run = lab.create({**SMALL, "updates": 20})
    with lab.page() as page:
        page.watch(run)
        page.state("finished")
    assert "points of the plane" in refused(lab, run, 409)


def test_the_classifiers_of_a_run_are_attacked(lab: Laboratory, ended: str) -> None:
    answer = lab.http.get(f"/api/v1/runs/{ended}/robustness")
    assert answer.status_code == 200, answer.text
    found = Robustness.model_validate(unpack(answer.content))
    assert (found.step, found.images) == (60, 500)
    assert set(found.accuracies) == {"joint", "softmax"}
    for accuracies in found.accuracies.values():
        for norm in ("linf", "l2"):
            shares = getattr(accuracies, norm)
            assert len(shares) == len(getattr(found.radii, norm))
            assert 1 >= shares[0] >= shares[-1] >= 0


def test_what_cannot_be_attacked_is_told(lab: Laboratory) -> None:
    run = lab.create({**SMALL, "updates": 20})
    with lab.page() as page:
        page.watch(run)
        page.state("finished")
    assert "train by JEM" in lab.ask("GET", f"/runs/{run}/robustness", status=409)["detail"]
    assert "there is no run" in lab.ask("GET", "/runs/nobody/robustness", status=404)["detail"]
