"""`ebm doctor`: whether everything that EBM Lab needs is there."""

import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from ebm_server.settings import COMPARED, cores, from_environment, package_version

EXIT_UNWELL = 1
LEAST_FREE = 200 * 1024 * 1024


def doctor(
    data_dir: Annotated[
        Path | None, typer.Option(help="Where runs are kept (also EBM_DATA_DIR).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Checks Python, PyTorch, the page, the data folder and the database. Exit code 1: not well."""
    settings = from_environment(data_dir=data_dir)
    checks: dict[str, Callable[[], str]] = {
        "EBM Lab": lambda: (
            f"{package_version()}, Python {platform.python_version()}, {sys.platform}"
        ),
        "cores": lambda: (
            f"{cores()}; so many runs go at once, and {COMPARED} at least, unless "
            "EBM_MAX_RUNNING says otherwise"
        ),
        "PyTorch": torch_state,
        "compiled perceptron": kernel_state,
        "plug-ins": plugins_state,
        "page": page_state,
        "data folder": lambda: folder_state(settings.data_dir),
        "database": lambda: database_state(settings.database_url),
    }
    results = []
    for name, check in checks.items():
        try:
            results.append({"check": name, "well": True, "text": check()})
        except Exception as error:
            results.append({"check": name, "well": False, "text": f"{error}"})
    if as_json:
        typer.echo(json.dumps(results, indent=2))
    else:
        for result in results:
            mark = "ok  " if result["well"] else "FAIL"
            typer.echo(f"{mark} {result['check']}: {result['text']}")
    if not all(result["well"] for result in results):
        raise typer.Exit(EXIT_UNWELL)


def torch_state() -> str:
    """PyTorch's version and devices, after a small computation."""
    import torch

    if float(torch.ones(2) @ torch.ones(2)) != 2.0:
        raise RuntimeError("PyTorch computes wrongly; install it again")
    cuda = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "no GPU"
    return f"{version('torch')}, {cuda}"


def kernel_state() -> str:
    """Whether small networks are computed by compiled code."""
    from ebm_core.networks.compiled_perceptron import LIBRARY, library

    return (
        f"no {LIBRARY}, or not for this processor: PyTorch computes"
        if library is None
        else f"{LIBRARY}"
    )


def plugins_state() -> str:
    """What EBM_PLUGINS and installed packages have put on the shelves."""
    from ebm_core.contracts.outside import ORIGINS
    from ebm_core.plugins import given_troubles

    if troubles := given_troubles():
        raise RuntimeError("; ".join(map(str, troubles)))
    return ", ".join(origin.name for origin in ORIGINS.values()) or "none from outside"


def page_state() -> str:
    """Where the built page is."""
    from ebm_server.web.static_page import STATIC

    if not (STATIC / "index.html").is_file():
        raise RuntimeError("it is not built; run `make page` in a checkout, or install a wheel")
    return str(STATIC)


def folder_state(folder: Path) -> str:
    """That files can be written there, and how much room is left."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"well")
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise RuntimeError(f"only {free / 1e6:.0f} MB are free in {folder}; make room")
    return f"{folder}, {free / 1e9:.1f} GB free"


def database_state(url: str) -> str:
    """That the database can be opened and is known."""
    from ebm_server.runs.database import engine_for
    from ebm_server.runs.migrations import version_of

    engine = engine_for(url)
    version = version_of(engine)
    engine.dispose()
    return f"{engine.dialect.name}, {f'version {version}' if version else 'empty'}"
