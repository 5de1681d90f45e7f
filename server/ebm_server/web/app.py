"""`create_app`: the server put together."""

import asyncio
import importlib
import json
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect

from ebm_server.background import with_core
from ebm_server.catalogue import Catalogue, has_outsiders
from ebm_server.lock import locked
from ebm_server.playground import Samplings
from ebm_server.protocol.messages import unpack
from ebm_server.protocol.worker_messages import Hello
from ebm_server.refusals import Invalid, Refused
from ebm_server.runs.dispatch import Dispatch
from ebm_server.runs.executors.local import LocalExecutor
from ebm_server.runs.hub import Hub
from ebm_server.runs.jobs import Jobs
from ebm_server.runs.ledger import Ledger
from ebm_server.runs.migrations import migrate
from ebm_server.runs.store import Store
from ebm_server.runs.worker_connection import WorkerConnection
from ebm_server.settings import Settings, is_loopback, package_version
from ebm_server.sweeps.queue import Sweeps
from ebm_server.web import api, sweeps, taking_home
from ebm_server.web.documentation import documentation
from ebm_server.web.openapi import document
from ebm_server.web.page_socket import page_stream
from ebm_server.web.security import Guard
from ebm_server.web.static_page import Page

log = logging.getLogger(__name__)
SCIENCE_AFTER = 0.7
"""Seconds after the start until torch is imported in the background: the page comes first."""


class Services:
    """What the routes reach: runs, their store and their workers, the catalogue, trials."""

    def __init__(self, settings: Settings, token: str) -> None:
        self.settings = settings
        self.address = settings.data_dir / "server.json"
        self.store = Store(settings.database_url)
        self.hub = Hub(self.store, on_wanted=lambda run, shown: self.dispatch.show(run, shown))
        self.dispatch = Dispatch(
            Ledger(self.store, self.hub),
            self.hub,
            LocalExecutor(),
            settings.runs_dir,
            settings.data_dir / "workers",
            {"EBM_SERVER": str(self.address), "EBM_WORKER_TOKEN": token, "OMP_NUM_THREADS": "1"},
            settings.answer_seconds,
            on_free=lambda: self.sweeps.feed(),
            wants_spare=lambda: self.jobs.wants_spare(),
        )
        self.jobs = Jobs(settings, self.dispatch.ledger, self.dispatch)
        self.sweeps = Sweeps(self.jobs)
        self.catalogue = Catalogue(settings.data_dir)
        self.samplings = Samplings()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """From the opening of the data folder to the end of the last worker.

        Raises:
            RuntimeError: Another server uses the data folder, or a newer one did.
        """
        with locked(self.settings.data_dir / "server.lock"):
            self.address.write_text(json.dumps({"url": worker_url(self.settings)}))
            migrate(self.store.engine, self.settings)
            self.store.open()
            await self.sweeps.read()
            await self.jobs.open()
            self.sweeps.open()
            wanted = self.settings.spare or has_outsiders()
            science = asyncio.create_task(warm(self.catalogue)) if wanted else None
            yield
            if science:
                science.cancel()
            self.samplings.close()
            await self.sweeps.close()
            await self.jobs.close()
            await self.store.close()


def create_app(settings: Settings) -> FastAPI:
    """The whole server as an ASGI application; when it starts, errors as in `Services.running`."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    token = worker_token(settings.data_dir)
    services = Services(settings, token)
    app = FastAPI(
        title="EBM Lab",
        version=package_version(),
        lifespan=lambda _app: services.running(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.openapi = document  # type: ignore[method-assign]
    app.state.jobs = services.jobs
    app.state.sweeps = services.sweeps
    app.state.catalogue = services.catalogue
    app.state.samplings = services.samplings
    app.include_router(api.router)
    app.include_router(taking_home.router)
    app.include_router(sweeps.router)
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(Invalid, invalid)
    app.add_exception_handler(RequestValidationError, malformed)

    @app.get("/api/v1/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(documentation(document()))

    @app.websocket("/api/v1/stream")
    async def stream(websocket: WebSocket) -> None:
        await page_stream(websocket, services.hub, services.dispatch.ledger)

    @app.websocket("/api/v1/worker")
    async def worker(websocket: WebSocket) -> None:
        await serve_worker(websocket, services.dispatch)

    app.mount("/", Page())
    app.add_middleware(Guard, settings=settings, worker_token=token)
    return app


async def serve_worker(websocket: WebSocket, dispatch: Dispatch) -> None:
    """A worker's websocket, from its hello to its end."""
    await websocket.accept()
    try:
        hello = Hello.model_validate(unpack(await websocket.receive_bytes()))
    except WebSocketDisconnect:
        return
    except (ValidationError, ValueError) as error:
        log.error("a worker's hello cannot be read: %s", error)
        await websocket.close(1003)
        return
    await dispatch.serve(WorkerConnection(websocket, hello))


async def warm(catalogue: Catalogue) -> None:
    """Makes the catalogue, then imports torch, without keeping anybody waiting."""
    await catalogue.get()
    await asyncio.sleep(SCIENCE_AFTER)
    await with_core(lambda: importlib.import_module("ebm_server.configs"))


def worker_token(data_dir: Path) -> str:
    """The secret between this folder's servers and workers; made once, for this user's eyes."""
    path = data_dir / "worker.token"
    if not path.is_file():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text()


def worker_url(settings: Settings) -> str:
    """Where workers of this machine reach the server."""
    host = settings.host
    if is_loopback(host) or host in ("0.0.0.0", "::"):
        host = "[::1]" if ":" in host else "127.0.0.1"
    return f"http://{host}:{settings.port}"


async def refused(_request: Request, error: Exception) -> JSONResponse:
    """Something that cannot be done now."""
    status = error.status if isinstance(error, Refused) else 500
    return JSONResponse({"detail": str(error)}, status)


async def invalid(_request: Request, error: Exception) -> JSONResponse:
    """Values that are refused: 422 with path, value, message and what is allowed."""
    problems = error.problems if isinstance(error, Invalid) else []
    return JSONResponse({"detail": [problem.model_dump(mode="json") for problem in problems]}, 422)


async def malformed(_request: Request, error: Exception) -> JSONResponse:
    """A body or a query that does not fit its route, in the same form."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return JSONResponse({"detail": list(map(malformation, found))}, 422)


def malformation(item: dict[str, Any]) -> dict[str, Any]:
    """One thing that is wrong with a body or a query, of those that FastAPI found."""
    path, value, message = ".".join(map(str, item["loc"][1:])), item.get("input"), item["msg"]
    if item["type"] == "json_invalid":
        why = item["ctx"]["error"]
        path, value = "body", None
        message = f"it is no JSON: {why} at character {item['loc'][1] + 1}"
    value = value if isinstance(value, str | int | float) else None
    return {"path": path or "body", "value": value, "message": message, "allowed": None}
