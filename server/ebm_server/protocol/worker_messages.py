"""Every message between the server and a worker process, one pydantic model each (MessagePack).

What a worker reports for good (items) is numbered 1, 2, 3, ... in each attempt at a run, that is,
by each worker that the run is given to; it keeps an item until the server has acknowledged it, and
sends it again after every reconnection. Frames are not kept: a newer one is put over one that is
still unsent.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, field_validator

from ebm_server.protocol.bounds import Said, Seconds, Whole
from ebm_server.protocol.messages import Message, Problem, Values, unpack
from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.protocol.runs import LongUpdate

VERSION = 7
"""Of these messages. A worker outlives its server and may meet one of another version."""
OUTBOX = "outbox.msgpack"
"""The file in a run's folder where a worker that no server answers leaves what it has to say."""


REPEATED = "repeated.json"
"""The file in a run's folder with the changes of another run that it makes again."""


# Worker to server: what is kept


class NumberedItem(Message):
    """Something that is kept for good."""

    n: Whole = 0
    """Its number, which the worker's connection gives it."""


class Moment(NumberedItem):
    """How far the run is."""

    step: Whole
    seconds: Seconds
    horizon: Whole | None


class Begun(Moment):
    """The run goes: from the start, or from a checkpoint, after which nothing recorded holds."""

    kind: Literal["begun"] = "begun"
    resumed: bool
    changes: Whole
    """Recorded changes that the checkpoint contains."""
    paused: bool = False
    note: Said | None = None
    """What a viewer has to know of how it goes on: a plug-in has changed."""
    config: dict[str, Any]


class MetricsItem(Moment):
    kind: Literal["metrics"] = "metrics"
    values: Values


class ChangeItem(NumberedItem):
    kind: Literal["change"] = "change"
    step: Whole
    path: str
    value: Any
    previous: Any
    in_config: bool
    """The config holds the value, as it does all but a length in updates."""


class KeyframeItem(NumberedItem):
    kind: Literal["keyframe"] = "keyframe"
    seconds: Seconds
    frame: PackedFrame

    @field_validator("frame")
    @classmethod
    def readable(cls, frame: PackedFrame) -> PackedFrame:
        """A frame that is kept for good is looked at whole."""
        unpack(frame.message)
        return frame


class StateItem(Moment):
    kind: Literal["state"] = "state"
    state: Literal["running", "paused", "finished", "stopped", "failed"]
    reason: Said | None = None


Item = Annotated[
    Begun | MetricsItem | ChangeItem | KeyframeItem | StateItem,
    Field(discriminator="kind"),
]


class Outbox(Message):
    """What the file `OUTBOX` holds."""

    attempt: int
    items: list[Item]


# Worker to server


class Hello(Message):
    """The first message of a connection. A worker without a run is a spare."""

    type: Literal["hello"] = "hello"
    version: int = 1
    """Of these messages, as the worker knows them; those of version 1 do not say."""
    worker: str
    pid: int
    run: str | None = None
    attempt: int = 0
    gpu: str | None = None


class Items(Message):
    type: Literal["items"] = "items"
    items: list[Item]


class WorkerFrame(Message):
    type: Literal["frame"] = "frame"
    frame: PackedFrame


class Done(Message):
    """A command was obeyed, or why not."""

    type: Literal["done"] = "done"
    id: int
    problems: list[Problem] = Field(default_factory=list)
    energy: bytes | None = None
    """What `TellEnergy` asks for: a `PackedEnergy` in MessagePack."""
    step: Whole | None = None
    """The update of what `KeepSnapshot` has kept."""
    phases: bytes | None = None
    """What `MakeSlowUpdate` asks for: a `SlowMotion` in MessagePack."""


class StillUpdating(Message):
    """An update takes long; forgotten with the next item."""

    type: Literal["still_updating"] = "still_updating"
    long: LongUpdate


Spoken = Items | WorkerFrame | StillUpdating
"""What a worker says of its own accord, once it has said who it is."""
AnyWorkerMessage = Hello | Done | Spoken
WORKER_MESSAGE: TypeAdapter[AnyWorkerMessage] = TypeAdapter(
    Annotated[AnyWorkerMessage, Field(discriminator="type")]
)


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
    """Where the run's files are, on the server's machine."""
    storage: str | None = None
    """The URL of where they are for all machines; None where all see the directory."""
    config: dict[str, Any]
    """The config that the run was created with."""
    resume: bool
    """Go on from the checkpoint in the directory, if there is one."""
    recorded: list[Recorded] = Field(default_factory=list)
    """All changes made while it ran, to be replayed where the checkpoint lacks them."""
    pending: list[Recorded] = Field(default_factory=list)
    """Changes asked for while it did not run, to be made at once."""
    speed: float | None = None
    update_seconds: float
    """What one update may take."""
    paused: bool = False
    """Wait for a command before the next update."""
    gpu: str | None = None
    """The GPU to use, where there are several."""


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

    id: int = 0


class Pause(Command):
    type: Literal["pause"] = "pause"


class Resume(Command):
    type: Literal["resume"] = "resume"


class MakeUpdates(Command):
    """Makes some updates of a paused run; done when they are made, or after a second."""

    type: Literal["step"] = "step"
    updates: int


class MakeSlowUpdate(Command):
    """Makes one update of a paused run, and tells its phases."""

    type: Literal["slow_motion"] = "slow_motion"


class SetFields(Command):
    """Sets live fields, all or none."""

    type: Literal["change"] = "change"
    changes: dict[str, Any]
    """New values by path."""


class LimitSpeed(Command):
    type: Literal["speed"] = "speed"
    speed: float | None
    """Updates a second; None is no limit."""


class ShowFrames(Command):
    type: Literal["watch"] = "watch"
    frames_per_second: float
    """0 where nobody watches."""
    landscapes: bool = True
    """False where all who watch compute them themselves."""


class TellEnergy(Command):
    """Tells the energy that is shown now, as numbers alone."""

    type: Literal["energy"] = "energy"


class KeepSnapshot(Command):
    """Keeps the weights that are shown now as a snapshot."""

    type: Literal["keep_snapshot"] = "keep_snapshot"


class Sleep(Command):
    """Saves a paused run and leaves; it stays paused."""

    type: Literal["sleep"] = "sleep"


class Stop(Command):
    type: Literal["stop"] = "stop"
    reason: str | None = None


AnyCommand = (
    Pause
    | Resume
    | MakeUpdates
    | MakeSlowUpdate
    | SetFields
    | LimitSpeed
    | ShowFrames
    | TellEnergy
    | KeepSnapshot
    | Sleep
    | Stop
)
ToWorker = Assign | Welcomed | Dismiss | Ack | AnyCommand
TO_WORKER: TypeAdapter[ToWorker] = TypeAdapter(Annotated[ToWorker, Field(discriminator="type")])
