"""A sweep on a running server: it is started there, followed, and told in a table."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from ebm_server.commands import refuse
from ebm_server.commands._updates import interruption

EVERY = 1.0
"""Seconds between two looks at how far it is."""
PATIENCE = 120.0
EXIT_INTERRUPTED = 130


class Api:
    """The routes of a server; ends the command where it does not answer, or refuses.

    Args:
        server: Its address, also as it prints it, with its token.
    """

    def __init__(self, server: str, token: str | None) -> None:
        parts = urllib.parse.urlsplit(server)
        self.address = parts._replace(query="", fragment="").geturl().rstrip("/")
        self.token = token or urllib.parse.parse_qs(parts.query).get("token", [None])[0]

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        may_fail: bool = False,
        may_wait: bool = False,
    ) -> Any:
        """The JSON that a route answers, None where it has none.

        Args:
            may_fail: None too where it is refused.
            may_wait: None too where there is no room for it now (429).
        """
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        try:
            request = urllib.request.Request(
                f"{self.address}/api/v1{path}", data, headers, method=method
            )
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                told = answer.read()
                return json.loads(told) if told else None
        except urllib.error.HTTPError as error:
            if may_fail or (may_wait and error.code == 429):
                return None
            refuse(refusal(error))
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            refuse(f"{self.address} does not answer as a server of EBM Lab does: {reason}")


def refusal(error: urllib.error.HTTPError) -> str:
    """Why a server refuses, a problem a line."""
    try:
        detail = json.load(error)["detail"]
    except (ValueError, KeyError, TypeError):
        return f"the server answers {error.code} {error.reason}"
    if error.code == 401:
        return f"{detail}; give that address as --server, or the token by --token"
    if not isinstance(detail, list):
        return str(detail)
    return "\n".join(map(in_words, detail))


def in_words(problem: dict[str, Any]) -> str:
    """As the command says it of a sweep in a folder."""
    name = f"{problem['path']} is {problem['value']!r}: " if problem["path"] else ""
    allowed = f"; allowed: {problem['allowed']}" if problem["allowed"] else ""
    return f"{name}{problem['message']}{allowed}"


def follow(
    text: str, server: str, token: str | None, figure: str | None, across: str | None, quiet: bool
) -> None:
    """Starts a sweep and waits for its end; it goes on there where this is interrupted."""
    api = Api(server, token)
    sweep = api.ask("POST", "/sweeps", {"toml": text})
    where = f"{api.address}/#sweep={sweep['id']}"
    typer.echo(f"sweep {sweep['id']}, {sweep['runs']:,} runs: {where}", err=True)
    columns = (
        TextColumn("{task.completed:,} of {task.total:,} runs"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with (
        interruption("the sweep goes on; Ctrl-C again ends at once") as interrupted,
        Progress(*columns, console=Console(stderr=True), disable=quiet) as bar,
    ):
        task = bar.add_task("", total=sweep["runs"], told="")
        while sweep["state"] == "running" and not interrupted.is_set():
            interrupted.wait(EVERY)
            sweep = api.ask("GET", f"/sweeps/{sweep['id']}/summary")
            told = f"{sweep['failed']} failed" if sweep["failed"] else ""
            bar.update(task, completed=sweep["ended"], told=told)
    report(api, sweep["id"], figure, across, quiet)
    if interrupted.is_set():
        typer.echo(f"it goes on; pause it, or see it, at\n  {where}", err=True)
        raise typer.Exit(EXIT_INTERRUPTED)


def report(api: Api, sweep: str, figure: str | None, across: str | None, quiet: bool) -> None:
    """The table, as of now."""
    from ebm_core.sweeps.summary import Group, Outcome, Quartiles
    from ebm_server.commands._sweep_table import as_data, show

    whole = api.ask("GET", f"/sweeps/{sweep}")
    outcomes = [Outcome(**run) for run in whole["members"]]
    groups = [
        Group(**{**one, "figures": {name: Quartiles(**q) for name, q in one["figures"].items()}})
        for one in whole["groups"]
    ]
    if quiet:
        typer.echo(json.dumps({"sweep": sweep, **as_data(groups, outcomes)}))
    else:
        show(groups, outcomes, figure, across)
