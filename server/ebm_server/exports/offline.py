"""One HTML file that replays runs with no server or network; its page is `frontend/src/offline`.

The runs travel as MessagePack, gzip and base64 in the file: moments, figures and, for as many
moments as there is room, the energy's weights, with which the page moves chains that are dropped.
"""

import base64
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ebm_core import Frame
from ebm_core.runs.display import true_density
from ebm_core.runs.frame import Landscape
from ebm_server.exports.limits import LARGEST_HTML, refuse_larger, refuse_unlike, thinned, within
from ebm_server.exports.material import Material
from ebm_server.protocol.messages import unpack
from ebm_server.protocol.packing import pack_array, pack_frame, quantise
from ebm_server.protocol.runs import ENDED
from ebm_server.refusals import Refused
from ebm_server.settings import package_version

BUILT = Path(__file__).parents[1] / "static" / "offline"
"""Where `npm run build` puts the page's script and style."""
VERSION = 2
"""Of what is in the file: the page's script there, `offline/runs.ts`, reads this one."""
WEIGHTS = 800_000
"""Bytes of weights of all runs together; the last moment of each has them in any case."""
MOMENTS = {1: 48, 2: 36, 3: 24, 4: 18}
"""Of each run, by how many there are."""
STAYING = ("data", "labelled", "labels")
"""Arrays that only the first moment brings: they are the same in all."""
MOVING = ("chains", "generator", "perturbed")
EXACT = "tile_energies"
"""Of the images, in single precision: they are read as numbers."""
MOST_POINTS, MOST_IMAGES = 320, 36
DEEPEST = 60
"""Nats above the lowest energy from which on a map tells no more."""
ROWS = 240
TOLD = (
    "kl", "kl_data", "kl_best_temperature", "best_temperature", "nll", "frechet", "frechet_floor",
    "sliced_wasserstein", "sliced_wasserstein_floor", "mass_outside", "mode_coverage",
    "sample_coverage", "loss", "gradient_evaluations", "value_evaluations", "energy_parameters",
    "other_parameters",
)  # fmt: skip
"""Metrics that the page draws, clocks or has in its table."""
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:"
)
"""The file loads nothing, from nowhere."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="generator" content="EBM Lab {version}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div id="app"><p>{title}. This file plays by itself once scripts are allowed.</p></div>
<script type="application/octet-stream" id="runs">{data}</script>
<script>{script}</script>
</body>
</html>
"""


@dataclass(frozen=True)
class Replay:
    """How much of each run a file has."""

    moments: int | None = None
    """Of each run; as many as fit into 3 MB together, where none are named."""
    cells: int = 80
    """Of a map, along its side."""
    first: int | None = None
    last: int | None = None
    """Updates between which it plays; all of the run without."""


def html(materials: Sequence[Material], wanted: Replay, repeats: Sequence[Material] = ()) -> bytes:
    """The file.

    Args:
        repeats: Runs that are one of these but for the seed: their figures alone are in the file,
            for the median and the range.

    Raises:
        Refused: There is nothing to show, it would be too large, the page is not built, or one of
            `repeats` repeats none.
    """
    refuse_unlike(materials)
    groups = _groups(materials, repeats)
    script, style = _built("offline.js"), _built("offline.css")
    moments = wanted.moments or MOMENTS[len(materials)]
    room = WEIGHTS // len(materials)
    runs = [
        {**_run(material, wanted, moments, room), "repeats": [_figures(one) for one in others]}
        for material, others in zip(materials, groups, strict=True)
    ]
    told = {"version": VERSION, "runs": runs, "truth": _truth(materials[0])}
    data = base64.b64encode(gzip.compress(msgpack.packb(told), mtime=0)).decode()
    title = escape(" and ".join(str(run["title"]) for run in runs) + " · EBM Lab")
    page = PAGE.format(
        policy=escape(POLICY),
        version=package_version(),
        title=title,
        style=style.replace("</", "<\\/"),
        data=data,
        script=script.replace("</script", "<\\/script").replace("<!--", "<\\!--"),
    ).encode()
    most = max(len(run["frames"]) for run in runs)
    weights = sum(_size_of(energy) for run in runs for energy in run["energies"])
    refuse_larger(
        "the file",
        len(page),
        LARGEST_HTML,
        f"ask for fewer moments (now {most}) or cells (now {wanted.cells}); the weights of the "
        f"networks take {weights / 1e6:.1f} MB of it",
    )
    return page


def _built(name: str) -> str:
    path = BUILT / name
    if not path.is_file():
        raise Refused(409, f"{path} is missing: the page has not been built; `make page` builds it")
    return path.read_text(encoding="utf-8")


def _run(material: Material, wanted: Replay, moments: int, room: int) -> dict[str, Any]:
    """A run as it travels."""
    steps = thinned(within(material, wanted.first, wanted.last), moments)
    config = material.config
    frames = []
    for place, step in enumerate(steps):
        kept = _reduced(material.frame(step), wanted.cells, first=not place)
        dtype = "u1" if kept.landscape is None else "u2"
        told = unpack(pack_frame(material.run.id, kept, "u2", dtype).message)
        told["arrays"] |= {name: pack_array(array) for name, array in _exact(material.frame(step))}
        frames.append(told)
    return {
        "run": _told(material) | {"step": steps[-1]},
        "title": f"{config.dataset.title} · {config.method.title}",
        "method": config.method.title,
        "family": config.method.family,
        "frames": frames,
        "metrics": _rows(material.rows, steps[-1]),
        "changes": material.changes,
        "energies": _energies(material, steps, room),
    }


def _told(material: Material) -> dict[str, Any]:
    """What is told of a run, without its points."""
    run = material.run.model_dump(mode="json")
    ended = run["state"] if run["state"] in ENDED else "stopped"  # here it goes on no more
    return run | {"config": _without_arrays(run["config"]), "state": ended}


def _figures(material: Material) -> dict[str, Any]:
    """A run of which no moment is shown."""
    return {"run": _told(material), "metrics": _rows(material.rows, material.run.step)}


def _groups(materials: Sequence[Material], repeats: Sequence[Material]) -> list[list[Material]]:
    """The repeats of each run, by the seed alone.

    Raises:
        Refused: It names one that repeats none.
    """
    alike = [material.initial | {"seed": None} for material in materials]
    groups: list[list[Material]] = [[] for _ in materials]
    for repeat in repeats:
        wanted = repeat.initial | {"seed": None}
        if wanted not in alike:
            shown = ", ".join(material.run.id for material in materials)
            raise Refused(
                422,
                f"run {repeat.run.id} repeats none of {shown}: it differs in more than the seed; "
                "leave it out, or export it as a run beside them",
            )
        groups[alike.index(wanted)].append(repeat)
    return groups


def _without_arrays(config: dict[str, Any]) -> dict[str, Any]:
    """A config without points: a file that is shown to others does not hand on one's data."""
    dataset = {k: v for k, v in config["dataset"].items() if not isinstance(v, list | dict)}
    return config | {"dataset": dataset}


def _reduced(frame: Frame, cells: int, first: bool) -> Frame:
    """A moment with no more than is shown of it."""
    names = {*MOVING, *(STAYING if first else ())}
    most = MOST_IMAGES if frame.landscape is None else MOST_POINTS
    arrays = {
        name: array if name in STAYING and array.ndim < 4 else array[:most]
        for name, array in frame.arrays.items()
        if name in names
    }
    kept = replace(frame, metrics={}, arrays=arrays, places=frame.places & frozenset(arrays))
    if frame.landscape is None:
        return replace(kept, arrays={name: a.clip(-1, 1) for name, a in arrays.items()})
    values = frame.landscape.values
    if cells < len(values):
        field = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
        values = np.asarray(field.resize((cells, cells), Image.Resampling.BICUBIC))
    flat = np.minimum(values, values.min() + DEEPEST)
    return replace(kept, landscape=Landscape(flat, frame.landscape.window))


def _exact(frame: Frame) -> Iterator[tuple[str, NDArray[np.floating]]]:
    """The energies of the images that travel."""
    if frame.landscape is None and EXACT in frame.arrays:
        yield EXACT, frame.arrays[EXACT][:MOST_IMAGES]


def _rows(rows: list[dict[str, Any]], last: int) -> list[dict[str, Any]]:
    """Figures to draw: all that were measured seldom, and some of the others."""
    known = [row for row in rows if row["step"] <= last]
    rare = [row for row in known if {"kl", "frechet"} & row["values"].keys()]
    places = thinned(range(len(known)), ROWS)
    steps = {row["step"] for row in thinned_rows(rare)} | {known[i]["step"] for i in places}
    return [
        {
            **{name: row[name] for name in ("seq", "step", "seconds")},
            "values": {n: float(f"{v:.6g}") for n, v in row["values"].items() if n in TOLD},
        }
        for row in known
        if row["step"] in steps
    ]


def thinned_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most `ROWS` of them."""
    return [rows[i] for i in thinned(range(len(rows)), ROWS)]


def _energies(material: Material, steps: Sequence[int], room: int) -> list[Any]:
    """The energies of as many moments as there is room for, the last one first of all."""
    if material.config.dataset.shape != (2,):
        return []
    known = sorted(set(steps) & set(material.weighed))
    found = {}
    while known and (last := material.energy(known[-1])) is None:
        known.pop()  # thinned out since, if the run goes on
    if known and last:
        found = {step: material.energy(step) for step in thinned(known, max(1, room // len(last)))}
    return [unpack(energy) for energy in found.values() if energy is not None]


def _size_of(energy: dict[str, Any]) -> int:
    layers = energy["layers"]
    return sum(len(layer["weight"]["data"]) + len(layer["bias"]["data"]) for layer in layers)


def _truth(material: Material) -> dict[str, Any] | None:
    """The true density of the data, where it is known."""
    dataset = material.config.dataset
    return quantise(true_density(dataset)) if dataset.has_density else None
