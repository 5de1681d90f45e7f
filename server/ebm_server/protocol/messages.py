"""Every message that crosses a process border, one pydantic model each.

On a websocket a message is one MessagePack map with "type"; over REST the same models are JSON.
`ebm_server.web.openapi` declares them all in one document, from which the page's TypeScript types
are made.

Sequence numbers: each metrics row and each event of a run has its own number, 1, 2, 3, ... in the
order of recording. The `seq` of a metrics message is that of its last row; the `seq` of a "run"
message is the newest number its info takes account of, and takes none itself.
"""

import hashlib
import json
from typing import Annotated, Any, Literal

import msgpack
from pydantic import BaseModel, ConfigDict, Field, computed_field

from ebm_server.protocol.run_config import Origin

RunState = Literal["queued", "starting", "running", "paused", "finished", "stopped", "failed"]
ENDED: frozenset[RunState] = frozenset({"finished", "stopped", "failed"})
Values = dict[str, float]


class Message(BaseModel):
    """Something sent from one process to another."""

    # what has a default is sent all the same, so the page's types need not doubt it
    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


REPEATS = "the same settings would repeat it"
"""What `ebm_core.runs.divergence` says of a run that diverged; importing it would import torch."""


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


class RunSummary(RunProgress):
    """A run as lists and messages tell of it."""

    dataset: str
    """The kind of its dataset."""
    method: str
    """The kind of its method."""
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
    def config_digest(self) -> str:
        text = json.dumps(self.config, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

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
    text: str | None = None


class KeyframeInfo(Message):
    step: int
    seconds: float


Window = tuple[tuple[float, float], tuple[float, float]]
"""Lowest and highest x, and y."""


class Reference(Message):
    """What stands for an array that the server keeps."""

    digest: str
    rows: int


class OwnPoints(Reference):
    """What was read of a file of points; a run takes them as {"digest", "rows"}."""

    classes: Reference | None
    """The class of each point, which a run takes as `labels` of its points."""
    preview: list[tuple[float, float]]
    """Some of them, in the file's units."""
    window: Window
    """What the stage shows of the plane."""
    scale: float
    """What a length of 1 in the model's units is in the file's."""
    columns: list[str]
    """All columns of the file."""
    chosen: tuple[str, str]
    """Those that were taken, x first."""
    labels: str | None
    """The column of the classes."""
    class_names: list[str]
    head: list[list[str]]
    """The first rows of the file, a cell of each column."""
    messages: list[str]
    """What was decided while they were read, in sentences."""


class Problem(Message):
    """Why a value is refused."""

    path: str
    value: Any = None
    message: str
    allowed: str | None = None


class FileProblem(Problem):
    """Why a file is refused: `value` is what stands in a row and column, both from 1."""

    row: int | None = None
    column: int | None = None


class Steps(Message):
    updates: int = Field(1, ge=1, le=100_000)


class Patch(Message):
    """Live changes by path, and the speed limit (null lifts it; left out keeps it)."""

    changes: dict[str, Any] = Field(default_factory=dict)
    speed: float | None = Field(None, gt=0, le=1e6)


# The page's socket: page to server


class Watch(Message):
    type: Literal["watch"]
    run: str
    after: int = Field(0, ge=0)
    frames_per_second: float = Field(15, ge=0, le=60)


class Unwatch(Message):
    type: Literal["unwatch"]
    run: str


class Ping(Message):
    type: Literal["ping"]


PageMessage = Annotated[Watch | Unwatch | Ping, Field(discriminator="type")]


# The page's socket: server to page


class Welcome(Message):
    type: Literal["welcome"] = "welcome"
    version: str


class Pong(Message):
    type: Literal["pong"] = "pong"


class RunsChanged(Message):
    """The list of runs changed: fetch it again."""

    type: Literal["runs"] = "runs"


class RunMessage(Message):
    type: Literal["run"] = "run"
    run: str
    seq: int
    info: RunSummary


class MetricsMessage(Message):
    type: Literal["metrics"] = "metrics"
    run: str
    seq: int
    rows: list[MetricRow]


class EventMessage(Message):
    type: Literal["event"] = "event"
    run: str
    seq: int
    event: Event


class Gap(Message):
    """Forget metrics and events after `after` and fetch them again over REST."""

    type: Literal["gap"] = "gap"
    run: str
    after: int


class ErrorMessage(Message):
    type: Literal["error"] = "error"
    run: str | None = None
    message: str


class PackedArray(Message):
    """Raw little-endian numbers, C order. f4 is float32, u1 and u2 unsigned integers."""

    dtype: Literal["f4", "u1", "u2"]
    shape: list[int]
    data: bytes


class PackedLandscape(PackedArray):
    """Quantised: value = lo + (hi - lo) * q / (2**bits - 1). Row 0 is the lowest y; cell centres
    over a window in the data's units."""

    lo: float
    hi: float
    window: Window


class FrameMessage(Message):
    """One moment of a run: it renews the arrays and the landscape that it brings; all others keep
    their last value. The first one after `Watch` brings all that is known."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: Literal["frame"]
    run: str
    step: int
    seconds: float
    metrics: Values
    window: Window | None
    """What a map of the plane shows, in the data's units; null for images."""
    places: list[str]
    """The arrays that are points of the plane: on the stage, where the window is [-4.5, 4.5]^2."""
    arrays: dict[str, PackedArray]
    landscape: PackedLandscape | None = None


ServerMessage = Annotated[
    Welcome | Pong | RunsChanged | RunMessage | MetricsMessage | EventMessage | Gap | ErrorMessage
    | FrameMessage,
    Field(discriminator="type"),
]  # fmt: skip


def pack(message: BaseModel) -> bytes:
    """The MessagePack bytes of a message."""
    return bytes(msgpack.packb(message.model_dump(mode="python"), use_bin_type=True))


def unpack(data: bytes) -> Any:
    """The plain value in MessagePack bytes.

    Raises:
        ValueError: The bytes are not one MessagePack value.
    """
    try:
        return msgpack.unpackb(data, raw=False, strict_map_key=True)
    except (msgpack.UnpackException, ValueError, TypeError) as error:
        raise ValueError(f"{len(data)} bytes are not one MessagePack value: {error}") from error
