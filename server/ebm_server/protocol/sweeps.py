"""What the server tells of sweeps."""

from typing import Any, Literal

from pydantic import Field

from ebm_server.protocol.messages import Message, Values
from ebm_server.protocol.runs import RunState

SweepState = Literal["running", "paused", "finished"]
MemberState = RunState | Literal["missing"]
LONGEST_TOML = 200_000


class NewSweep(Message):
    """A sweep to be, as TOML."""

    toml: str = Field(max_length=LONGEST_TOML)


class SweepPlan(Message):
    """What a sweep would be."""

    name: str
    runs: int
    seconds: float | None
    """Training time of all, of one core; None where some are as long as their updates take."""
    at_once: int
    """How many runs this server makes at a time."""
    varied: list[str]
    """The fields that runs differ by."""


class SweepSummary(Message):
    """A sweep as a list tells of it."""

    id: str
    name: str
    state: SweepState
    created: str
    runs: int
    ended: int
    """Runs that have finished or failed."""
    failed: int
    going: int
    """Runs that train now."""


class SweepRun(Message):
    """A run of a sweep: where it is, and what it has come to."""

    key: str
    """The digest of the config that it begins with."""
    values: dict[str, Any]
    """What it has of the fields that runs differ by."""
    state: MemberState = "missing"
    run: str | None = None
    """Its id; None while it is missing."""
    reason: str | None = None
    figures: Values = Field(default_factory=dict)
    updates: int = 0
    seconds: float = 0.0


class SweepQuartiles(Message):
    """A figure of a group; null is what a failed run decides, since such a run is the worst."""

    better: float | None
    median: float | None
    worse: float | None


class SweepGroup(Message):
    """Runs that differ by their seed alone."""

    values: dict[str, Any]
    keys: list[str]
    ended: int
    failed: int
    figures: dict[str, SweepQuartiles]


class Sweep(SweepSummary):
    """A sweep, whole."""

    toml: str
    varied: list[str]
    members: list[SweepRun]
    groups: list[SweepGroup]
