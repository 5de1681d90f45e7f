"""What is promised when a worker or the server is killed, shut down and started again."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgpack
from ebm_server.web.sessions import WorkerTokens
from websockets.sync.client import connect

from tests.server.laboratory import ROOT, Laboratory, alive, endless

ALONE = {"EBM_MAX_RUNNING": "1", "EBM_SPARE": "0"}


def end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_a_killed_worker_fails_its_run_which_goes_on_from_its_checkpoint(lab: Laboratory) -> None:
    run = lab.create(endless())
    with lab.page() as page:
        page.watch(run)
        while not (lab.data_dir / "runs" / run / "checkpoint.safetensors").exists():
            page.step_beyond(0)
        page.step_beyond(0)
        end(lab.worker_pid(run))
        info = page.state("failed")
        assert "signal 9" in info["reason"]
        assert f"until update {info['step']} is kept" in info["reason"]
        rows = lab.ask("GET", f"/runs/{run}/metrics")
        assert rows[-1]["step"] == info["step"]

        lab.ask("POST", f"/runs/{run}/resume")
        page.state("running")
        resumed = next(e for e in reversed(page.messages) if e["type"] == "event")["event"]["step"]
        assert resumed > 0, "it goes on from its checkpoint, which may be later than its last row"
        page.step_beyond(max(resumed, info["step"]))
        assert lab.ask("POST", f"/runs/{run}/stop")["state"] == "stopped"
    rows = lab.ask("GET", f"/runs/{run}/metrics")
    steps = [row["step"] for row in rows]
    assert steps == sorted(set(steps))
    assert steps[0] < min(resumed, info["step"])
    assert steps[-1] > max(resumed, info["step"])


def test_a_killed_and_resumed_run_ends_as_one_that_was_left_alone(lab: Laboratory) -> None:
    config = endless(updates=4000)
    calm, killed = lab.create(config), lab.create(config)
    with lab.page() as page:
        page.watch(killed)
        while not (lab.data_dir / "runs" / killed / "checkpoint.safetensors").exists():
            page.step_beyond(0)
        end(lab.worker_pid(killed))
        page.state("failed")
        lab.ask("POST", f"/runs/{killed}/resume")
        page.state("finished")
        page.watch(calm)
        page.state("finished")
    frames = [
        msgpack.unpackb(lab.http.get(f"/api/v1/runs/{run}/keyframes/4000").content)
        for run in (calm, killed)
    ]
    assert frames[0]["landscape"] == frames[1]["landscape"]
    first, second = (lab.ask("GET", f"/runs/{run}")["metrics"]["kl"] for run in (calm, killed))
    assert first == second


def test_a_killed_server_loses_nothing_and_its_workers_carry_on(tmp_path: Path) -> None:
    with Laboratory(tmp_path, ALONE) as lab:
        run, waiting = lab.create(endless()), lab.create(endless())
        with lab.page() as page:
            page.watch(run)
            page.step_beyond(20)
            seq, pid = page.numbers[-1], lab.worker_pid(run)
            lab.kill()
        log = lab.data_dir / "runs" / run / "worker.log"
        assert alive(pid)
        lab.start()
        lab.line("Application startup complete")
        up = time.monotonic()
        with lab.page() as page:
            page.watch(run, after=seq)
            page.step_beyond(20)
            continued = time.monotonic() - up
            info = lab.ask("GET", f"/runs/{run}")
            assert info["state"] == "running"
            assert lab.worker_pid(run) == pid, log.read_text()
            assert lab.ask("GET", f"/runs/{waiting}")["state"] == "queued"
            lab.ask("POST", f"/runs/{waiting}/stop")
            lab.ask("POST", f"/runs/{run}/stop")
            page.state("stopped")
            assert page.numbers == list(range(seq + 1, page.numbers[-1] + 1))
        stored = [
            row["seq"]
            for kind in ("metrics", "events")
            for row in lab.ask("GET", f"/runs/{run}/{kind}")
        ]
        assert sorted(stored) == list(range(1, page.numbers[-1] + 1))
        assert continued < 2.0


def test_a_run_that_ends_while_there_is_no_server_is_found_whole(tmp_path: Path) -> None:
    with Laboratory(tmp_path, ALONE) as lab:
        run = lab.create(endless(updates=1500))
        with lab.page() as page:
            page.watch(run)
            page.step_beyond(5)
        pid = lab.worker_pid(run)
        lab.kill()
        descriptor = os.pidfd_open(pid)
        wait_for_end(descriptor)
        lab.start()
        with lab.page() as page:
            page.watch(run)
            info = page.state("finished")
        assert info["step"] == 1500
        rows = lab.ask("GET", f"/runs/{run}/metrics")
        assert rows[-1]["step"] == 1500


def test_a_worker_of_another_version_is_ended_with_a_sentence(tmp_path: Path) -> None:
    with Laboratory(tmp_path, ALONE) as lab:
        run = lab.create(endless())
        with lab.page() as page:
            page.watch(run)
            page.step_beyond(5)
            line = next(line for line in lab.log if "is process" in line)
            worker = line.split("worker ")[1].split()[0]
            hello = {
                "type": "hello",
                "worker": worker,
                "pid": lab.worker_pid(run),
                "run": run,
                "attempt": 1,
            }
            token = WorkerTokens((tmp_path / "worker.key").read_bytes()).of(worker)
            with connect(
                f"ws://127.0.0.1:{lab.port}/api/v1/worker",
                additional_headers={"Authorization": f"Bearer {token}"},
                proxy=None,
            ) as of_old:
                of_old.send(msgpack.packb(hello))
                info = page.state("failed")
        assert "another version" in info["reason"]
        assert "resume goes on" in info["reason"]
        assert not alive(lab.worker_pid(run))


def wait_for_end(descriptor: int) -> None:
    assert select.select([descriptor], [], [], 60)[0]
    os.close(descriptor)


def test_a_shut_down_server_leaves_stopped_runs_that_go_on_later(tmp_path: Path) -> None:
    with Laboratory(tmp_path, ALONE) as lab:
        run, waiting = lab.create(endless()), lab.create(endless())
        with lab.page() as page:
            page.watch(run)
            page.step_beyond(5)
        pids = {lab.worker_pid(run)}
        pids |= {int(line.split("process ")[1]) for line in lab.log if "is process" in line}
        assert lab.stop() == 0
        assert not [pid for pid in pids if alive(pid)]
        lab.start()
        info = lab.ask("GET", f"/runs/{run}")
        assert info["state"] == "stopped"
        assert "server was shut down" in info["reason"]
        assert info["step"] > 5
        assert lab.ask("GET", f"/runs/{waiting}")["state"] in ("starting", "running")
        lab.ask("POST", f"/runs/{waiting}/stop")
        with lab.page() as page:
            page.watch(run)
            lab.ask("POST", f"/runs/{run}/resume")
            page.step_beyond(info["step"])


def test_spare_workers_leave_with_their_server(tmp_path: Path) -> None:
    with Laboratory(tmp_path) as lab:
        pid = int(lab.line("is process").split("process ")[1])
        lab.line("/api/v1/worker")
        assert alive(pid)
        descriptor = os.pidfd_open(pid)
        lab.kill()
        wait_for_end(descriptor)
        lab.start()


def test_a_hung_worker_is_ended_when_its_run_is_stopped(tmp_path: Path) -> None:
    with Laboratory(tmp_path, ALONE | {"EBM_ANSWER_SECONDS": "1"}) as lab:
        run = lab.create(endless())
        with lab.page() as page:
            page.watch(run)
            page.step_beyond(5)
            os.kill(lab.worker_pid(run), signal.SIGSTOP)
            assert "does not answer" in lab.ask("POST", f"/runs/{run}/pause", status=503)["detail"]
            stopped = lab.ask("POST", f"/runs/{run}/stop")
        assert stopped["state"] == "stopped"
        assert "did not answer" in stopped["reason"]
        assert not alive(lab.worker_pid(run))


def test_a_data_folder_has_one_server(lab: Laboratory) -> None:
    command = [sys.executable, "-m", "ebm_server.cli", "serve", "--port", "0", "--no-browser"]
    second = subprocess.run(
        [*command, "--data-dir", str(lab.data_dir)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert second.returncode == 2
    assert "uses the data folder" in second.stderr
    assert str(lab.process and lab.process.pid) in second.stderr
    assert second.stdout == ""
