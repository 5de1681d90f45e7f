"""Small answers of the REST routes: that the server is there, and why something is refused."""

from typing import Literal

from ebm_server.protocol.messages import Message, Problem
from ebm_server.protocol.points import FileProblem


class Health(Message):
    status: Literal["ok", "trouble"]
    version: str
    troubles: list[str]
    """What keeps it from writing, and what to do about each."""


class Ready(Message):
    status: Literal["ready"]


class Refusal(Message):
    """Why something is not done, in words."""

    detail: str


class Unprocessable(Message):
    """What is wrong with what was sent: at each value, or in words where it is no one value."""

    detail: list[FileProblem | Problem] | str
