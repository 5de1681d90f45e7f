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
from ebm_server.protocol.robustness import Robustness
from ebm_server.protocol.run_config import RunConfig
from ebm_server.protocol.slow_motion import SlowMotion
from ebm_server.protocol.ways import WayMade
from ebm_server.settings import package_version
from ebm_server.web import (
    api,
    computed,
    observing,
    steering,
    sweeps,
    taking_home,
    uploads,
)
from ebm_server.web.answers import ALWAYS, COMPONENTS, WRITING, refusals

ALSO: dict[str, tuple[Any, JsonSchemaMode]] = {
    "PageMessage": (PageMessage, "validation"),
    "ServerMessage": (ServerMessage, "serialization"),
    "RunConfig": (RunConfig, "serialization"),
    "Outcome": (Outcome, "serialization"),
    "PackedEnergy": (PackedEnergy, "serialization"),
    "SlowMotion": (SlowMotion, "serialization"),
    "WayMade": (WayMade, "serialization"),
    "Robustness": (Robustness, "serialization"),
    "Refusal": (Refusal, "serialization"),
    "Unprocessable": (Unprocessable, "serialization"),
}
"""Models that FastAPI does not find in the routes."""
ROUTERS = [
    part.router for part in (api, uploads, steering, computed, observing, taking_home, sweeps)
]
"""All of the server's REST routes."""


@cache
def document() -> dict[str, Any]:
    """All routes and messages."""
    routes = [route for router in ROUTERS for route in router.routes]
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
    share_refusals(found)
    found["x-websockets"] = {
        "/api/v1/stream": {
            "description": "What happens in runs; each message is one MessagePack map.",
            "receives": {"$ref": COMPONENTS + "PageMessage"},
            "sends": {"$ref": COMPONENTS + "ServerMessage"},
        }
    }
    return found


def share_refusals(found: dict[str, Any]) -> None:
    """Adds to each operation what any of them may answer, and declares each refusal once."""
    shared = found["components"]["responses"] = {}
    for operations in found["paths"].values():
        for method, operation in operations.items():
            own = operation["responses"]
            declared = ALWAYS | ({} if method == "get" else WRITING)
            own.update({str(status): answer for status, answer in declared.items()})
            if "422" in own:  # FastAPI's own has another form
                own.update({"422": refusals(422)[422]})
            for status in sorted(own, key=int):
                answer = own.pop(status)
                if int(status) >= 400:
                    shared[f"Refusal{status}"] = answer
                    answer = {"$ref": f"#/components/responses/Refusal{status}"}
                own[status] = answer
    for unused in ("HTTPValidationError", "ValidationError"):
        found["components"]["schemas"].pop(unused, None)


if __name__ == "__main__":
    print(json.dumps(document(), indent=2))
