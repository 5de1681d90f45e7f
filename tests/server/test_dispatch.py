"""What a worker is told of its run, and when."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ebm_server.protocol.worker_messages import LimitSpeed, ShowFrames
from ebm_server.runs.dispatch import Dispatch
from ebm_server.runs.executors import Process
from ebm_server.runs.pool import Worker


def test_a_worker_is_told_nothing_of_its_run_before_it_has_been_given_it(tmp_path: Path) -> None:
    """It leaves when the first thing that it hears is not its run."""
    entry: Any = SimpleNamespace(worker="w", run=SimpleNamespace(id="r", speed=5.0))
    others: Any = SimpleNamespace(entries={"r": entry})
    dispatch = Dispatch(
        others, others, others, tmp_path, tmp_path, lambda _: {}, 1, 1, lambda: None, lambda: 0
    )
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
