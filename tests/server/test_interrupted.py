"""Ctrl-C: one ends all and saves, two end all at once, and no process is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.server.laboratory import PATIENCE, Laboratory, alive, endless

TWO = {"EBM_MAX_RUNNING": "2"}


def children(lab: Laboratory) -> list[int]:
    """All processes that the server has started, by what the system says."""
    assert lab.process
    parent = str(lab.process.pid)
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[1] == parent:
            found.append(int(stat.parent.name))
    return found


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_leaves_no_process(tmp_path: Path, times: int) -> None:
    lab = Laboratory(tmp_path, TWO)
    with lab, lab.page() as page:
        runs = [lab.create(endless()), lab.create(endless())]
        for run in runs:
            page.watch(run)
        while {m["run"] for m in page.messages if m["type"] == "metrics"} != set(runs):
            page.next()
        lab.ask("POST", f"/runs/{runs[1]}/pause")
        trial = {"energy": {"kind": "double_well"}, "sampler": {"kind": "langevin"}}
        lab.http.post("/api/v1/samplings", json=trial)  # it has a process of its own
        pids = children(lab)
        workers = [lab.worker_pid(run) for run in runs]
        assert set(workers) < set(pids)
        assert lab.process
        if times == 1:
            assert lab.stop() == 0
        else:
            os.kill(workers[0], signal.SIGSTOP)  # it cannot leave by itself
            lab.process.send_signal(signal.SIGINT)
            lab.line("Ctrl-C again ends all at once")
            lab.process.send_signal(signal.SIGINT)
            assert lab.process.wait(PATIENCE) == 130
        end = time.monotonic() + PATIENCE
        while any(alive(pid) for pid in pids) and time.monotonic() < end:
            os.sched_yield()
        assert [pid for pid in pids if alive(pid)] == []
        lab.start()
        for run in runs:
            info = lab.ask("POST", f"/runs/{run}/resume")
            assert info["step"] > 0 or times == 2


AT_WORK = """
import asyncio, sys
import torch
from ebm_server import background

def multiply():
    one = torch.ones(64, 64)
    begun.set()
    while True:
        one @ one

async def main():
    work = asyncio.create_task(background.in_background(multiply))
    await asyncio.to_thread(begun.wait)
    work.cancel()

import threading
begun = threading.Event()
asyncio.run(main())
print("saved")
background.leave()
"""


def test_an_end_while_a_thread_computes_is_no_abort() -> None:
    """Torn down by Python, a thread in compiled code would end it with SIGABRT."""
    ended = [
        subprocess.run(
            [sys.executable, "-c", AT_WORK], capture_output=True, text=True, timeout=PATIENCE
        )
        for _ in range(3)
    ]
    assert [(one.returncode, one.stdout, one.stderr) for one in ended] == [(0, "saved\n", "")] * 3
