"""`create_app`: the server put together."""

import asyncio
import importlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
from ebm_server.private import secret
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
from ebm_server.web import api, observing, taking_home
from ebm_server.web.documentation import documentation
from ebm_server.web.openapi import document
from ebm_server.web.page_socket import page_stream
from ebm_server.web.security import Guard
from ebm_server.web.sessions import Sessions, WorkerTokens
from ebm_server.web.static_page import Page

log = logging.getLogger(__name__)
SCIENCE_AFTER = 0.7
"""Seconds after the start until torch is imported in the background: the page comes first."""


class Services:
    """What the routes reach: runs, their store and their workers, the catalogue, trials."""

    def __init__(self, settings: Settings, workers: WorkerTokens) -> None:
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
            lambda worker: {
                "EBM_SERVER": str(self.address),
                "EBM_WORKER": worker,
                "EBM_WORKER_TOKEN": workers.of(worker),
                "OMP_NUM_THREADS": "1",
            },
            settings.answer_seconds,
            on_free=lambda: self.jobs.start_queued(),
            wants_spare=lambda: self.jobs.wants_spare(),
        )
        self.jobs = Jobs(settings, self.dispatch.ledger, self.dispatch)
        self.catalogue = Catalogue(settings.data_dir)
        self.samplings = Samplings()

    def end_at_once(self) -> None:
        """Ends all processes of this server, whatever they do; runs keep their last checkpoint."""
        pool = self.dispatch.pool
        for worker in list(pool.workers.values()):
            pool.executor.kill(worker.process)
        self.samplings.kill()

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
            await self.jobs.open()
            wanted = self.settings.spare or has_outsiders()
            science = asyncio.create_task(warm(self.catalogue)) if wanted else None
            yield
            if science:
                science.cancel()
            self.samplings.close()
            await self.jobs.close()
            await self.store.close()


def create_app(settings: Settings) -> FastAPI:
    """The whole server as an ASGI application; when it starts, errors as in `Services.running`."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    workers = WorkerTokens(secret(settings.data_dir, "worker.key"))
    sessions = Sessions(secret(settings.data_dir, "session.key"), settings.token)
    services = Services(settings, workers)
    app = FastAPI(
        title="EBM Lab",
        version=package_version(),
        lifespan=lambda _app: services.running(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
    )
    app.openapi = document  # type: ignore[method-assign]
    app.state.jobs = services.jobs
    app.state.catalogue = services.catalogue
    app.state.samplings = services.samplings
    app.state.registry = observing.registry_of(services.jobs)
    app.state.end_at_once = services.end_at_once
    app.include_router(api.router)
    app.include_router(observing.router)
    app.include_router(taking_home.router)
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(Invalid, invalid)
    app.add_exception_handler(RequestValidationError, malformed)

    @app.get("/api/v1/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(documentation(document()))

    app.add_api_route("/metrics", observing.metrics, include_in_schema=False)

    @app.websocket("/api/v1/stream")
    async def stream(websocket: WebSocket) -> None:
        await page_stream(websocket, services.hub, services.dispatch.ledger)

    @app.websocket("/api/v1/worker")
    async def worker(websocket: WebSocket) -> None:
        await serve_worker(websocket, services.dispatch)

    app.mount("/", Page())
    app.add_middleware(Guard, settings=settings, sessions=sessions, workers=workers)
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
    if hello.worker != websocket.state.ebm_worker:
        log.error("a worker shows the token of %s", websocket.state.ebm_worker)
        await websocket.close(1008, "this token is another worker's")
        return
    await dispatch.serve(WorkerConnection(websocket, hello))


async def warm(catalogue: Catalogue) -> None:
    """Makes the catalogue, then imports torch, without keeping anybody waiting."""
    await catalogue.get()
    await asyncio.sleep(SCIENCE_AFTER)
    await with_core(lambda: importlib.import_module("ebm_server.configs"))


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
