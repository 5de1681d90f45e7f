"""`ebm serve`: the laboratory in the browser."""

import logging
import secrets
import signal
import socket
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ebm_server.commands import PlugIns, bring, refuse
from ebm_server.commands._database import Database, refuse_unusable
from ebm_server.lock import locked
from ebm_server.settings import Settings, from_environment, is_loopback

if TYPE_CHECKING:
    from uvicorn import Server

SEND_BUFFER = 128 * 1024


def serve(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 picks a free one.")] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; beyond this machine a token is asked.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where runs are kept (also EBM_DATA_DIR).")
    ] = None,
    database: Database = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
    plugin: PlugIns = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log every request.")] = False,
) -> None:
    """Starts the server and opens the page. Ctrl-C saves and stops the runs."""
    try:
        settings = from_environment(port=port, host=host, data_dir=data_dir, database=database)
    except ValueError as error:
        refuse(str(error))
    bring(plugin)
    prepare(settings)
    listener = listen(settings)
    bound = {"port": listener.getsockname()[1]}
    if not is_loopback(settings.host) and settings.token is None:
        bound["token"] = secrets.token_urlsafe(24)
    settings = settings.model_copy(update=bound)
    url = page_url(settings)
    ending = Ending()
    typer.echo(f"EBM Lab is at {url}")
    run(settings, listener, ending, None if no_browser else url, verbose)


def prepare(settings: Settings) -> None:
    """Ends the command where the data folder cannot be used, or another server uses it."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with locked(settings.data_dir / "server.lock"):
            pass
    except OSError as error:
        refuse(f"cannot write in {settings.data_dir}: {error.strerror}; choose another --data-dir")
    except RuntimeError as error:
        refuse(str(error))
    refuse_unusable(settings)


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
    return f"http://{shown}:{settings.port}/{query}"


class Ending:
    """Takes signals until uvicorn does, so that an early one is neither lost nor cuts an import."""

    def __init__(self) -> None:
        self.asked = False
        self.server: Server | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.ask)

    def ask(self, _number: int, _frame: object) -> None:
        """The handler."""
        self.asked = True
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

    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    config = uvicorn.Config(
        create_app(settings),
        http="h11",
        ws=Socket,
        ws_per_message_deflate=False,
        ws_max_size=settings.limits.page_message_bytes,
        timeout_keep_alive=settings.limits.idle_seconds,
        log_level=level,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    ending.server = Server(config, settings.limits)
    if ending.asked:
        return
    if open_url:
        threading.Thread(target=webbrowser.open, args=(open_url,), daemon=True).start()
    ending.server.run(sockets=[listener])
