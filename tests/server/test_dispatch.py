"""What a worker is told of its run, and when."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ebm_server.protocol.worker_messages import LimitSpeed, ShowFrames
from ebm_server.runs.dispatch import Dispatch
from ebm_server.runs.endings import NO_WORKER
from ebm_server.runs.executors import Ended, Process
from ebm_server.runs.pool import Worker


def dispatching(folder: Path, ledger: Any, executor: Any = None) -> Dispatch:
    """It gives the runs of this ledger to workers."""
    return Dispatch(
        ledger, ledger, executor, folder, folder, lambda _: {}, 1, 1, lambda: None, lambda: 0
    )


def test_a_worker_is_told_nothing_of_its_run_before_it_has_been_given_it(tmp_path: Path) -> None:
    """It leaves when the first thing that it hears is not its run."""
    entry: Any = SimpleNamespace(worker="w", run=SimpleNamespace(id="r", speed=5.0))
    dispatch = dispatching(tmp_path, SimpleNamespace(entries={"r": entry}))
    worker = dispatch.pool.workers["w"] = Worker("w", Process(1, "now"), run="r")
    told: list[Any] = []
    connection: Any = SimpleNamespace(tell=told.append)
    worker.connect(connection)
    wanted = ShowFrames(frames_per_second=15)
    dispatch.show("r", wanted)
    dispatch.tell_speed(entry)
    assert told == []
    worker.ready.set()  # as when it has been given its run
    dispatch.show("r", wanted)
    dispatch.tell_speed(entry)
    assert told == [wanted, LimitSpeed(speed=5.0)]
    worker.disconnect(connection)
    dispatch.show("r", wanted)
    assert len(told) == 2


def test_a_run_that_is_stopped_while_it_starts_does_not_wait_for_a_core_again(
    tmp_path: Path,
) -> None:
    """Also where an earlier server had started it: then it would go on without being asked."""
    run = SimpleNamespace(id="r", state="starting", step=0)
    entry: Any = SimpleNamespace(worker="w", attempt=1, run=run)
    written: list[dict[str, Any]] = []

    async def settled() -> None:
        """All is written."""

    ledger: Any = SimpleNamespace(
        entries={"r": entry},
        write=lambda _, **fields: written.append(fields),
        store=SimpleNamespace(writer=SimpleNamespace(settled=settled)),
    )
    executor: Any = SimpleNamespace()
    dispatch = dispatching(tmp_path, ledger, executor)
    worker = dispatch.pool.workers["w"] = Worker("w", Process(1, "now"), run="r", adopted=True)
    worker.gone.set()
    executor.kill = lambda _: dispatch._worker_ended(worker, Ended())
    dispatch.closing = True  # no timer for a spare

    async def stop() -> None:
        await dispatch.kill(entry, "stopped", "it was stopped before its first update")

    asyncio.run(stop())
    assert [fields["state"] for fields in written] == ["stopped"]


def test_a_worker_that_is_gone_before_its_answer_is_looked_at_has_left_its_run_asleep(
    tmp_path: Path,
) -> None:
    """Both come at once on a busy machine; the run once failed with exit code 0."""
    run = SimpleNamespace(id="r", state="paused", step=7)
    entry: Any = SimpleNamespace(worker="w", attempt=1, run=run)
    written: list[dict[str, Any]] = []
    ledger: Any = SimpleNamespace(
        entries={"r": entry}, write=lambda _, **fields: written.append(fields)
    )
    dispatch: Any = dispatching(tmp_path, ledger, SimpleNamespace())
    dispatch._spawn = lambda work: work.close()
    dispatch.closing = True  # no timer for a spare
    dispatch._falling_asleep["r"] = SimpleNamespace()
    worker = dispatch.pool.workers["w"] = Worker("w", Process(1, "now"), run="r")
    dispatch._worker_ended(worker, Ended(0))
    assert written == [{"tell": True, "own": NO_WORKER}]
    written.clear()
    dispatch._worker_ended(worker, Ended(-9))
    assert [fields["state"] for fields in written] == ["failed"]
