"""REST routes of runs, against a real server and real workers."""

import csv
import io
import json
import time
import zipfile
from typing import Any

import msgpack
import numpy as np
from ebm_server.protocol.packing import unpack_frame

from ebm_core import RunConfig
from ebm_core.runs.load import DIVERGED
from tests.server.laboratory import PATIENCE, SMALL, Laboratory, endless


def test_a_run_goes_from_its_form_to_its_last_figure(lab: Laboratory) -> None:
    created = lab.ask("POST", "/runs", {**SMALL, "updates": 300, "name": "mine"}, 201)
    run = created["id"]
    assert created["name"] == "mine"
    assert created["state"] in ("queued", "starting")
    assert created["config"]["optimization"]["averaging"] == 0.999
    with lab.page() as page:
        page.watch(run)
        info = page.state("finished")
    assert info["step"] == info["horizon"] == 300
    assert info["started"]
    assert info["started"] < info["ended"]
    assert np.isfinite(info["metrics"]["kl"])
    whole = lab.ask("GET", f"/runs/{run}")
    assert info == {name: value for name, value in whole.items() if name != "config"}
    assert (info["dataset"], info["method"]) == ("gaussian_ring", "denoising")
    listed = next(one for one in lab.ask("GET", "/runs") if one["id"] == run)
    assert info.items() <= listed.items()

    rows = lab.ask("GET", f"/runs/{run}/metrics")
    steps = [row["step"] for row in rows]
    assert steps == sorted(set(steps))
    assert steps[-1] == 300
    assert {"loss", "updates_per_second", "publishing_share"} <= rows[-1]["values"].keys()
    later = lab.ask("GET", f"/runs/{run}/metrics?after={rows[0]['seq']}")
    assert later == rows[1:]
    table = list(
        csv.DictReader(io.StringIO(lab.http.get(f"/api/v1/runs/{run}/metrics?format=csv").text))
    )
    assert [float(row["loss"]) for row in table if row["loss"]] == [
        row["values"]["loss"] for row in rows if "loss" in row["values"]
    ]

    keyframes = lab.ask("GET", f"/runs/{run}/keyframes")
    assert keyframes[0]["step"] == 0
    assert keyframes[-1]["step"] == 300
    bytes_ = lab.http.get(f"/api/v1/runs/{run}/keyframes/300").content
    frame = unpack_frame(msgpack.unpackb(bytes_))
    assert frame.landscape is not None
    assert frame.landscape.values.std() > 0
    assert frame.arrays["chains"].shape[1] == 2
    lab.ask("GET", f"/runs/{run}/keyframes/299999", status=404)

    files = zipfile.ZipFile(io.BytesIO(lab.http.get(f"/api/v1/runs/{run}/download").content))
    assert {"config.json", "events.json", "metrics.csv", "checkpoint.safetensors"} <= set(
        files.namelist()
    )
    assert RunConfig.model_validate(json.loads(files.read("config.json"))).updates == 300

    lab.ask("DELETE", f"/runs/{run}", status=204)
    lab.ask("GET", f"/runs/{run}", status=404)
    assert not (lab.data_dir / "runs" / run).exists()


def test_a_time_budget_becomes_updates_and_is_told(lab: Laboratory) -> None:
    run = lab.create({**SMALL, "seconds": 0.6})
    with lab.page() as page:
        page.watch(run)
        info = page.state("finished")
    assert info["horizon"] == info["step"]
    changes = [e for e in lab.ask("GET", f"/runs/{run}/events") if e["kind"] == "change"]
    assert changes
    assert {change["path"] for change in changes} == {"updates"}
    assert changes[-1]["value"] == info["horizon"]


def test_stopping_a_paused_run_leaves_its_last_picture(lab: Laboratory) -> None:
    run = lab.create(endless())
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(5)
        at = lab.ask("POST", f"/runs/{run}/pause")["step"]
        deadline = time.monotonic() + PATIENCE  # a keyframe is committed beside the answer
        while lab.ask("GET", f"/runs/{run}/keyframes")[-1]["step"] != at:
            assert time.monotonic() < deadline
        shown = lab.http.get(f"/api/v1/runs/{run}/keyframes/{at}").content
        lab.ask("POST", f"/runs/{run}/stop")
        page.state("stopped")
    assert lab.http.get(f"/api/v1/runs/{run}/keyframes/{at}").content == shown


def test_pause_step_change_resume_stop_and_go_on(lab: Laboratory) -> None:
    run = lab.create(endless())
    path = "optimization.learning_rate"
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(5)
        paused = lab.ask("POST", f"/runs/{run}/pause")
        assert paused["state"] == "paused"
        at = paused["step"]
        deadline = time.monotonic() + PATIENCE  # a keyframe is committed beside the answer
        while lab.ask("GET", f"/runs/{run}/keyframes")[-1]["step"] != at:
            assert time.monotonic() < deadline
        assert lab.ask("POST", f"/runs/{run}/step", {"updates": 3})["step"] == at + 3
        assert lab.ask("POST", f"/runs/{run}/step")["step"] == at + 4
        frame = page.until(lambda m: m["type"] == "frame" and m["step"] == at + 4)
        assert "landscape" in frame

        changed = lab.ask("PATCH", f"/runs/{run}", {"changes": {path: 0.001}})
        assert changed["config"]["optimization"]["learning_rate"] == 0.001
        event = page.until(lambda m: m["type"] == "event" and m["event"]["kind"] == "change")
        assert event["event"] == {
            "seq": event["seq"], "step": at + 4, "kind": "change", "path": path,
            "value": 0.001, "previous": 0.003, "text": None,
        }  # fmt: skip

        assert lab.ask("POST", f"/runs/{run}/resume")["state"] == "running"
        page.step_beyond(at + 10)
        lab.ask("POST", f"/runs/{run}/resume", status=409)
        lab.ask("POST", f"/runs/{run}/step", status=409)
        lab.ask("DELETE", f"/runs/{run}", status=409)
        stopped = lab.ask("POST", f"/runs/{run}/stop")
        assert stopped["state"] == "stopped"
        lab.ask("POST", f"/runs/{run}/pause", status=409)

        lab.ask("PATCH", f"/runs/{run}", {"changes": {path: 0.002}})
        assert lab.ask("POST", f"/runs/{run}/resume")["state"] in ("queued", "starting")
        page.step_beyond(stopped["step"])
        info = lab.ask("POST", f"/runs/{run}/stop")
    assert info["config"]["optimization"]["learning_rate"] == 0.002
    events = lab.ask("GET", f"/runs/{run}/events")
    values = [event["value"] for event in events if event["kind"] == "change"]
    assert values == [0.001, 0.002]
    assert f"goes on from update {stopped['step']}" in [event["text"] for event in events]
    steps = [row["step"] for row in lab.ask("GET", f"/runs/{run}/metrics")]
    assert steps == sorted(set(steps))


def test_speed_is_limited_and_set_free(lab: Laboratory, going: str) -> None:
    run = going
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(0)
        assert lab.ask("PATCH", f"/runs/{run}", {"speed": 20})["speed"] == 20
        slow = page.until(
            lambda m: (
                m["type"] == "metrics"
                and m["rows"][-1]["values"].get("updates_per_second", 99) < 30
            )
        )
        assert lab.ask("PATCH", f"/runs/{run}", {"speed": None})["speed"] is None
        page.until(
            lambda m: (
                m["type"] == "metrics" and m["rows"][-1]["values"].get("updates_per_second", 0) > 40
            )
        )
    assert slow["rows"][-1]["step"] > 0


def test_bad_configs_are_refused_with_path_value_and_bounds(lab: Laboratory) -> None:
    method = {"kind": "persistent", "sampler": {"kind": "mala", "step_size": -1}}
    answer = lab.ask("POST", "/runs", {**SMALL, "method": method}, 422)
    (problem,) = answer["detail"]
    assert problem["path"] == "method.sampler.step_size"
    assert problem["value"] == -1
    assert "> 0" in problem["allowed"]
    answer = lab.ask("POST", "/runs", {"dataset": {"kind": "mons"}}, 422)
    assert {"dataset.kind", "method"} == {problem["path"] for problem in answer["detail"]}
    for data in ("/etc", "/tmp"):
        given = {**SMALL, "dataset": {"kind": "mnist", "data": data}}
        problem = lab.ask("POST", "/runs", given, 422)["detail"][0]
        assert (problem["path"], problem["allowed"]) == ("dataset.data", "null")
    lab.ask("POST", "/runs", [1], 422)
    misfits: list[tuple[dict[str, Any], str, str]] = [
        ({"kind": "persistent", "chains": 2000}, "moons", "more than method.buffer_size, 256"),
        ({"kind": "variational", "centres": 8}, "moons", "fewer than method.negatives"),
        ({"kind": "jem"}, "swiss_roll", "needs data of several classes"),
    ]
    for kind, dataset, told in (
        ("convolutional", "moons", "takes images"),
        ("classifier", "gaussian_ring", "the data have 8 classes"),
    ):
        energy = {"kind": kind} | ({"classes": 2} if kind == "classifier" else {})
        method = {"kind": "jem" if kind == "classifier" else "denoising"}
        given = {"dataset": {"kind": dataset}, "method": method, "energy": energy}
        assert told in lab.ask("POST", "/runs", given, 422)["detail"][0]["message"]
    plain = {**SMALL, "dataset": {"kind": "moons"}, "method": {"kind": "jem"}}
    assert "a classifier's logits" in lab.ask("POST", "/runs", plain, 422)["detail"][0]["message"]
    for misfit, dataset, told in misfits:
        given = {"dataset": {"kind": dataset}, "method": misfit}
        (problem,) = lab.ask("POST", "/runs", given, 422)["detail"]
        assert problem["path"] == "method"
        assert told in problem["message"]


def test_bad_changes_are_refused_and_none_of_them_is_made(lab: Laboratory, going: str) -> None:
    run = going
    changes = {"optimization.learning_rate": 0.001, "optimization.batch_size": 9}
    answer = lab.ask("PATCH", f"/runs/{run}", {"changes": changes}, 422)
    assert [problem["path"] for problem in answer["detail"]] == ["optimization.batch_size"]
    assert "start a new run" in answer["detail"][0]["message"]
    answer = lab.ask("PATCH", f"/runs/{run}", {"changes": {"optimization.learning_rate": 7}}, 422)
    assert answer["detail"][0]["value"] == 7
    assert "<= 1" in answer["detail"][0]["allowed"]
    lab.ask("PATCH", f"/runs/{run}", {"speed": -1}, 422)
    config = lab.ask("GET", f"/runs/{run}")["config"]
    assert config["optimization"]["learning_rate"] == 0.003


def test_a_run_that_diverges_says_what_and_keeps_its_last_good_frame(lab: Laboratory) -> None:
    wild = {"learning_rate": 1.0, "batch_size": 8, "warmup": 0}
    method = {"kind": "persistent", "chains": 8, "chain_steps": 1}
    run = lab.create({**SMALL, "method": method, "optimization": wild, "updates": 1_000_000})
    with lab.page() as page:
        page.watch(run)
        info = page.state("failed", "finished")
    assert info["state"] == "failed"
    assert "learning rate" in info["reason"]
    last = lab.ask("GET", f"/runs/{run}/keyframes")[-1]["step"]
    assert last == info["step"]
    assert info["repeats"]
    told = lab.data_dir / "runs" / run / DIVERGED  # for who loads the folder
    assert told.read_text("utf-8") == info["reason"]
    why = lab.ask("POST", f"/runs/{run}/resume", status=409)["detail"]
    assert "would repeat its failure" in why
    assert info["reason"] in why
    lab.ask("PATCH", f"/runs/{run}", {"changes": {"optimization.learning_rate": 1e-4}})
    assert lab.ask("POST", f"/runs/{run}/resume")["state"] in ("queued", "starting")
    with lab.page() as page:
        page.watch(run)
        page.state("running")
        lab.http.post(f"/api/v1/runs/{run}/stop")
        ended = page.state("stopped", "failed")  # what was ruined may well diverge once more
    assert told.exists() == (ended["state"] == "failed")


def test_digits_are_trained_and_kept_as_images(lab: Laboratory) -> None:
    run = lab.create(
        {"dataset": {"kind": "digits"}, "method": {"kind": "persistent"}, "updates": 3}
    )
    with lab.page() as page:
        page.watch(run)
        page.state("finished")
    frame = unpack_frame(msgpack.unpackb(lab.http.get(f"/api/v1/runs/{run}/keyframes/3").content))
    assert frame.landscape is None
    assert frame.arrays["chains"].shape[1:] == (1, 8, 8)


def test_unknown_runs_are_not_found(lab: Laboratory) -> None:
    for method, path in (
        ("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/stop"), ("GET", "/metrics"),
        ("GET", "/events"), ("GET", "/keyframes"), ("GET", "/snapshots"), ("GET", "/download"),
    ):  # fmt: skip
        answer = lab.ask(method, f"/runs/nobody{path}", status=404)
        assert "nobody" in answer["detail"]


def test_a_run_by_time_is_repeated_exactly(lab: Laboratory) -> None:
    run = lab.create({**SMALL, "updates": None, "seconds": 0.6})
    lab.ask("POST", f"/runs/{run}/repeat", status=409)
    with lab.page() as page:
        page.watch(run)
        first = page.state("finished")
    made = lab.ask("POST", f"/runs/{run}/repeat", status=201)
    with lab.page() as page:
        page.watch(made["id"])
        second = page.state("finished")
    assert second["step"] == first["step"]
    assert second["metrics"]["kl"] == first["metrics"]["kl"]

    def changes(of: str) -> list[tuple[int, str, Any]]:
        events = lab.ask("GET", f"/runs/{of}/events")
        return [(e["step"], e["path"], e["value"]) for e in events if e["kind"] == "change"]

    assert changes(made["id"]) == changes(run)


def test_a_branch_goes_as_its_parent_and_then_its_own_way(lab: Laboratory) -> None:
    run = lab.create({**SMALL, "updates": 400})
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(20)
        lab.ask("PATCH", f"/runs/{run}", {"changes": {"optimization.learning_rate": 5e-4}})
        parent = page.state("finished")
    path = "optimization.learning_rate"
    changed = [e["step"] for e in lab.ask("GET", f"/runs/{run}/events") if e["path"] == path]
    step = (changed[-1] + parent["step"]) // 2  # on a busy machine the change may come late
    made = {
        name: lab.ask("POST", f"/runs/{run}/branch", {"step": step, **more}, status=201)
        for name, more in {
            "same": {},
            "other": {"changes": {"optimization.learning_rate": 1e-2}, "name": "faster"},
        }.items()
    }
    ends = {}
    for name, branch in made.items():
        assert (branch["parent"], branch["parent_step"]) == (run, step)
        with lab.page() as page:
            page.watch(branch["id"])
            ends[name] = page.state("finished")
    assert ends["other"]["name"] == "faster"
    figures = {name: end["metrics"]["kl"] for name, end in ends.items()}
    assert figures["same"] == parent["metrics"]["kl"]
    assert figures["other"] != parent["metrics"]["kl"]
    events = [e for e in lab.ask("GET", f"/runs/{made['other']['id']}/events") if e["path"]]
    last = events[-1]
    assert (last["step"], last["path"], last["value"]) == (step, "optimization.learning_rate", 1e-2)
    assert last["previous"] == 5e-4


def test_a_branch_says_what_is_wrong_with_it(lab: Laboratory) -> None:
    run = lab.create({**SMALL, "updates": 20})
    with lab.page() as page:
        page.watch(run)
        page.state("finished")

    def problem(**asked: Any) -> dict[str, Any]:
        answer = lab.ask("POST", f"/runs/{run}/branch", asked, status=422)
        return dict(answer["detail"][0])

    assert problem(step=21)["allowed"] == "0 to 20"
    unknown = problem(step=3, changes={"optimization.speed": 1})
    assert unknown["path"] == "optimization.speed"
    assert "cannot change" in problem(step=3, changes={"seed": 4})["message"]
    lab.ask("POST", "/runs/nobody/branch", {"step": 0}, status=404)
