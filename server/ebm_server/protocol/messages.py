"""What every message that crosses a process border is: one pydantic model each.

On a websocket a message is one MessagePack map with "type"; over REST the same models are JSON.
`ebm_server.web.openapi` declares them all in one document, from which the page's TypeScript types
are made.
"""

from typing import Annotated, Any

import msgpack
from pydantic import AfterValidator, BaseModel, ConfigDict

from ebm_server.protocol.bounds import Finite, Said, clean, told

Values = dict[str, Finite]
"""Metrics by name."""


class Message(BaseModel):
    """Something sent from one process to another."""

    # what has a default is sent all the same, so the page's types need not doubt it
    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Problem(Message):
    """Why a value is refused."""

    path: Annotated[str, AfterValidator(lambda path: clean(path, 500))]
    value: Annotated[Any, AfterValidator(told)] = None
    message: Said
    allowed: str | None = None


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
