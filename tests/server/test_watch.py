"""A worker that takes more memory than it may is ended with a sentence."""

import asyncio
from types import SimpleNamespace
from typing import Any

from ebm_server.limits import MB, Limits
from ebm_server.runs.executors import Process, Used
from ebm_server.runs.pool import Worker
from ebm_server.runs.watch import Watch


def test_memory_is_bounded_while_a_run_goes() -> None:
    worker = Worker("w", Process(1, "now"), run="r")
    run = SimpleNamespace(id="r", state="running", seconds=1.0, step=3, usage=None)
    entry = SimpleNamespace(run=run, processes=1)
    ended: list[tuple[str, str]] = []
    used = [Used(1.0, 300 * MB)]

    async def kill(_: Any, state: str, reason: str) -> None:
        ended.append((state, reason))

    async def look() -> None:
        return

    executor = SimpleNamespace(look=look, used=lambda processes: used * len(processes))
    pool = SimpleNamespace(workers={"w": worker}, executor=executor)
    dispatch: Any = SimpleNamespace(pool=pool, entry_of=lambda _: entry, kill=kill)
    watch = Watch(Limits(run_memory_bytes=500 * MB), dispatch, lambda: None)
    asyncio.run(watch.look())
    assert ended == []
    assert run.usage.memory == 300 * MB
    used[0] = Used(2.0, 600 * MB)
    asyncio.run(watch.look())
    assert len(ended) == 1
    entry.processes = 2  # each may take as much
    asyncio.run(watch.look())
    ((state, reason),) = ended
    assert state == "failed"
    assert reason.startswith("its worker took 600 MB of memory, and 500 MB are the most")
    assert "EBM_RUN_MEMORY_BYTES" in reason
