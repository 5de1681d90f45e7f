"""`ebm sweep`: many runs, in processes of its own and into a folder, or on a server."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from ebm_server.commands import PlugIns, bring, refuse, told, use_one_thread, use_plugins
from ebm_server.settings import cores


def sweep(
    described: Annotated[
        Path | None,
        typer.Argument(metavar="[SWEEP]", help="A sweep as TOML; left out, the one in --out."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the runs, their record and the tables.")
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Queue the runs on a running server; a --search keeps its trials in --out.",
        ),
    ] = None,
    token: Annotated[
        str | None, typer.Option(help="What that server asks for.", envvar="EBM_TOKEN")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Runs at a time; else one a core.")
    ] = None,
    search: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=5000,
            metavar="TRIALS",
            help="Tune: Optuna draws the fields of [random] by what earlier trials came to.",
        ),
    ] = None,
    figure: Annotated[
        str | None, typer.Option(help="The figure that is told, or tuned, such as kl.")
    ] = None,
    across: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="A column for each value of a field: dataset.kind."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say how many runs there are, and how long.")
    ] = False,
    plugin: PlugIns = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Makes every run of a sweep; started again, only those that are missing.

    Exit code 2: bad input, told before anything runs; 3: no run finished; 130: interrupted.
    """
    if server is not None and search is None:
        beside = {"--out": out, "--jobs": jobs, "--check": check or None}
        refuse_beside(beside | {"--plugin": plugin or None})
        if described is None:
            refuse("SWEEP is missing; name the TOML file of the sweep")
        from ebm_server.commands._sweep_on_server import follow

        follow(text_of(described), server, token, figure, across, as_json)
        return
    if out is None and not check:
        where = "the trials" if server else "the runs, or a running --server"
        refuse(f"--out is missing; name the folder for {where}")
    use_one_thread()
    use_plugins(plugin)
    bring(plugin)  # to the processes of the runs
    from ebm_server.commands._sweep_folder import KEPT, SweepFolder, held
    from ebm_server.commands._sweep_on_server import Api

    with ExitStack() as stack:
        if out is None:
            if described is None:
                refuse("SWEEP is missing; name the TOML file of the sweep, or the --out of one")
            out = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        text = text_of(described or out / KEPT)
        if not check:
            held(out, stack)
        api = Api(server, token) if server else None
        folder = SweepFolder(text, out, jobs or cores(), figure, search, api)
        if check:
            folder.say_length()
            return
        words = f"ebm sweep --out {out}" + (f" --search {search}" if search else "")
        words += f" --server {api.address}" if api else ""
        folder.carry_out(words, across, as_json)


def refuse_beside(options: dict[str, Any]) -> None:
    """Ends the command where options are given that a server has no place for."""
    if given := [name for name, value in options.items() if value is not None]:
        refuse(f"--server makes the runs there, by its own settings; drop {', '.join(given)}")


def text_of(path: Path) -> str:
    """The TOML of a sweep; ends the command where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        refuse(f"there is no {path}; write a sweep as TOML, or name another file")
    except OSError as error:
        refuse(told(error))
    except UnicodeDecodeError as error:
        refuse(f"{path}: {error}")
