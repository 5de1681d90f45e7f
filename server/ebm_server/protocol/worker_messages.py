"""Every message between the server and a worker process, one pydantic model each (MessagePack).

What a worker records (items) is numbered 1, 2, 3, ... in each attempt at a run; it keeps an item
until the server has acknowledged it, and sends it again after every reconnection. Frames are not
kept: a newer one replaces one that is still unsent.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from ebm_server.protocol.messages import Message, Problem, Values

OUTBOX = "outbox.msgpack"
"""The file in a run's folder where a worker that no server answers leaves what it has to say."""


# Worker to server: what is recorded


class Begun(Message):
    """The run goes: from the start, or from a checkpoint, after which nothing recorded holds."""

    kind: Literal["begun"] = "begun"
    n: int
    step: int
    seconds: float
    horizon: int | None
    resumed: bool
    changes: int
    """Recorded changes that the checkpoint contains."""
    note: str | None = None
    """What a viewer has to know of how it goes on: a plug-in has changed."""
    config: dict[str, Any]


class MetricsItem(Message):
    kind: Literal["metrics"] = "metrics"
    n: int
    step: int
    seconds: float
    horizon: int | None
    values: Values


class ChangeItem(Message):
    kind: Literal["change"] = "change"
    n: int
    step: int
    path: str
    value: Any
    previous: Any
    config: dict[str, Any]
    """The whole config after the change."""


class KeyframeItem(Message):
    kind: Literal["keyframe"] = "keyframe"
    n: int
    step: int
    seconds: float
    fields: int
    core: bytes
    landscape: bytes | None


class StateItem(Message):
    kind: Literal["state"] = "state"
    n: int
    step: int
    seconds: float
    horizon: int | None
    state: Literal["running", "paused", "finished", "stopped", "failed"]
    reason: str | None = None


class LogItem(Message):
    kind: Literal["log"] = "log"
    n: int
    step: int
    text: str


Item = Annotated[
    Begun | MetricsItem | ChangeItem | KeyframeItem | StateItem | LogItem,
    Field(discriminator="kind"),
]


# Worker to server


class Hello(Message):
    """The first message of a connection. A worker without a run is a spare."""

    type: Literal["hello"] = "hello"
    worker: str
    pid: int
    run: str | None = None
    attempt: int = 0


class Items(Message):
    type: Literal["items"] = "items"
    items: list[Item]


class WorkerFrame(Message):
    """The parts of a `PackedFrame`."""

    type: Literal["frame"] = "frame"
    step: int
    fields: int
    core: bytes
    landscape: bytes | None


class Done(Message):
    """A command was obeyed, or why not."""

    type: Literal["done"] = "done"
    id: int
    problems: list[Problem] = Field(default_factory=list)


WorkerMessage = Annotated[Hello | Items | WorkerFrame | Done, Field(discriminator="type")]
WORKER_MESSAGE: TypeAdapter[Hello | Items | WorkerFrame | Done] = TypeAdapter(WorkerMessage)
ITEMS: TypeAdapter[list[Item]] = TypeAdapter(list[Item])


# Server to worker


class Recorded(Message):
    """A change as it was recorded, to be made again at its step."""

    step: int
    path: str
    value: Any


class Assign(Message):
    """Take this run."""

    type: Literal["assign"] = "assign"
    run: str
    attempt: int
    directory: str
    config: dict[str, Any]
    """The config that the run was created with."""
    resume: bool
    """Go on from the checkpoint in the directory, if there is one."""
    recorded: list[Recorded] = Field(default_factory=list)
    """All changes made while it ran, to be replayed where the checkpoint lacks them."""
    pending: list[Recorded] = Field(default_factory=list)
    """Changes asked for while it did not run, to be made at once."""
    speed: float | None = None
    paused: bool = False


class Welcomed(Message):
    """The answer to a hello with a run: items up to `received` are safe."""

    type: Literal["welcomed"] = "welcomed"
    received: int


class Dismiss(Message):
    """This worker is not needed: the run is unknown, ended or in other hands."""

    type: Literal["dismiss"] = "dismiss"


class Ack(Message):
    """Items up to `n` are safe."""

    type: Literal["ack"] = "ack"
    n: int


class Command(Message):
    """Something to do before the next update; answered by `Done` where `id` is not 0."""

    type: Literal["command"] = "command"
    id: int = 0
    verb: Literal["pause", "resume", "step", "change", "speed", "stop", "watch"]
    updates: int = 1
    changes: dict[str, Any] = Field(default_factory=dict)
    speed: float | None = None
    frames_per_second: float = 0.0
    reason: str | None = None


ToWorker = Annotated[Assign | Welcomed | Dismiss | Ack | Command, Field(discriminator="type")]
TO_WORKER: TypeAdapter[Assign | Welcomed | Dismiss | Ack | Command] = TypeAdapter(ToWorker)
