"""Workers on a cluster, by Ray: its scheduler finds each a place with what its run asks for.

An actor holds that place, on whichever machine, and has the worker process as its child. Actors are
detached and known by the worker's name, so that they outlive this server as local workers do.
"""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ebm_server.runs.executors import Demand, Ended, Executor, Process, Used
from ebm_server.runs.executors.ray_cluster import NAMESPACE, RayCluster, first_line
from ebm_server.runs.executors.ray_host import LONGEST_WAIT, WorkerHost

log = logging.getLogger(__name__)
CALLS = 8
"""Calls to an actor at once."""
USED_SECONDS = 1.0
RETRY_SECONDS = 1.0


class RayExecutor(Executor):
    """Detached actors of a cluster.

    Args:
        memory: Bytes that a worker asks for, for each process of its run.

    Raises:
        ValueError: The cluster cannot be used.
    """

    queues = True

    def __init__(self, address: str, memory: int) -> None:
        self._actors: dict[str, Any] = {}
        self._logs: dict[str, Path] = {}
        self._killed: set[str] = set()
        self._left_behind: set[str] = set()
        """Workers that were to end while the cluster was away."""
        self.memory = memory
        self.cluster = RayCluster(address, self._begin_anew)

    @property
    def ray(self) -> Any:
        """The package."""
        return self.cluster.ray

    @property
    def away(self) -> str | None:
        return self.cluster.away

    async def look(self) -> None:
        if await asyncio.to_thread(self.cluster.answers_again):
            self.cluster.connect_anew()

    def _begin_anew(self) -> None:
        """The cluster is connected anew; what was to end meanwhile ends now."""
        self._actors.clear()
        for name in list(self._left_behind):
            self._left_behind.discard(name)
            try:
                self.ray.kill(self.ray.get_actor(name, namespace=NAMESPACE))
            except ValueError:
                continue  # it has ended with its node

    def demand(self, config: dict[str, Any]) -> Demand:
        count = config.get("processes", 1)
        gpus = count if config.get("device") == "cuda" else 0
        return Demand(cpus=count, gpus=gpus, memory=count * self.memory)

    def start(self, environment: dict[str, str], demand: Demand, log: Path) -> Process:
        if not self.cluster.here():
            raise OSError(self.away)
        name = environment["EBM_WORKER"]
        actor = self.ray.remote(WorkerHost).options(
            name=name,
            namespace=NAMESPACE,
            lifetime="detached",
            num_cpus=demand.cpus,
            num_gpus=demand.gpus,
            memory=demand.memory,
            max_restarts=0,
            max_concurrency=CALLS,
        )
        self._actors[name] = actor.remote(environment)
        self._logs[name] = log
        return Process(0, name)

    def _actor(self, process: Process) -> Any:
        """The actor of a worker, of an earlier server too.

        Raises:
            ValueError: It is no more.
        """
        if process.born not in self._actors:
            found = self.ray.get_actor(process.born, namespace=NAMESPACE)
            self._actors[process.born] = found
        return self._actors[process.born]

    def alive(self, process: Process) -> bool:
        if not self.cluster.here():
            return True  # as far as is known
        try:
            self._actor(process)
        except ValueError:
            return False
        return True

    async def ended(self, process: Process) -> Ended:
        found = None
        while found is None:
            if self.away and process.born in self._killed:
                self._left_behind.add(process.born)
                self._forget(process)
                return Ended()
            try:
                if self.away is None:
                    found = await self._end_of(process)
                    continue
            except (ValueError, self.ray.exceptions.ActorDiedError) as error:
                if await asyncio.to_thread(self.cluster.here):
                    return self._gone(process, error)
            except (TimeoutError, self.ray.exceptions.RayError) as error:
                log.warning("worker %s cannot be asked: %s", process.born, first_line(error))
            await asyncio.sleep(RETRY_SECONDS)
        code, said = found
        if said and (file := self._logs.get(process.born)):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(said)
        self.kill(process)  # its place is free for others
        self._forget(process)
        return Ended(code)

    async def _end_of(self, process: Process) -> tuple[int, bytes] | None:
        """The worker's exit code and what it said; None where it still works after a while.

        Raises:
            ValueError: Its actor is no more.
            TimeoutError: The cluster was away meanwhile.
        """
        connection = self.cluster.connection
        waited = asyncio.to_thread(self._actor, process)
        actor = await asyncio.wait_for(waited, LONGEST_WAIT)  # it waits for the head
        asked = asyncio.wrap_future(actor.ended.remote(LONGEST_WAIT).future())
        while not (await asyncio.wait([asked], timeout=LONGEST_WAIT))[0]:
            # it is long in coming where the worker has no place yet
            if self.cluster.connection != connection:
                raise TimeoutError("the cluster was away")
        told: tuple[int, bytes] | None = asked.result()
        return told

    def _gone(self, process: Process, error: Exception) -> Ended:
        """The actor is no more: it was ended from here, or its machine or its own process died."""
        killed = process.born in self._killed
        self._forget(process)
        if killed:
            return Ended()
        log.warning("worker %s is lost: %s", process.born, first_line(error))
        return Ended(lost="its worker's machine or place in the cluster was lost")

    def _forget(self, process: Process) -> None:
        self._actors.pop(process.born, None)
        self._logs.pop(process.born, None)
        self._killed.discard(process.born)

    def used(self, processes: Sequence[Process]) -> list[Used | None]:
        if not self.cluster.here():
            return [None] * len(processes)
        asked: list[Any] = []
        for process in processes:
            actor = self._actors.get(process.born)
            asked.append(actor and actor.used.remote())
        waiting = [ref for ref in asked if ref is not None]
        ready = (
            self.ray.wait(waiting, num_returns=len(waiting), timeout=USED_SECONDS)[0]
            if waiting
            else []
        )
        return [self._told(ref) if ref in ready else None for ref in asked]

    def _told(self, ref: Any) -> Used | None:
        try:
            told: Used | None = self.ray.get(ref)
        except self.ray.exceptions.RayError:
            return None
        return told

    def ask_to_end(self, process: Process) -> None:
        if self.cluster.here() and self.alive(process):
            self._actor(process).ask_to_end.remote()

    def kill(self, process: Process) -> None:
        if self.alive(process):
            self._killed.add(process.born)
            if self.cluster.here():
                self.ray.kill(self._actor(process))
