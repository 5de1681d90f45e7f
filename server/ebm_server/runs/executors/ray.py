"""Workers on a cluster, by Ray: its scheduler finds each a place with what its run asks for.

An actor holds that place, on whichever machine, and has the worker process as its child. Actors are
detached and known by the worker's name, so that they outlive this server as local workers do.
"""

import asyncio
import importlib
import importlib.util
import logging
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ebm_server.runs.executors import Demand, Ended, Executor, Process, Used
from ebm_server.runs.executors.ray_host import LONGEST_WAIT, WorkerHost
from ebm_server.settings import is_loopback

log = logging.getLogger(__name__)
NAMESPACE = "ebm-lab"
CALLS = 8
"""Calls to an actor at once."""
KNOCK_SECONDS = 10.0
USED_SECONDS = 1.0
RETRY_SECONDS = 1.0
MISSING = "Ray is not installed; pip install 'ebm-lab[ray]', or leave --executor ray out"


def connect(address: str) -> Any:
    """The package `ray`, connected to a cluster.

    Raises:
        ValueError: It is not installed, or there is no such cluster.
    """
    if importlib.util.find_spec("ray") is None:
        raise ValueError(MISSING)
    ray = importlib.import_module("ray")
    if not ray.is_initialized():
        try:
            knock(os.environ.get("RAY_ADDRESS", address) if address == "auto" else address)
            ray.init(address, namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            said = next(reversed(str(error).strip().splitlines()), type(error).__name__)
            raise ValueError(
                f"there is no Ray cluster at {address!r} ({said}); start one with "
                "`ray start --head`, or name another by --ray-address"
            ) from error
    return ray


def knock(address: str) -> None:
    """Sees whether somebody listens at HOST:PORT: Ray itself would wait there for minutes.

    Raises:
        OSError: Nobody does.
    """
    parts = urlsplit(address if "://" in address else f"//{address}")
    if parts.hostname and parts.port:
        socket.create_connection((parts.hostname, parts.port), timeout=KNOCK_SECONDS).close()


def refuse_unreachable(ray: Any, url: str) -> None:
    """Refuses an address that is of this machine alone, where the cluster has others.

    Raises:
        ValueError: It is so.
    """
    machines = {node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]}
    others = {one for one in machines if not is_loopback(one)} - {ray.util.get_node_ip_address()}
    if others and is_loopback(urlsplit(url).hostname or ""):
        raise ValueError(
            f"workers on {', '.join(sorted(others))} cannot call {url}; listen on an address that "
            "they reach (--host) and name it by --advertise http://..."
        )


class RayExecutor(Executor):
    """Detached actors of a cluster.

    Args:
        memory: Bytes that a worker asks for.

    Raises:
        ValueError: As `connect`.
    """

    queues = True

    def __init__(self, address: str, memory: int) -> None:
        self.ray = connect(address)
        self.memory = memory
        self._actors: dict[str, Any] = {}
        self._logs: dict[str, Path] = {}
        self._killed: set[str] = set()

    def demand(self, config: dict[str, Any]) -> Demand:
        return Demand(gpus=1 if config.get("device") == "cuda" else 0, memory=self.memory)

    def start(self, environment: dict[str, str], demand: Demand, log: Path) -> Process:
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
        try:
            self._actor(process)
        except ValueError:
            return False
        return True

    async def ended(self, process: Process) -> Ended:
        exceptions = self.ray.exceptions
        found = None
        while found is None:
            try:
                asked = self._actor(process).ended.remote(LONGEST_WAIT)
                found = await asyncio.wrap_future(asked.future())
            except (ValueError, exceptions.ActorDiedError) as error:
                return self._gone(process, error)
            except exceptions.RayError as error:
                log.warning("worker %s cannot be asked: %s", process.born, first_line(error))
                await asyncio.sleep(RETRY_SECONDS)
        code, said = found
        if said and (file := self._logs.get(process.born)):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(said)
        self.kill(process)  # its place is free for others
        self._forget(process)
        return Ended(code)

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
        if self.alive(process):
            self._actor(process).ask_to_end.remote()

    def kill(self, process: Process) -> None:
        if self.alive(process):
            self._killed.add(process.born)
            self.ray.kill(self._actor(process))


def first_line(error: Exception) -> str:
    """What went wrong, in a line."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
