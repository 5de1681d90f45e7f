"""Runs of a server with plug-ins from outside live as ours do."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import msgpack
import pytest

from tests.server.laboratory import Laboratory, endless
from tests.server.outside import failing, new
from tests.server.test_endings import end


@pytest.mark.slow
def test_a_plug_in_s_errors_are_the_reasons_of_its_runs(tmp_path: Path) -> None:
    wrong, leaves = tmp_path / "wrong.py", tmp_path / "leaves.py"
    failing(wrong, 'return {"loss": 1.0, "grad_norm": "foo"}')
    line = failing(leaves, "raise SystemExit(5)")
    options = ["--plugin", str(wrong), "--plugin", str(leaves)]
    with Laboratory(tmp_path / "data", options=options) as lab, lab.page() as page:
        page.watch(lab.create(endless(method={"kind": "leaves"})))
        assert page.state("failed")["reason"] == f"{leaves}, line {line}: SystemExit: 5"
        second = lab.create(endless(method={"kind": "wrong"}))
        page.watch(second)
        ended = page.until(
            lambda m: m["type"] == "run" and m["info"]["id"] == second and m["info"]["ended"]
        )
        reason = ended["info"]["reason"]
        assert "class WrongLearner gives 'foo' as the metric 'grad_norm'" in reason
        assert reason.startswith(f"{wrong}, line ")


@pytest.mark.slow
def test_a_run_with_a_plug_in_lives_as_ours_do(tmp_path: Path) -> None:
    path, broken = tmp_path / "mine.py", tmp_path / "broken.py"
    new("method", path)
    broken.write_text("x = 1\n)")
    options = ["--plugin", str(path), "--plugin", str(broken)]
    environment = {"EBM_MAX_RUNNING": "3"}
    with Laboratory(tmp_path / "data", environment, options=options) as lab:
        assert f"{broken}, line 2: SyntaxError" in lab.line("a plug-in is left out")
        shown = lab.ask("GET", "/catalogue")
        assert "mine" in [method["kind"] for method in shown["methods"]]
        assert shown["recipes"]["mine"]["plane"]["optimization"]["learning_rate"] == 3e-3
        assert [origin["path"] for origin in shown["plugins"]] == [str(path)]
        assert f"{broken}, line 2" in shown["problems"][0]

        run, calm, killed = killed_and_calm(lab)
        assert frame(lab, calm)["landscape"] == frame(lab, killed)["landscape"]
        (origin,) = lab.ask("GET", f"/runs/{calm}")["config"]["plugins"]
        assert (origin["kind"], origin["path"]) == ("mine", str(path))
        sampling = {"energy": {"run": calm}, "sampler": {"kind": "mala"}, "steps": 20}
        assert lab.http.post("/api/v1/samplings", json=sampling).status_code == 200

        lab.stop()
        path.write_text(path.read_text() + "# changed\n")
        lab.start()
        lab.ask("POST", f"/runs/{run}/resume")
        with lab.page() as page:
            page.watch(run)
            told = page.until(
                lambda m: (
                    m["type"] == "event"
                    and "has changed since this run used it" in (m["event"]["text"] or "")
                )
            )
            page.step_beyond(told["event"]["step"])
        lab.ask("POST", f"/runs/{run}/stop")
        both_versions_are_recorded(lab, run)

        lab.stop()
        lab.options = ()
        lab.start()
        assert {r["id"] for r in lab.ask("GET", "/runs")} == {run, calm, killed}
        assert lab.ask("GET", f"/runs/{calm}/metrics")[-1]["step"] == 1500
        assert frame(lab, calm)["landscape"] == frame(lab, killed)["landscape"]
        before = lab.ask("GET", f"/runs/{run}")
        refusal = lab.ask("POST", f"/runs/{run}/resume", status=409)["detail"]
        assert f"bring it with --plugin {path}" in refusal
        assert lab.ask("GET", f"/runs/{run}") == before
        # its dataset is ours: only the method is missing
        assert lab.http.get(f"/api/v1/runs/{run}/truth").status_code == 200
        refusal = lab.http.post("/api/v1/samplings", json=sampling)
        assert (refusal.status_code, f"--plugin {path}" in refusal.text) == (409, True)
        again = {**endless(), "method": {"kind": "mine"}}
        (problem,) = lab.ask("POST", "/runs", again, status=422)["detail"]
        assert problem["path"] == "method.kind"


def both_versions_are_recorded(lab: Laboratory, run: str) -> None:
    """In the download, which agrees with the folder, and in the list of runs."""
    folder = lab.data_dir / "runs" / run
    answer = lab.http.get(f"/api/v1/runs/{run}/download")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        kept = {
            name: json.loads(archive.read(name)) for name in archive.namelist() if "json" in name
        }
    for name in ("config.json", "events.json"):
        assert kept[name] == json.loads((folder / name).read_text())
    (change,) = [change for change in kept["events.json"] if change["path"] == "plugins"]
    assert change["previous"] == kept["config.json"]["plugins"]
    assert change["value"] == kept["run.json"]["config"]["plugins"] != change["previous"]
    assert 0 < change["step"] <= kept["run.json"]["step"]
    (listed,) = [one for one in lab.ask("GET", "/runs") if one["id"] == run]
    assert (listed["first_plugins"], listed["plugins"]) == (change["previous"], change["value"])


def killed_and_calm(lab: Laboratory) -> tuple[str, str, str]:
    """A run that goes on, one that was left alone, and one that was killed and resumed."""
    mine = {"method": {"kind": "mine"}}
    killed = lab.create(endless(updates=1500, **mine))
    lab.ask("PATCH", f"/runs/{killed}", {"speed": 500})  # it has to live until it is killed
    with lab.page() as page:
        page.watch(killed)
        while not (lab.data_dir / "runs" / killed / "checkpoint.safetensors").exists():
            page.step_beyond(0)
        end(lab.worker_pid(killed))
        page.state("failed")
        lab.ask("POST", f"/runs/{killed}/resume")
        lab.ask("PATCH", f"/runs/{killed}", {"speed": None})
        page.state("finished")
        calm = lab.create(endless(updates=1500, **mine))
        page.watch(calm)
        page.state("finished")
        run = lab.create(endless(**mine))
        page.watch(run)
        page.step_beyond(0)
    return run, calm, killed


def frame(lab: Laboratory, run: str) -> Any:
    return msgpack.unpackb(lab.http.get(f"/api/v1/runs/{run}/keyframes/1500").content)
