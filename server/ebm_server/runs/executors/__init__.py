"""Executors start worker processes and see them end; all else goes over the worker's websocket."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process of this machine or another, told apart from later ones with the same number."""

    pid: int
    born: str
    """When it started, in whatever words the executor uses."""


@dataclass(frozen=True)
class Used:
    """What a process takes of its machine."""

    cpu_seconds: float
    """Since it began."""
    memory: int
    """Resident bytes."""


class Executor(ABC):
    """A place where workers run."""

    @abstractmethod
    def start(self, environment: dict[str, str], log: Path) -> Process:
        """Starts `python -m ebm_server.worker.__main__`; it must outlive this server.

        Raises:
            OSError: The process cannot be started.
        """

    @abstractmethod
    def alive(self, process: Process) -> bool:
        """Whether the process still runs."""

    @abstractmethod
    async def ended(self, process: Process) -> int | None:
        """Waits for the end; the exit code, -N for signal N, or None where it cannot be known."""

    @abstractmethod
    def used(self, processes: Sequence[Process]) -> list[Used | None]:
        """What each takes now, None where it cannot be known; it may block."""

    @abstractmethod
    def ask_to_end(self, process: Process) -> None:
        """Lets it save what it has and leave."""

    @abstractmethod
    def kill(self, process: Process) -> None:
        """Ends it at once."""
