"""A yes outlives the server, and what cannot be kept is told: to who asked, and in /health."""

import resource
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ebm_server.cli import cli
from typer.testing import CliRunner

from tests.server.laboratory import PATIENCE, SMALL, Laboratory, endless

ALONE = {"EBM_MAX_RUNNING": "1", "EBM_SPARE": "0"}


def quickly(lab: Laboratory) -> Laboratory:
    """The next server, after kill -9."""
    lab.kill()
    return lab.start()


def test_nothing_that_was_answered_is_lost_by_kill_9(tmp_path: Path) -> None:
    rate = "optimization.learning_rate"
    with Laboratory(tmp_path, ALONE) as lab:
        going = lab.create(endless())  # keeps the one core, so that the others wait
        waiting = [lab.create({**SMALL, "updates": 9, "name": f"run {i}"}) for i in range(5)]
        found = quickly(lab).ask("GET", "/runs")
        assert [run["id"] for run in reversed(found)] == [going, *waiting]
        lab.ask("PATCH", f"/runs/{waiting[0]}", {"changes": {rate: 0.001}, "speed": 20})
        changed = quickly(lab).ask("GET", f"/runs/{waiting[0]}")
        assert (changed["config"]["optimization"]["learning_rate"], changed["speed"]) == (0.001, 20)
        assert lab.ask("POST", f"/runs/{waiting[0]}/stop")["state"] == "stopped"
        assert quickly(lab).ask("GET", f"/runs/{waiting[0]}")["state"] == "stopped"
        with lab.page() as page:
            page.watch(going)
            page.step_beyond(5)
        paused = lab.ask("POST", f"/runs/{going}/pause")
        again = quickly(lab).ask("GET", f"/runs/{going}")
        assert (again["state"], again["step"]) == ("paused", paused["step"])
        lab.ask("DELETE", f"/runs/{waiting[0]}", status=204)
        quickly(lab).ask("GET", f"/runs/{waiting[0]}", status=404)


def refused(lab: Laboratory, method: str, path: str, body: Any, *said: str) -> int:
    """Sees a request refused with words, and /health tell the same; the status."""
    answer = lab.http.request(method, f"/api/v1{path}", json=body)
    assert answer.status_code in (503, 507), answer.text
    health = lab.ask("GET", "/health")
    assert health["status"] == "trouble"
    for words in said:
        assert words in answer.json()["detail"]
        assert any(words in trouble for trouble in health["troubles"])
    return answer.status_code


def until(holds: Callable[[], bool]) -> None:
    """Waits for something that no message tells."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def until_well(lab: Laboratory) -> None:
    until(lambda: lab.ask("GET", "/health")["status"] == "ok")


def folders(lab: Laboratory) -> set[str]:
    return {path.name for path in (lab.data_dir / "runs").glob("*")}


def test_a_limit_of_file_sizes_is_told_and_nothing_is_lost_when_it_is_lifted(
    tmp_path: Path,
) -> None:
    with Laboratory(tmp_path, ALONE) as lab:
        run = lab.create(endless())
        with lab.page() as page:
            page.watch(run)
            page.step_beyond(5)
            waiting = lab.create(endless())
            assert lab.process
            limits = resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
            body = {"speed": 30}
            until(lambda: lab.ask("GET", "/health")["status"] == "trouble")
            assert (
                refused(lab, "PATCH", f"/runs/{waiting}", body, "refuses to write the database")
                == 507
            )
            assert refused(lab, "POST", "/runs", endless(), "refuses to write the database") == 507
            resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE, limits)
            until_well(lab)
            assert folders(lab) == {run, waiting}
            assert lab.ask("PATCH", f"/runs/{waiting}", body)["speed"] == 30
            page.step_beyond(page.step_beyond(0))
        numbers = page.numbers
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        lab.ask("POST", f"/runs/{waiting}/stop")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_and_a_read_only_disk_are_told_and_nothing_is_lost_when_there_is_room(
    small_disk: Path,
) -> None:
    with Laboratory(small_disk, ALONE) as lab:
        run = lab.create({**SMALL, "updates": 20})
        with lab.page() as page:
            page.watch(run)
            page.state("finished")
        filler = small_disk / "filler"
        with pytest.raises(OSError, match="space"):
            fill(filler)
        before = folders(lab)
        assert refused(lab, "POST", "/runs", endless(), "is full") == 507
        assert folders(lab) == before
        lab.http.patch(f"/api/v1/runs/{run}", json={"speed": 5})  # may fit into the last page
        filler.unlink()
        until_well(lab)
        assert lab.ask("PATCH", f"/runs/{run}", {"speed": 7})["speed"] == 7
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=False)
        answer = lab.http.post("/api/v1/runs", json=endless())
        if answer.status_code != 201:  # files that are open for writing keep a disk writable
            assert "read-only" in answer.json()["detail"]
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
        quickly(lab)
        assert lab.ask("GET", f"/runs/{run}")["speed"] == 7


def fill(filler: Path) -> None:
    """Fills the file system of a file.

    Raises:
        OSError: It is full.
    """
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def damage(database: Path, name: str) -> None:
    """Overwrites the first page of a table or an index."""
    with sqlite3.connect(database) as connection:
        ask = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        page = connection.execute(ask, [name]).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def test_a_damaged_page_is_told_and_nobody_is_told_yes(tmp_path: Path) -> None:
    with Laboratory(tmp_path, ALONE) as lab:
        run = lab.create({**SMALL, "updates": 20})
        with lab.page() as page:
            page.watch(run)
            page.state("finished")
        lab.stop()
        damage(tmp_path / "ebm.sqlite", "sqlite_autoindex_runs_1")
        lab.start()
        before = folders(lab)
        for method, path, body in (
            ("POST", "/runs", endless()),
            ("PATCH", f"/runs/{run}", {"speed": 3}),
            ("DELETE", f"/runs/{run}", None),
        ):
            assert refused(lab, method, path, body, "is damaged", "put back a copy") == 503
        assert folders(lab) == before
        assert [one["id"] for one in lab.ask("GET", "/runs")] == [run]
        lab.stop()
        assert "Traceback" not in "".join(lab.log)
    damage(tmp_path / "ebm.sqlite", "runs")
    started_in_vain(tmp_path)


def test_nothing_opens_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "ebm.sqlite").write_bytes(b"nonsense" * 1000)
    assert "the database cannot be opened" in started_in_vain(tmp_path)


def started_in_vain(data_dir: Path) -> str:
    """Sees `ebm serve` and `ebm runs` end in a line that is said of a damaged database."""
    said = ""
    for command in (["serve", "--port", "0", "--no-browser"], ["runs"]):
        result = CliRunner().invoke(cli, [*command, "--data-dir", str(data_dir)])
        assert result.exit_code == 2, result.output
        assert "the database is damaged" in result.output
        assert len(result.output.splitlines()) == 1
        said += result.output
    return said
