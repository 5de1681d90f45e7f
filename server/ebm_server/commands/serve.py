"""`ebm serve`: the laboratory in the browser."""

import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from pydantic import ValidationError

from ebm_server.background import leave
from ebm_server.commands import PlugIns, bring, refuse
from ebm_server.commands._database import Database, refuse_unusable
from ebm_server.lock import locked
from ebm_server.logs import Format, begin
from ebm_server.private import keep_private, secret
from ebm_server.runs.executors import ray_cluster
from ebm_server.settings import Settings, from_environment, is_loopback, worker_url
from ebm_server.storage import Storage

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails
    from uvicorn import Server

SEND_BUFFER = 128 * 1024
INTERRUPTED = 130
SAVING = "\nThe runs are being saved and stopped; Ctrl-C again ends all at once.\n"


def serve(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 picks a free one.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where runs are kept (also EBM_DATA_DIR).")
    ] = None,
    database: Database = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="Let every account of this machine in.")
    ] = False,
    root_path: Annotated[
        str | None, typer.Option(help="Where a proxy has the page, such as /lab.")
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A further name that the server is called by.")
    ] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(help="A further origin that may talk to it.")
    ] = None,
    allow_embed: Annotated[
        list[str] | None, typer.Option(help="An origin whose pages may show this one in a frame.")
    ] = None,
    executor: Annotated[
        Literal["local", "ray"] | None,
        typer.Option(help="Where runs train: on this machine, or on a cluster by Ray."),
    ] = None,
    ray_address: Annotated[
        str | None, typer.Option(help="The cluster: auto, an address, or ray://...")
    ] = None,
    advertise: Annotated[
        str | None, typer.Option(help="Where workers on other machines call this server.")
    ] = None,
    storage: Annotated[
        str | None, typer.Option(help="Where workers keep the runs' files: a folder, s3://...")
    ] = None,
    plugin: PlugIns = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log every request.")] = False,
    log_format: Annotated[
        Format | None, typer.Option(help="Of log lines (also EBM_LOG_FORMAT).")
    ] = None,
) -> None:
    """Starts the server and opens the page. Ctrl-C saves and stops the runs."""
    try:
        settings = from_environment(
            port=port,
            host=host,
            data_dir=data_dir,
            database=database,
            root_path=root_path,
            allowed_hosts=allow_host,
            allowed_origins=allow_origin,
            embedders=allow_embed,
            log_format=log_format,
            executor=executor,
            ray_address=ray_address,
            advertise=advertise,
            storage=storage,
        )
    except ValidationError as error:
        refuse("; ".join(told(fault) for fault in error.errors()))
    except ValueError as error:
        refuse(str(error))
    bring(plugin)
    os.umask(0o077)
    prepare(settings)
    prepare_cluster(settings)
    token = token_of(settings, no_token)
    listener = listen(settings)
    settings = settings.model_copy(
        update={"port": listener.getsockname()[1], "token": token, **behind_proxy(settings)}
    )
    url = page_url(settings)
    ending = Ending()
    typer.echo(f"EBM Lab is at {url}")
    run(settings, listener, ending, None if no_browser else url, verbose)


def told(fault: "ErrorDetails") -> str:
    """What is wrong with a setting, in a line."""
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"


def token_of(settings: Settings, no_token: bool) -> str | None:
    """What a browser must show: the given token, or that of the data folder; it stays the same."""
    if not no_token:
        return settings.token or secret(settings.data_dir, "page.token").decode()
    if settings.token:
        refuse("--no-token and EBM_TOKEN contradict each other; leave one of them out")
    if not is_loopback(settings.host):
        refuse(f"--no-token would let everybody in who reaches {settings.host}; leave it out")
    return None


def behind_proxy(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Who has a base path has a proxy, on this machine where nothing else is said."""
    return {"proxies": settings.proxies or (("127.0.0.1", "::1") if settings.root_path else ())}


def prepare(settings: Settings) -> None:
    """Ends the command where the data folder cannot be used, or another server uses it."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(settings.data_dir / "server.lock"):
            keep_private(settings.data_dir)
    except OSError as error:
        refuse(f"cannot write in {settings.data_dir}: {error.strerror}; choose another --data-dir")
    except RuntimeError as error:
        refuse(str(error))
    refuse_unusable(settings)


def prepare_cluster(settings: Settings) -> None:
    """Ends the command where the runs' storage, or the cluster, cannot be used."""
    try:
        if settings.storage:
            Storage(settings.storage).try_to_keep()
        if settings.executor == "ray":
            found = ray_cluster.connect(settings.ray_address)
            ray_cluster.refuse_unreachable(found, worker_url(settings))
    except (ValueError, OSError) as error:
        refuse(str(error))


def listen(settings: Settings) -> socket.socket:
    """A listening socket; ends the command with what to do where there can be none."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # What a slow page has not read waits where newer frames can replace it, not in the kernel.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        refuse(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error}; "
            "choose another with --port (0 picks a free one) or --host"
        )
    listener.listen(2048)
    return listener


def page_url(settings: Settings) -> str:
    """The address for the user to click."""
    host = settings.host
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    shown = f"[{host}]" if ":" in host else host
    query = f"?token={settings.token}" if settings.token else ""
    return f"http://{shown}:{settings.port}{settings.root_path}/{query}"


class Ending:
    """Takes signals, so that an early one is neither lost nor cuts an import.

    The first saves and stops all runs; Ctrl-C after that ends everything at once.
    """

    def __init__(self) -> None:
        self.asked = False
        self.server: Server | None = None
        self.end_at_once: Callable[[], None] = lambda: None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.ask)

    def ask(self, number: int, _frame: object) -> None:
        """The handler, uvicorn's too: its own would leave workers behind at the second Ctrl-C."""
        again, self.asked = self.asked, True  # the next signal may come within this one
        if again and number == signal.SIGINT:
            self.end_at_once()
            os._exit(INTERRUPTED)
        if not again and number == signal.SIGINT:
            os.write(sys.stderr.fileno(), SAVING.encode())  # print may be at work just now
        if self.server is not None:
            self.server.should_exit = True


def run(
    settings: Settings,
    listener: socket.socket,
    ending: Ending,
    open_url: str | None,
    verbose: bool,
) -> None:
    """Serves until it is told to end, however early that is."""
    import uvicorn

    from ebm_server.web.app import create_app
    from ebm_server.web.connections import Server, Socket

    logging = begin(settings.log_format, verbose)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        http="h11",
        ws=Socket,
        ws_per_message_deflate=False,
        ws_max_size=settings.limits.page_message_bytes,
        timeout_keep_alive=settings.limits.idle_seconds,
        **logging,
        timeout_graceful_shutdown=5,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
    )
    server = Server(config, settings.limits)
    server.handle_exit = ending.ask  # type: ignore[assignment,method-assign]
    ending.end_at_once = app.state.end_at_once
    ending.server = server
    if ending.asked:
        return
    if open_url:
        threading.Thread(target=webbrowser.open, args=(open_url,), daemon=True).start()
    server.run(sockets=[listener])
    leave()
