"""What the server tells of runs, and what it is told to change.

Sequence numbers: each metrics row and each event of a run has its own number, 1, 2, 3, ... in the
order of recording. The `seq` of a metrics message is that of its last row; the `seq` of a "run"
message is the newest number its info takes account of, and takes none itself.
"""

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, computed_field

from ebm_server.protocol.bounds import NUMBER, Name, Said, Speed, Whole
from ebm_server.protocol.messages import Message, Values
from ebm_server.protocol.run_config import Origin

RunState = Literal["queued", "starting", "running", "paused", "finished", "stopped", "failed"]
ENDED: frozenset[RunState] = frozenset({"finished", "stopped", "failed"})
REPEATS = "the same settings would repeat it"
"""What `ebm_core.runs.divergence` says of a run that diverged; importing it would import torch."""


class LongUpdate(Message):
    """An update that has been under way for a while: how far its chains are."""

    seconds: float
    chain_step: int
    chain_steps: int


class Usage(Message):
    """What a run's worker takes of its machine."""

    cpu: float | None
    """Cores, of late."""
    memory: int
    """Resident bytes."""
    gpu: str | None
    """Which of several it was given."""


class RunProgress(Message):
    """What a run is called and how far it is. Times are ISO 8601 in UTC."""

    id: str
    name: str
    state: RunState
    reason: str | None = None
    """Why it failed or stopped: what, which value, what to do."""
    created: str
    started: str | None = None
    ended: str | None = None
    step: int = 0
    seconds: float = 0.0
    """Training time so far, of one core."""
    horizon: int | None = None
    """Updates in the whole run, once known."""
    metrics: Values = Field(default_factory=dict)
    """The newest value of each metric."""
    seq: int = 0
    speed: float | None = None
    """Limit in updates a second."""
    parent: str | None = None
    """The run that it branches off, which may be gone, and the update where it does."""
    parent_step: int | None = None
    pinned: bool = False
    """It comes first in lists."""
    tags: list[str] = Field(default_factory=list)
    long_update: LongUpdate | None = None
    """The update that it is at, where that takes long."""
    usage: Usage | None = None
    asleep: bool = False
    """It is paused and has no worker: resume, or a step, starts one from its checkpoint."""
    sweep: str | None = None
    """The sweep that it is of."""


class RunSummary(RunProgress):
    """A run as lists and messages tell of it."""

    dataset: str
    """The kind of its dataset."""
    method: str
    """The kind of its method."""
    seed: int
    config_digest: str
    """That of its config. Where it is a new one, GET /runs/{run} has the new config."""
    repeats: bool
    """It diverged: to go on with it as it is would repeat that."""
    plugins: list[Origin]
    """The plug-ins from outside the package that it uses."""
    first_plugins: list[Origin]
    """The same as they were when it was made: it may have gone on with other versions."""


class Run(RunProgress):
    """A run, whole."""

    first_plugins: list[Origin] = Field(default_factory=list)
    """The plug-ins of its config as it was at the start."""
    config: dict[str, Any]
    """The complete RunConfig, with the live changes made so far; points are in it by digest."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def dataset(self) -> str:
        return str(self.config["dataset"]["kind"])

    @computed_field  # type: ignore[prop-decorator]
    @property
    def method(self) -> str:
        return str(self.config["method"]["kind"])

    @computed_field  # type: ignore[prop-decorator]
    @property
    def seed(self) -> int:
        return int(self.config.get("seed", 0))

    @computed_field  # type: ignore[prop-decorator]
    @property
    def config_digest(self) -> str:
        return digest_of(self.config)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def repeats(self) -> bool:
        return self.state == "failed" and REPEATS in (self.reason or "")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def plugins(self) -> list[Origin]:
        return list(self.config.get("plugins", ()))

    @property
    def summary(self) -> RunSummary:
        return RunSummary(**self.model_dump(exclude={"config"}))


def digest_of(config: dict[str, Any]) -> str:
    """The same for the same config."""
    text = json.dumps(config, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class MetricRow(Message):
    seq: int = 0
    step: int
    seconds: float
    values: Values


class Event(Message):
    """Something that happened to a run at a step."""

    seq: int = 0
    step: int
    kind: Literal["change", "state"]
    path: str | None = None
    value: Any = None
    previous: Any = None
    text: Said | None = None


class KeyframeInfo(Message):
    step: int
    seconds: float


class Steps(Message):
    updates: Annotated[int, NUMBER] = Field(1, ge=1, le=100_000)


class Branch(Message):
    """Where a new run branches off, and its live changes by path."""

    step: Whole
    changes: dict[str, Any] = Field(default_factory=dict)
    name: Name | None = None


Tag = Annotated[str, Field(min_length=1, max_length=40)]


class Patch(Message):
    """Live changes by path, and the speed limit (null lifts it); what is left out stays."""

    changes: dict[str, Any] = Field(default_factory=dict)
    speed: Speed | None = None
    name: Name | None = None
    pinned: StrictBool | None = None
    tags: list[Tag] | None = Field(None, max_length=16)
