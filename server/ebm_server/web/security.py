"""Who may talk to the server: Host, Origin and the frame around are checked, and the token.

Pure ASGI, around everything, websockets too.
"""

from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ebm_server.settings import Settings
from ebm_server.web import entrance
from ebm_server.web.addresses import Addresses
from ebm_server.web.attempts import Attempts
from ebm_server.web.policy import FIXED_HEADERS, policy
from ebm_server.web.sessions import Sessions, WorkerTokens, same

WORKER_PATH = "/api/v1/worker"
OPEN_PATHS = frozenset({"/api/v1/health", "/api/v1/ready"})
PAGES = frozenset({"/", "/index.html"})
UNGUESSABLE = 22
"""Characters from which on nobody finds a token by trying."""
WORKER = "ebm_worker"
"""Where the scope says which worker has called."""


class Guard:
    """Passes on only what may pass."""

    def __init__(
        self, app: ASGIApp, settings: Settings, sessions: Sessions, workers: WorkerTokens
    ) -> None:
        self.app = app
        self.settings = settings
        self.sessions = sessions
        self.workers = workers
        self.addresses = Addresses(settings)
        self.attempts = Attempts()
        self.cookie = f"ebm_session_{settings.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope["root_path"] = self.settings.root_path
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        unknown = self.addresses.refuse_host(host)
        refusal = _refuse(400, unknown) if unknown else self._refusal(scope, headers, host)
        rules = policy("" if unknown else host, self.settings.embedders)

        async def send_guarded(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                out = MutableHeaders(raw=message.setdefault("headers", []))
                out.setdefault("content-security-policy", rules)
                for name, value in FIXED_HEADERS.items():
                    out.setdefault(name, value)
            await send(message)

        await (refusal or self.app)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope, headers: Headers, host: str) -> Response | None:
        """What is answered instead, where the request may not pass."""
        path = self._path(scope)
        if path == "" and scope["type"] == "http":
            return RedirectResponse(f"{self.settings.root_path}/{_question(scope)}")
        origin = headers.get("origin")
        if origin is not None and (why := self.addresses.refuse_origin(origin, host)):
            return _refuse(403, why)
        if path == WORKER_PATH:
            worker = self.workers.worker(headers.get("authorization", ""))
            scope.setdefault("state", {})[WORKER] = worker
            right = origin is None and worker is not None
            return None if right else _refuse(403, "only the server's own workers may call here")
        around = entrance.framed_from(headers)
        if around is not None and not self._embeds(around):
            return entrance.refuse_frame(around)
        return self._enter(scope, headers, path)

    def _path(self, scope: Scope) -> str:
        """The path below the base path, whether a proxy has taken that away or not."""
        root, path = self.settings.root_path, str(scope["path"])
        return path.removeprefix(root) if path == root or path.startswith(f"{root}/") else path

    def _embeds(self, around: str) -> bool:
        """Whether a page may show this one; one that does not tell is left to the browser."""
        return around in self.settings.embedders or bool(self.settings.embedders and not around)

    def _enter(self, scope: Scope, headers: Headers, path: str) -> Response | None:
        """What is answered to who has no session yet."""
        token = self.settings.token
        if token is None or path in OPEN_PATHS:
            return None
        asks_page = scope["type"] == "http" and path in PAGES
        given = parse_qs(_question(scope)[1:]).get("token", [""])[0] if asks_page else ""
        shown = given or headers.get("authorization", "").removeprefix("Bearer ")
        cookies = cookie_parser(headers.get("cookie", ""))
        if not given and self.sessions.holds(cookies.get(self.cookie, "")):
            return None
        if not shown:
            return entrance.ask_for_token(headers, entrance.NO_TOKEN)
        address = (scope.get("client") or ("",))[0]
        right = same(shown, token)
        # what nobody guesses is let in at once: others who show wrong ones may share the address
        if (wait := self.attempts.wait(address)) and not (right and len(token) >= UNGUESSABLE):
            why = f"too many wrong tokens came from here; try again in {wait} s"
            return entrance.ask_for_token(headers, why, wait)
        if not right:
            self.attempts.failed(address)
            return entrance.ask_for_token(headers, entrance.WRONG_TOKEN)
        if not wait:
            self.attempts.succeeded(address)
        return self._welcome(scope, headers) if given else None

    def _welcome(self, scope: Scope, headers: Headers) -> Response:
        return entrance.welcome(
            self.cookie,
            self.sessions.new(),
            f"{self.settings.root_path}/",
            secure=scope.get("scheme") == "https",
            framed=bool(self.settings.embedders) and entrance.is_framed(headers),
        )


def _question(scope: Scope) -> str:
    """The query with its question mark, empty where there is none."""
    query = scope.get("query_string", b"").decode("latin-1")
    return f"?{query}" if query else ""


def _refuse(status: int, message: str) -> Response:
    return JSONResponse({"detail": message}, status)
