"""Every message on the page's socket, both ways."""

from typing import Annotated, Literal

from pydantic import Field

from ebm_server.protocol.bounds import NUMBER, Id, Said, Whole
from ebm_server.protocol.frames import FrameMessage
from ebm_server.protocol.messages import Message
from ebm_server.protocol.runs import Event, MetricRow, RunSummary

# Page to server

RunId = Annotated[str, Field(max_length=64)]


class Watch(Message):
    type: Literal["watch"]
    run: Id
    after: Whole = 0
    frames_per_second: Annotated[float, NUMBER] = Field(15, ge=0, le=60)
    landscapes: bool = True
    """False where the page computes them itself: then it is sent only those made for others."""


class Unwatch(Message):
    type: Literal["unwatch"]
    run: Id


class Ping(Message):
    type: Literal["ping"]


PageMessage = Annotated[Watch | Unwatch | Ping, Field(discriminator="type")]


# Server to page


class Welcome(Message):
    type: Literal["welcome"] = "welcome"
    version: str
    cores: int
    """Of the machine that the server is on."""
    waits: str
    """What a queued run waits for here, in a sentence."""


class Pong(Message):
    type: Literal["pong"] = "pong"


class RunsChanged(Message):
    """The list of runs changed: fetch it again."""

    type: Literal["runs"] = "runs"


class TroublesMessage(Message):
    """What keeps the server from writing or starting runs has changed."""

    type: Literal["troubles"] = "troubles"
    troubles: list[str]


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
    message: Said


ServerMessage = Annotated[
    Welcome | Pong | RunsChanged | TroublesMessage | RunMessage | MetricsMessage | EventMessage
    | Gap | ErrorMessage | FrameMessage,
    Field(discriminator="type"),
]  # fmt: skip
