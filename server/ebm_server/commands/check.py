"""`ebm check`: the tests that every plug-in passes, on one's own."""

import json
from typing import Annotated

import typer

from ebm_server.commands import located, refuse, use_one_thread

EXIT_FAILED = 1


def check(
    plugins: Annotated[
        list[str], typer.Argument(metavar="FILE|FOLDER|MODULE...", help="What holds them.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tests plug-ins as ours are tested. Exit code 1: a test fails; 2: it cannot be loaded."""
    from ebm_core.checks.running import results
    from ebm_core.contracts.outside import ORIGINS
    from ebm_core.plugins import use

    use_one_thread()
    found = []
    for given in plugins:
        try:
            used = use(located(given))
        except (OSError, ValueError) as error:
            refuse(str(error))
        for plug_in in used:
            origin = ORIGINS[plug_in]
            if not as_json:
                typer.echo(f"{origin.contract} {origin.kind}")
            for result in results(plug_in):
                found.append({"contract": origin.contract, "kind": origin.kind, **vars(result)})
                if not as_json:
                    mark = "ok  " if result.problem is None else "FAIL"
                    said = "" if result.problem is None else f": {result.problem}"
                    typer.echo(f"  {mark} {result.check}{said}")
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    if any(result["problem"] for result in found):
        raise typer.Exit(EXIT_FAILED)
