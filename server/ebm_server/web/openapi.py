"""The API as one OpenAPI document: the REST routes, and the messages of the page's socket.

`python -m ebm_server.web.openapi` prints it, without a server, a data folder or torch; the page's
TypeScript types are made from it.
"""

import json
from functools import cache
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from ebm_server.protocol.answers import Refusal, Unprocessable
from ebm_server.protocol.energies import PackedEnergy
from ebm_server.protocol.page_messages import PageMessage, ServerMessage
from ebm_server.protocol.playground import Outcome
from ebm_server.protocol.run_config import RunConfig
from ebm_server.protocol.slow_motion import SlowMotion
from ebm_server.settings import package_version
from ebm_server.web import api, sweeps, taking_home
from ebm_server.web.answers import COMPONENTS

ALSO: dict[str, tuple[Any, JsonSchemaMode]] = {
    "PageMessage": (PageMessage, "validation"),
    "ServerMessage": (ServerMessage, "serialization"),
    "RunConfig": (RunConfig, "serialization"),
    "Outcome": (Outcome, "serialization"),
    "PackedEnergy": (PackedEnergy, "serialization"),
    "SlowMotion": (SlowMotion, "serialization"),
    "Refusal": (Refusal, "serialization"),
    "Unprocessable": (Unprocessable, "serialization"),
}
"""Models that FastAPI does not find in the routes."""


@cache
def document() -> dict[str, Any]:
    """All routes and messages."""
    routes = [*api.router.routes, *taking_home.router.routes, *sweeps.router.routes]
    found = get_openapi(title="EBM Lab", version=package_version(), routes=routes)
    schemas = found["components"]["schemas"]
    for name, (model, mode) in ALSO.items():
        schema = TypeAdapter(model).json_schema(mode=mode, ref_template=COMPONENTS + "{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[name] = schema
    for schema in schemas.values():
        if "config" in schema.get("properties", {}):
            # to the server a config is a dict that it passes on unread
            schema["properties"]["config"] = {"$ref": COMPONENTS + "RunConfig"}
    found["x-websockets"] = {
        "/api/v1/stream": {
            "description": "What happens in runs; each message is one MessagePack map.",
            "receives": {"$ref": COMPONENTS + "PageMessage"},
            "sends": {"$ref": COMPONENTS + "ServerMessage"},
        }
    }
    return found


if __name__ == "__main__":
    print(json.dumps(document(), indent=2))
