"""`create_app`: the server put together."""

import asyncio
import importlib
import json
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect

from ebm_server.background import with_core
from ebm_server.catalogue import Catalogue, has_outsiders
from ebm_server.lock import locked
from ebm_server.playground import Samplings
from ebm_server.private import secret
from ebm_server.protocol.messages import unpack
from ebm_server.protocol.worker_messages import Hello
from ebm_server.runs.announcing import announce_for_ever
from ebm_server.runs.database import file_locked
from ebm_server.runs.dispatch import Dispatch
from ebm_server.runs.executors import gpus
from ebm_server.runs.executors.chosen import chosen
from ebm_server.runs.hub import Hub
from ebm_server.runs.jobs import Jobs
from ebm_server.runs.ledger import Ledger
from ebm_server.runs.migrations import migrate
from ebm_server.runs.steering import Steering
from ebm_server.runs.store import Store
from ebm_server.runs.watch import Watch
from ebm_server.runs.worker_connection import WorkerConnection, brief, received
from ebm_server.settings import Settings, package_version, worker_url
from ebm_server.storage import Storage
from ebm_server.sweeps.queue import Sweeps
from ebm_server.web import observing
from ebm_server.web.answering import answer_refusals
from ebm_server.web.bodies import Bodies
from ebm_server.web.documentation import documentation
from ebm_server.web.openapi import ROUTERS, document
from ebm_server.web.page_socket import page_stream
from ebm_server.web.security import Guard
from ebm_server.web.sessions import Sessions, WorkerTokens
from ebm_server.web.static_page import Page

log = logging.getLogger(__name__)
PASSED_ON = ("EBM_PLUGINS", "EBM_DATASETS")
"""What workers of other machines are told too."""
SCIENCE_AFTER = 0.7
"""Seconds after the start until torch is imported in the background: the page comes first."""


class Services:
    """What the routes reach: runs, their store and their workers, the catalogue, trials."""

    def __init__(self, settings: Settings, workers: WorkerTokens) -> None:
        self.settings = settings
        self.address = settings.data_dir / "server.json"
        advertised = None if settings.executor == "local" else worker_url(settings)
        self.store = Store(settings.database_url)
        self.hub = Hub(self.store, on_wanted=lambda run, shown: self.dispatch.show(run, shown))
        self.dispatch = Dispatch(
            Ledger(self.store, self.hub),
            self.hub,
            chosen(settings),
            settings.runs_dir,
            settings.data_dir / "workers",
            lambda worker: {
                "EBM_SERVER": advertised or str(self.address),
                "EBM_WORKER": worker,
                "EBM_WORKER_TOKEN": workers.of(worker),
                "OMP_NUM_THREADS": "1",
                **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            },
            settings.answer_seconds,
            settings.limits.update_seconds,
            on_free=lambda: self.sweeps.feed(),
            wanted_spares=lambda: self.jobs.queue.wanted_spares(),
            gpus=gpus.found() if settings.executor == "local" else (),
            storage=Storage(settings.storage) if settings.storage else None,
            lost_nodes=settings.limits.lost_nodes,
        )
        self.jobs = Jobs(settings, self.dispatch.ledger, self.dispatch)
        self.steering = Steering(self.jobs)
        self.sweeps = Sweeps(self.jobs, self.steering)
        self.watch = Watch(settings.limits, self.dispatch, self.jobs.queue.start)
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
        data_dir, engine = self.settings.data_dir, self.store.engine
        with locked(data_dir / "server.lock"), file_locked(engine, data_dir):
            await self.store.open()
            self.address.write_text(json.dumps({"url": worker_url(self.settings)}))
            await asyncio.to_thread(migrate, engine, self.settings)
            await self.sweeps.read()
            await self.jobs.open()
            self.sweeps.open()
            wanted = self.settings.spare or has_outsiders()
            science = asyncio.create_task(warm(self.catalogue)) if wanted else None
            watch = asyncio.create_task(self.watch.look_for_ever())
            announcing = asyncio.create_task(announce_for_ever(self.jobs, self.hub))
            yield
            watch.cancel()
            announcing.cancel()
            if science:
                science.cancel()
            self.samplings.close()
            await self.sweeps.close()
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
    app.state.steering = services.steering
    app.state.sweeps = services.sweeps
    app.state.catalogue = services.catalogue
    app.state.samplings = services.samplings
    app.state.registry = observing.registry_of(services.jobs)
    app.state.end_at_once = services.end_at_once
    for router in ROUTERS:
        app.include_router(router)
    answer_refusals(app)

    @app.get("/api/v1/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(documentation(document()))

    app.add_api_route("/metrics", observing.metrics, include_in_schema=False)

    @app.websocket("/api/v1/stream")
    async def stream(websocket: WebSocket) -> None:
        await page_stream(websocket, services.hub, services.jobs)

    @app.websocket("/api/v1/worker")
    async def worker(websocket: WebSocket) -> None:
        await serve_worker(websocket, services.dispatch)

    app.mount("/", Page())
    app.add_middleware(Bodies, limits=settings.limits)
    app.add_middleware(Guard, settings=settings, sessions=sessions, workers=workers)
    return app


async def serve_worker(websocket: WebSocket, dispatch: Dispatch) -> None:
    """A worker's websocket, from its hello to its end."""
    await websocket.accept()
    try:
        hello = Hello.model_validate(unpack(await received(websocket)))
    except WebSocketDisconnect:
        return
    except (ValidationError, ValueError) as error:
        log.error("a worker's hello cannot be read: %s", error)
        await websocket.close(1003, brief(error))
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
