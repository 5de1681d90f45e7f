"""Sweeps on a server: queued as room comes, paused, killed, resumed, and told as a table."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

from ebm_server.cli import cli
from typer.testing import CliRunner

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
