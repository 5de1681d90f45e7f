"""What routes say of their answers where FastAPI cannot see it: binary ones, and refusals."""

from typing import Any

from pydantic import BaseModel

from ebm_server.protocol.answers import Refusal, Unprocessable

MSGPACK = "application/msgpack"
COMPONENTS = "#/components/schemas/"

Responses = dict[int | str, dict[str, Any]]
"""By status, as FastAPI takes them."""

REASONS = {
    404: "There is no such thing.",
    409: "It cannot be done in this state.",
    413: "The body is too large.",
    422: "A value is refused: which, why, and what is allowed.",
    429: "Too many wait already.",
    500: "It broke down; the server's log tells where.",
    503: "The run's worker does not answer.",
}


def packed(model: type[BaseModel]) -> Responses:
    """An answer in MessagePack."""
    return {200: _in(MSGPACK, reference(model))}


def text(media_type: str) -> Responses:
    """An answer that is a file of text."""
    return {200: _in(media_type, {"type": "string"})}


def file(media_type: str) -> Responses:
    """An answer that is a file of bytes."""
    return {200: _in(media_type, {"type": "string", "format": "binary"})}


def refusals(*statuses: int) -> Responses:
    """Refusals by status, in JSON whatever the route's other answers are."""
    return {status: _refusal(REASONS[status], status) for status in statuses}


def reference(model: type[BaseModel]) -> dict[str, str]:
    """A model among the document's components."""
    return {"$ref": COMPONENTS + model.__name__}


def _refusal(description: str, status: int = 0) -> dict[str, Any]:
    model = Unprocessable if status == 422 else Refusal
    return {"description": description} | _in("application/json", reference(model))


def _in(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema}}}


UNHEARD: Responses = {
    "default": _refusal(
        "The request is not heard: 400 for a strange Host, 401 without the token, 403 from another "
        "origin, 411 without a length."
    )
}
"""What any route may answer."""
