"""What watches over a server reads true numbers, lines that are JSON, and no token."""

import json
import os
import signal
import sqlite3
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.server.laboratory import Laboratory, endless


def series(lab: Laboratory) -> dict[str, float]:
    """Each series of /metrics by its name and labels."""
    answer = lab.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_series_tell_how_things_stand(tmp_path: Path) -> None:
    with Laboratory(tmp_path, {"EBM_MAX_RUNNING": "1"}) as lab, lab.page() as page:
        assert httpx.get(f"{lab.http.base_url}/metrics").status_code == 401
        assert httpx.get(f"{lab.http.base_url}/api/v1/ready").json() == {"status": "ready"}
        before = series(lab)
        assert before["ebm_runs[running]"] == before["ebm_frames_total"] == 0
        first, second = lab.create(endless()), lab.create(endless())
        page.watch(first)
        for _ in range(2):  # the first may be a moment that is kept
            page.until(lambda message: message["type"] == "frame")
        now = series(lab)
        assert now["ebm_runs[running]"] == now["ebm_runs[queued]"] == 1
        assert now["ebm_running_most"] == now["ebm_pages"] == now["ebm_watched_runs"] == 1
        assert now["ebm_workers"] >= 1
        assert now["ebm_frames_total"] >= 1
        assert now["ebm_workers_resident_memory_bytes"] > 50e6  # torch alone takes that
        assert now["process_resident_memory_bytes"] > 20e6
        for run in (second, first):
            lab.ask("POST", f"/runs/{run}/stop")
        assert series(lab)["ebm_runs[stopped]"] == 2


def test_a_server_without_its_database_is_not_ready(tmp_path: Path) -> None:
    with Laboratory(tmp_path, {"EBM_SPARE": "0"}) as lab:
        assert lab.ask("GET", "/ready") == {"status": "ready"}
        database = sqlite3.connect(tmp_path / "ebm.sqlite")
        database.execute("ALTER TABLE runs RENAME TO lost")
        assert "cannot be read" in lab.ask("GET", "/ready", status=503)["detail"]
        database.execute("ALTER TABLE lost RENAME TO runs")
        database.close()
        assert lab.ask("GET", "/ready") == {"status": "ready"}


def test_logs_are_json_lines_without_the_token(tmp_path: Path) -> None:
    options = ["--log-format", "json"]
    with Laboratory(tmp_path, {"EBM_SPARE": "0"}, options=options) as lab:
        assert lab.http.get(lab.address).status_code == 200
        lab.http.get("/api/v1/runs")
        line = json.loads(lab.line('"/api/v1/runs"'))
        assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/runs", 200)
        assert line["level"] == "INFO"
        assert line["time"].endswith("+00:00")
        assert lab.process
        os.kill(lab.process.pid, signal.SIGTERM)
        lab.process.wait(60)
        address, *others = lab.log
        assert "token=" in address
        assert any("token=..." in text for text in others)
        assert not any(str(lab.token) in text for text in others)
        assert all(json.loads(text)["logger"] for text in others)


def test_lines_for_people_have_no_token_either(lab: Laboratory) -> None:
    lab.http.get(lab.address)
    lab.line("token=... HTTP")
    assert sum(str(lab.token) in text for text in lab.log) == 1
