"""What routes say of their answers where FastAPI cannot see it: binary ones, and refusals."""

from typing import Any

from pydantic import BaseModel

from ebm_server.protocol.answers import Refusal, Unprocessable

MSGPACK = "application/msgpack"
COMPONENTS = "#/components/schemas/"

Responses = dict[int | str, dict[str, Any]]
"""By status, as FastAPI takes them."""

REASONS = {
    400: "The Host is not a name of this server.",
    401: "It asks for a token.",
    403: "Another site's page asks.",
    404: "There is no such thing.",
    409: "It cannot be done in this state.",
    411: "The request does not say how long it is.",
    413: "The body is too large.",
    422: "A value is refused: which, why, and what is allowed.",
    429: "Too many wait already.",
    500: "It broke down; the server's log tells where.",
    503: "The run's worker or the database does not answer, or it is damaged: what to do.",
    507: "There is no room to write: what to do.",
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


def _refusal(description: str, status: int) -> dict[str, Any]:
    model = Unprocessable if status == 422 else Refusal
    return {"description": description} | _in("application/json", reference(model))


def _in(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema}}}


ALWAYS: Responses = refusals(400, 401, 403, 411, 413, 503)
"""What any route may answer."""
WRITING: Responses = refusals(507)
"""What any route may answer that changes something."""
