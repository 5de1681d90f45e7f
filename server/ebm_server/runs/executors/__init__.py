"""Executors start worker processes and see them end; all else goes over the worker's websocket."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Process:
    """A process of this machine or another, told apart from later ones with the same number."""

    pid: int
    born: str
    """When it started, in whatever words the executor uses."""


@dataclass(frozen=True)
class Demand:
    """What a worker holds of its machine as long as it lives."""

    cpus: float = 1
    gpus: float = 0
    memory: int = 0
    """Bytes; 0 asks for none in particular."""


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int | None = None
    """Its exit code, -N for signal N, or None where it cannot be known."""
    lost: str = ""
    """What it was lost with, in words, where it did not end by itself."""


@dataclass(frozen=True)
class Used:
    """What a process takes of its machine."""

    cpu_seconds: float
    """Since it began."""
    memory: int
    """Resident bytes."""


class Executor(ABC):
    """A place where workers run."""

    queues: bool
    """A worker may have to wait for a place: its run stays "queued" until the worker has called."""

    @property
    def away(self) -> str | None:
        """Why no worker can be started or reached now, and what to do; None where all is well."""
        return None

    async def look(self) -> None:
        """Sees whether workers can be started and reached."""
        return

    @abstractmethod
    def demand(self, config: dict[str, Any]) -> Demand:
        """What a worker for a run of this config asks for."""

    @abstractmethod
    def start(self, environment: dict[str, str], demand: Demand, log: Path) -> Process:
        """Starts `python -m ebm_server.worker.__main__`; it must outlive this server.

        Raises:
            OSError: The process cannot be started.
        """

    @abstractmethod
    def alive(self, process: Process) -> bool:
        """Whether the process still runs."""

    @abstractmethod
    async def ended(self, process: Process) -> Ended:
        """Waits for the end."""

    @abstractmethod
    def used(self, processes: Sequence[Process]) -> list[Used | None]:
        """What each takes now, None where it cannot be known; it may block."""

    @abstractmethod
    def ask_to_end(self, process: Process) -> None:
        """Lets it save what it has and leave."""

    @abstractmethod
    def kill(self, process: Process) -> None:
        """Ends it at once."""
