"""Who may talk to the server: Host and Origin are checked, beyond this machine a token too.

Pure ASGI, around everything, websockets too.
"""

import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ebm_server.settings import Settings

COOKIE = "ebm_token"
WORKER_PATH = "/api/v1/worker"
OPEN_PATHS = frozenset({"/api/v1/health"})

WELCOME_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>EBM Lab</title>
<meta http-equiv="refresh" content="0;url=/"><p>Welcome.
<a href="/">Open the laboratory</a></p></html>
"""
NO_TOKEN = (
    "this server asks for a token: open the address with ?token= that it printed when it started"
)


def policy(host: str) -> str:
    """The content security policy: everything from here, but inline styles and drawn images.

    Plotly and KaTeX write style attributes, and Plotly exports images through data: and blob:.
    """
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' ws://{host} wss://{host} data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


FIXED_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Passes on only what may pass.

    Args:
        worker_token: What a worker process shows; no browser knows it.
    """

    def __init__(self, app: ASGIApp, settings: Settings, worker_token: str) -> None:
        self.app = app
        self.settings = settings
        self.worker_token = worker_token
        self.hosts = settings.hosts
        self.origins = {origin.rstrip("/").lower() for origin in settings.allowed_origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        host = headers.get("host", "")

        async def send_guarded(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                out = MutableHeaders(raw=message.setdefault("headers", []))
                out.setdefault("content-security-policy", policy(host if refusal is None else ""))
                for name, value in FIXED_HEADERS.items():
                    out.setdefault(name, value)
            await send(message)

        app = self.app if refusal is None else refusal
        await app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """What is answered instead, where the request may not pass."""
        host = headers.get("host", "")
        if not self._known(host):
            return _refuse(400, f"the Host {host!r} is not a name of this server")
        origin = headers.get("origin")
        if origin is not None and not self._own(origin, host):
            return _refuse(403, f"the origin {origin!r} may not talk to this server")
        path = scope["path"]
        if path == WORKER_PATH:
            shown = headers.get("authorization", "")
            right = origin is None and _equal(shown, f"Bearer {self.worker_token}")
            return None if right else _refuse(403, "only the server's own workers may call here")
        token = self.settings.token
        if token is None or path in OPEN_PATHS or self._shows(token, headers):
            return None
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if scope["type"] == "http" and _equal(query.get("token", [""])[0], token):
            return _exchange(token, secure=scope.get("scheme") == "https")
        return _refuse(401, NO_TOKEN)

    def _known(self, host: str) -> bool:
        """Whether this server may be called so: other sites' names must not lead here.

        Beyond this machine any plain address will do: a name is what an attacker could bend.
        """
        name = _name(host)
        if name is None:
            return False
        numeric = name.replace(".", "").isdigit() or ":" in name
        return name in self.hosts or (self.settings.token is not None and numeric)

    def _own(self, origin: str, host: str) -> bool:
        origin = origin.lower()
        own = {f"http://{host.lower()}", f"https://{host.lower()}"}
        return origin in own or origin in self.origins

    def _shows(self, token: str, headers: Headers) -> bool:
        if _equal(headers.get("authorization", ""), f"Bearer {token}"):
            return True
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        return COOKIE in cookies and _equal(cookies[COOKIE].value, token)


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _equal(shown: str, right: str) -> bool:
    return hmac.compare_digest(shown.encode(), right.encode())


def _refuse(status: int, message: str) -> Response:
    return JSONResponse({"detail": message}, status)


def _exchange(token: str, *, secure: bool) -> Response:
    """Gives the cookie for the token. A page and no redirect: a link from elsewhere that is
    redirected would not bring a strict cookie along."""
    response = HTMLResponse(WELCOME_PAGE, headers={"cache-control": "no-store"})
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure, path="/")
    return response
