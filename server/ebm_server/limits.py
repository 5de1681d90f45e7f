"""What one client, and one run, may take of the server: every limit, with its default.

Each is set by the environment as EBM_ and its name in capitals, such as EBM_HEADER_SECONDS=5.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

KB, MB = 1024, 1024 * 1024


def machine_memory() -> int:
    """Bytes of memory that this process and its children may use."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    group = Path("/sys/fs/cgroup/memory.max")
    told = group.read_text().strip() if group.is_file() else ""
    return min(whole, int(told)) if told.isdigit() else whole


class Limits(BaseModel):
    """What is more is refused, or ended, with a sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page_message_bytes: int = Field(64 * KB, ge=KB, description="One message of a page's socket.")
    json_bytes: int = Field(MB, ge=KB, description="The body of a request in JSON.")
    points_bytes: int = Field(64 * MB, ge=KB, description="A file of points or pictures.")
    header_seconds: float = Field(10, gt=0, description="Until a request's headers are there.")
    body_seconds: float = Field(300, gt=0, description="Until a request's body is there.")
    idle_seconds: int = Field(5, ge=1, description="A connection that asks for nothing more.")
    reading_seconds: float = Field(30, gt=0, description="A client that does not read.")
    connections_per_address: int = Field(2048, ge=1, description="Connections of one address.")
    reserved_descriptors: int = Field(
        64, ge=8, description="File descriptors that connections leave to the server itself."
    )
    mailbox_bytes: int = Field(8 * MB, ge=MB, description="What a page has yet to be sent.")
    watches: int = Field(64, ge=1, description="Runs that one page watches.")

    update_seconds: float = Field(120, gt=0, description="One update, by estimate and in fact.")
    run_seconds: float | None = Field(None, gt=0, description="The training time of a run.")
    run_memory_bytes: int | None = Field(
        None, ge=MB, description="A worker's resident memory; None is half of the machine's."
    )
    sleep_seconds: float = Field(600, gt=0, description="Until a paused run's worker leaves.")
    lost_nodes: int = Field(
        5, ge=0, description="Machines that a run is lost with until it fails, on a cluster."
    )
    spares: int = Field(3, ge=0, le=16, description="Workers that are kept ready, at most.")

    @property
    def run_memory(self) -> int:
        """Bytes that a worker may take."""
        return self.run_memory_bytes or machine_memory() // 2

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The limits, as far as variables set them."""
        named = {name: f"EBM_{name.upper()}" for name in cls.model_fields}
        given = {name: environment[v] for name, v in named.items() if environment.get(v)}
        return cls.model_validate(given)
