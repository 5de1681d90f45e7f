"""`ebm export`: a run as files to take home."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ebm_server.commands import PlugIns, plugins_apart, refuse, use_one_thread, use_plugins
from ebm_server.exports.looks import LAYERS, Clock, Show, Theme
from ebm_server.settings import from_environment

if TYPE_CHECKING:
    from ebm_server.exports.film import Film
    from ebm_server.exports.material import Material
    from ebm_server.exports.offline import Replay

PICTURES = 60
"""Of a GIF, and moments of a run that is made again."""
MOST = 4
"""Runs that are compared."""
Tracker = Literal["tensorboard", "mlflow", "wandb"]


def export(
    run: Annotated[
        list[str],
        typer.Argument(help="A run's folder, or its id in the data folder; several to compare."),
    ],
    html: Annotated[
        Path | None, typer.Option(help="One file that replays it in any browser, offline.")
    ] = None,
    gif: Annotated[Path | None, typer.Option(help="An animated GIF.")] = None,
    script: Annotated[
        Path | None, typer.Option(help="A Python script that makes the run again, bit for bit.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Its metrics.")] = None,
    samples: Annotated[
        Path | None, typer.Option(help="The points of its last moment, as CSV.")
    ] = None,
    grid: Annotated[
        Path | None, typer.Option(help="The landscape of its last moment, as NPZ.")
    ] = None,
    to: Annotated[Tracker | None, typer.Option(help="Metrics and pictures, to --out.")] = None,
    out: Annotated[
        str | None, typer.Option(help="Of --to: a folder; for mlflow its tracking URI.")
    ] = None,
    moments: Annotated[
        int | None, typer.Option(min=2, max=400, help="Shown in HTML, GIF and --to; 48, 60, 12.")
    ] = None,
    width: Annotated[int, typer.Option(min=96, max=1024, help="Of the GIF's maps.")] = 480,
    per_second: Annotated[float, typer.Option(min=1, max=50, help="Pictures of the GIF.")] = 12,
    first: Annotated[int | None, typer.Option(min=0, help="The update to begin with.")] = None,
    last: Annotated[int | None, typer.Option(min=0, help="The update to end with.")] = None,
    theme: Annotated[Theme, typer.Option(help="Of the GIF.")] = "dark",
    show: Annotated[Show, typer.Option(help="By the GIF's maps.")] = "energy",
    layer: Annotated[
        list[str] | None,
        typer.Option(help=f"Shown in the GIF, one or more of {', '.join(LAYERS)}; else all."),
    ] = None,
    clock: Annotated[Clock, typer.Option(help="Of several runs in the GIF.")] = "seconds",
    data_dir: Annotated[
        Path | None, typer.Option(help="Where runs are kept (also EBM_DATA_DIR).")
    ] = None,
    plugin: PlugIns = None,
) -> None:
    """Writes a run, or several on one clock, as files to take home; the run stays as it is.

    Runs of the page have kept their moments. One of `ebm train` has not: it is made again to see
    them, which takes as long as training did.
    """
    named = {"--html": html, "--gif": gif, "--csv": csv, "--samples": samples, "--grid": grid}
    wanted = {name: path for name, path in named.items() if path is not None}
    refuse_unasked([*named, "--script"], bool(wanted or script), to, out)
    for path in filter(None, (*wanted.values(), script)):
        refuse_unwritable(path)
    for name in set(layer or ()) - set(LAYERS):
        refuse(f"--layer is {name!r}; choose among {', '.join(LAYERS)}")
    if len(run) > 1 and set(wanted) - {"--html", "--gif"} | ({"--script"} if script else set()):
        refuse("several runs go into --html and --gif alone; export the other files one by one")
    if len(run) > MOST:
        refuse(f"{len(run)} runs are named; {MOST} at most stand beside each other")
    use_one_thread()
    use_plugins(plugin)
    from ebm_server.exports.film import Film, refuse_large
    from ebm_server.exports.offline import Replay
    from ebm_server.refusals import Refused

    replay = Replay(moments=moments, first=first, last=last)
    layers = tuple(name for name in LAYERS if layer is None or name in layer)
    film = Film(width, per_second, moments or PICTURES, first, last, theme, clock, layers, show)

    with plugins_apart():
        try:
            if gif is not None:
                refuse_large(moments or PICTURES, len(run), width)
            moving = bool(wanted) or to is not None
            materials = [material(one, data_dir, moving, moments or PICTURES) for one in run]
            write_to(to, out, materials, moments)
            if script is not None:
                write_script(materials[0], script)
            for name, path in wanted.items():
                write(path, made(name, materials, replay, film))
        except typer.Exit:  # a RuntimeError too
            raise
        except (Refused, OSError, ValueError, RuntimeError) as error:
            refuse(str(error))


def refuse_unasked(files: list[str], some: bool, to: Tracker | None, out: str | None) -> None:
    """Ends the command where nothing is asked for, or half of what belongs together."""
    if not (some or to):
        refuse(f"nothing is asked for; give one of {', '.join(files)} FILE, or --to")
    if (to is None) != (out is None):
        refuse("--to needs --out, where it writes, and --out needs --to")


def refuse_unwritable(path: Path) -> None:
    """Ends the command, before anything is computed, where a file could not be written."""
    if path.is_dir():
        refuse(f"{path} is a folder; name a file in it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        existed = path.exists()
        path.open("ab").close()
        if not existed:
            path.unlink()
    except OSError as error:
        refuse(f"cannot write {path}: {error.strerror}; choose another place")


def material(run: str, data_dir: Path | None, moving: bool, moments: int) -> "Material":
    """A run by its folder or its id; with its moments, where what is asked for shows some."""
    from ebm_server.exports.material import made_again, recorded

    folder = Path(run)
    if not folder.is_dir():
        settings = from_environment(data_dir=data_dir)
        found = of_server(settings.data_dir, settings.database_url, run)
        if found is None:
            refuse(f"{run} is no folder, and {settings.data_dir} has no run of this id")
        return found
    home = folder.resolve().parent.parent
    if (home / "ebm.sqlite").is_file():
        found = of_server(home, f"sqlite:///{home / 'ebm.sqlite'}", folder.resolve().name)
        if found is not None:
            return found
    return made_again(folder, moments, progress()) if moving else recorded(folder)


def of_server(data_dir: Path, database: str, run: str) -> "Material | None":
    """A run that a server has kept, whether it is up or not."""
    from ebm_server.exports.material import kept
    from ebm_server.runs.ledger import entry_of
    from ebm_server.runs.migrations import NewerDatabase, version_of
    from ebm_server.runs.store import Store

    if database.startswith("sqlite") and not (data_dir / "ebm.sqlite").is_file():
        return None
    store = Store(database)
    try:
        if not version_of(store.engine):
            return None
    except NewerDatabase as error:
        refuse(str(error))
    rows = [row for row in store.runs() if row["id"] == run]
    return kept(entry_of(rows[0]), data_dir / "runs" / run, store) if rows else None


def progress() -> Callable[[int, int], None]:
    """Tells on standard error, where that is a terminal, how far a run is made again."""
    if not sys.stderr.isatty():
        return lambda _made, _whole: None

    def tell(made: int, whole: int) -> None:
        if made % 50 == 0 or made == whole:
            end = "\n" if made == whole else "\r"
            typer.echo(
                f"made again to see its moments: {made:,} of {whole:,}{end}", nl=False, err=True
            )

    return tell


def made(name: str, runs: Sequence["Material"], replay: "Replay", wanted: "Film") -> bytes:
    """The file of an option."""
    from ebm_server.exports import film, metrics, offline, tables

    makers: dict[str, Callable[[], bytes]] = {
        "--html": lambda: offline.html(runs, replay),
        "--gif": lambda: film.gif(runs, wanted),
        "--csv": lambda: metrics.csv_rows(runs[0].rows).encode(),
        "--samples": lambda: tables.samples(runs[0], replay.last).encode(),
        "--grid": lambda: tables.grid(runs[0], replay.last),
    }
    return makers[name]()


def write_to(
    to: Tracker | None, out: str | None, runs: Sequence["Material"], moments: int | None
) -> None:
    """Has a tracker's own writer, where one is asked for, take the runs one after the other."""
    if to is None or out is None:
        return
    from ebm_server.exports.trackers import PICTURES, track

    for run in runs:
        typer.echo(f"{to}: {track(run, to, out, moments or PICTURES)}")


def write_script(run: "Material", path: Path) -> None:
    """Writes the script, and the points that it reads beside it."""
    from ebm_server.exports.script import beside, script

    write(path, script(run, path.name).encode())
    for points in beside(run):
        write(path.parent / "points" / points.name, points.read_bytes())


def write(path: Path, data: bytes) -> None:
    """Writes a file whole, and says so."""
    from ebm_core.atomic_file import write_whole

    write_whole(path, data)
    typer.echo(f"{path}: {len(data):,} bytes")
