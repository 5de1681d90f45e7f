"""How large a request's body may be: refused by its length, before any of it is read.

JSON is decoded at once, on the event loop: a megabyte of it takes 50 ms at the worst. What is
larger is a file of points or pictures, which a thread or a process reads.
"""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ebm_server.limits import MB, Limits

POINTS, PICTURES = "/api/v1/points", "/api/v1/pictures"


class Bodies:
    """Passes on only requests whose bodies are small enough for where they go."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers:
            detail = "a request must say how long it is (Content-Length)"
            return JSONResponse({"detail": detail}, 411)
        length = int(headers.get("content-length") or 0)
        points = scope["path"].endswith((POINTS, PICTURES))
        most = self.limits.points_bytes if points else self.limits.json_bytes
        if length <= most:
            return None
        remedy = (
            "send fewer rows or pictures" if points else f"send a table as a file, to POST {POINTS}"
        )
        setting = "EBM_POINTS_BYTES" if points else "EBM_JSON_BYTES"
        detail = (
            f"this is too large: {size(length)}, and {size(most)} are the most that is taken here; "
            f"{remedy}, or have the server started with a larger {setting}"
        )
        return JSONResponse({"detail": detail}, 413)


def size(count: int) -> str:
    """Bytes in words."""
    return f"{count / MB:.3g} MB" if count >= MB else f"{count:,} bytes"
