"""Sweeps on a server: queued as room comes, paused, killed, resumed, and told as a table."""

import json
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from ebm_server.cli import cli
from ebm_server.commands._runs_on_server import RunsOnServer
from ebm_server.commands._sweep_on_server import Api
from typer.testing import CliRunner

from ebm_core.sweeps.members import members
from ebm_core.sweeps.records import Records
from ebm_core.sweeps.spec import read
from tests.server.laboratory import PATIENCE, Laboratory
from tests.server.test_sweep_command import SMALL

TWO_AT_ONCE = {"EBM_MAX_RUNNING": "2", "EBM_MAX_QUEUED": "2", "EBM_SPARE": "0"}
SEEDS = SMALL + "updates = 30\n[grid]\nseed = [0, 1, 2, 3]"
LONG = SMALL + "updates = 10000000\n[grid]\nseed = [0, 1, 2, 3]"


def until(lab: Laboratory, sweep: str, *states: str) -> dict[str, Any]:
    """Waits until a sweep is so; all of it."""
    end = time.monotonic() + 2 * PATIENCE
    with lab.page() as page:
        while (found := lab.ask("GET", f"/sweeps/{sweep}/summary"))["state"] not in states:
            page.until(lambda m: m["type"] == "runs", max(0.0, end - time.monotonic()))
    assert found["ended"] == found["runs"] or "finished" not in states
    whole: dict[str, Any] = lab.ask("GET", f"/sweeps/{sweep}")
    return whole


def begun(lab: Laboratory, toml: str) -> str:
    """A new sweep's id."""
    return str(lab.ask("POST", "/sweeps", {"toml": toml}, 201)["id"])


def test_a_sweep_fills_the_queue_as_room_comes_and_is_told_as_a_table(tmp_path: Path) -> None:
    with Laboratory(tmp_path, TWO_AT_ONCE) as lab:
        plan = lab.ask("POST", "/sweeps/plan", {"toml": LONG})
        assert (plan["runs"], plan["seconds"], plan["at_once"]) == (4, None, 2)
        assert lab.ask("GET", "/sweeps") == []
        sweep = begun(lab, SEEDS)
        waiting = [run["state"] for run in lab.ask("GET", "/runs")].count("queued")
        assert waiting <= 1
        whole = until(lab, sweep, "finished")
        assert [one["values"] for one in whole["members"]] == [{"seed": n} for n in range(4)]
        assert Counter(one["state"] for one in whole["members"]) == {"finished": 4}
        (group,) = whole["groups"]
        figures = sorted(one["figures"]["kl"] for one in whole["members"])
        assert group["figures"]["kl"]["median"] == (figures[1] + figures[2]) / 2
        lines = lab.http.get(f"/api/v1/sweeps/{sweep}/table").text.splitlines()
        assert len(lines) == 5
        assert lines[0].startswith("key,run,state,")
        first = whole["members"][0]["run"]
        assert lab.ask("GET", f"/runs/{first}")["sweep"] == sweep
        lab.ask("POST", f"/sweeps/{sweep}/resume", status=409)
        lab.ask("DELETE", f"/runs/{first}", status=204)
        assert lab.ask("GET", f"/sweeps/{sweep}")["state"] == "paused"
        lab.ask("POST", f"/sweeps/{sweep}/resume")
        again = until(lab, sweep, "finished")["members"]
        assert again[1:] == whole["members"][1:]
        assert again[0]["run"] != first
        assert again[0]["figures"]["kl"] == whole["members"][0]["figures"]["kl"]
        lab.ask("DELETE", f"/sweeps/{sweep}?with_runs=true", status=204)
        assert lab.ask("GET", "/runs") == lab.ask("GET", "/sweeps") == []


def test_a_sweep_is_paused_and_goes_on_after_its_server_was_killed(tmp_path: Path) -> None:
    with Laboratory(tmp_path, TWO_AT_ONCE) as lab:
        sweep = begun(lab, LONG)
        with lab.page() as page:
            while lab.ask("GET", f"/sweeps/{sweep}/summary")["going"] < 2:
                page.until(lambda m: m["type"] == "runs")
            for run in lab.ask("GET", "/runs"):
                if run["state"] in ("starting", "running"):
                    page.watch(run["id"])
                    page.until(lambda m: m["type"] == "metrics")
        known = {run["id"] for run in lab.ask("GET", "/runs")}
        lab.kill()
        lab.start()
        assert lab.ask("GET", f"/sweeps/{sweep}/summary")["state"] == "running"
        lab.ask("DELETE", f"/sweeps/{sweep}", status=409)
        assert lab.ask("POST", f"/sweeps/{sweep}/pause")["state"] == "paused"
        members = lab.ask("GET", f"/sweeps/{sweep}")["members"]
        states = Counter(one["state"] for one in members)
        assert states == {"stopped": len(known), "missing": 4 - len(known)}
        assert {run["id"] for run in lab.ask("GET", "/runs")} == known
        lab.ask("POST", f"/sweeps/{sweep}/resume")
        with lab.page() as page:
            run = next(one["run"] for one in members if one["run"])
            page.watch(run)
            page.state("running")
        assert {one["run"] for one in members if one["run"]} == known
        lab.ask("POST", f"/sweeps/{sweep}/pause")


def test_what_a_person_has_paused_rests_when_the_server_is_started_again(tmp_path: Path) -> None:
    with Laboratory(tmp_path, TWO_AT_ONCE) as lab:
        sweep = begun(lab, LONG.replace("[0, 1, 2, 3]", "[0, 1]"))
        with lab.page() as page:
            while len(going := lab.ask("GET", "/runs?state=running")) < 2:
                page.until(lambda m: m["type"] == "runs")
            paused, other = (run["id"] for run in going)
            page.watch(other)
            page.until(lambda m: m["type"] == "metrics")
        lab.ask("POST", f"/runs/{paused}/pause")
        lab.stop()
        lab.start()
        with lab.page() as page:
            page.watch(other)
            page.state("running")
        rests = lab.ask("GET", f"/runs/{paused}")
        assert rests["state"] == "stopped"
        assert "while it was paused" in rests["reason"]
        lab.ask("POST", f"/sweeps/{sweep}/pause")


def test_what_cannot_be_is_refused_and_nothing_is_started(lab: Laboratory) -> None:
    before = lab.ask("GET", "/sweeps")
    wrong = SMALL + "[grid]\nseed = [0, -1]\nsead = [2]"
    problems = lab.ask("POST", "/sweeps", {"toml": wrong}, 422)["detail"]
    assert [(one["path"], one["value"]) for one in problems] == [("sead", 2), ("seed", -1)]
    assert problems[1]["allowed"].startswith("a whole number >= 0")
    lab.ask("POST", "/sweeps", {"toml": "[grid"}, 422)
    lab.ask("POST", "/sweeps", {"toml": "x" * 200_001}, 422)
    lab.ask("GET", "/sweeps/none", status=404)
    assert lab.ask("GET", "/sweeps") == before


def test_the_command_follows_a_sweep_on_a_server(lab: Laboratory, tmp_path: Path) -> None:
    sweep = tmp_path / "sweep.toml"
    sweep.write_text(SEEDS.replace("[0, 1, 2, 3]", "[0, 1]"))
    server = ["--server", lab.address]
    done = CliRunner().invoke(cli, ["sweep", str(sweep), *server])
    assert done.exit_code == 0, done.output
    assert "kl, median" in done.output
    sweep.write_text(SEEDS.replace("seed", "sead"))
    done = CliRunner().invoke(cli, ["sweep", str(sweep), *server])
    assert done.exit_code == 2
    assert "sead is 0: there is no such field" in done.output
    server[1] = f"http://127.0.0.1:{lab.port}"
    done = CliRunner().invoke(cli, ["sweep", str(sweep), *server, "--token", "another"])
    assert done.exit_code == 2
    assert "give that address as --server" in done.output
    done = CliRunner().invoke(cli, ["sweep", str(sweep), *server, "--token", lab.token or ""])
    assert "sead is 0" in done.output
    done = CliRunner().invoke(cli, ["sweep", str(sweep), "--server", "http://127.0.0.1:9"])
    assert done.exit_code == 2
    assert "does not answer" in done.output


@pytest.mark.skipif(find_spec("optuna") is None, reason="Optuna is not installed")
def test_a_search_has_its_trials_made_by_a_server(lab: Laboratory, tmp_path: Path) -> None:
    sweep, out = tmp_path / "sweep.toml", tmp_path / "out"
    drawn = '\n[random]\ncount = 1\n"optimization.learning_rate" = { log = [1e-4, 1e-2] }\n'
    sweep.write_text(SEEDS.replace("[0, 1, 2, 3]", "[0, 1]") + drawn)
    search = ["sweep", str(sweep), "--server", lab.address, "--search", "3"]
    done = CliRunner().invoke(cli, search)
    assert (done.exit_code, "--out is missing" in done.output) == (2, True)
    done = CliRunner().invoke(cli, [*search, "--out", str(out), "--jobs", "3", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert len(told["groups"]) == 3  # trials, each of two seeds
    ids = {run["run"] for run in told["runs"]}
    assert len(ids) == 6
    first = next(run for run in told["runs"])
    made = lab.ask("GET", f"/runs/{first['run']}")
    assert made["state"] == "finished"
    assert made["metrics"]["kl"] == first["figures"]["kl"]
    assert "updates_per_second" not in first["figures"]  # of its last row alone
    assert {p.name for p in out.iterdir()} >= {"trials.jsonl", "runs.csv", "groups.csv"}
    done = CliRunner().invoke(cli, [*search, "--out", str(out), "--json"])
    assert json.loads(done.stdout)["runs"] == told["runs"]  # nothing is missing


def test_runs_of_a_search_that_is_ended_are_taken_back(lab: Laboratory, tmp_path: Path) -> None:
    member = members(read(SEEDS.replace("updates = 30", "updates = 10000000")), tmp_path)[0]
    before = {run["id"] for run in lab.ask("GET", "/runs")}
    runs = RunsOnServer(Records(tmp_path), 2, lambda: False, Api(lab.address, None))
    with runs.open():
        assert next(runs.make([member])) is None
        (run,) = runs.going
        assert lab.ask("GET", f"/runs/{run}")["name"].startswith("seed = ")
    assert {run["id"] for run in lab.ask("GET", "/runs")} == before
