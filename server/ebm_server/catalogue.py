"""The catalogue: every plug-in with its schema, recipes, and thumbnails of real samples.

Building it imports torch, so it is kept on disk by version and by a fingerprint of the package's
files: the next server answers at once. Plug-ins from outside may depend on anything, so a catalogue
with them is built by each server. `python -m ebm_server.catalogue` prints it.
"""

import asyncio
import hashlib
import importlib.util
import json
import logging
import os
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ebm_server.background import with_core
from ebm_server.settings import package_version

if TYPE_CHECKING:
    from ebm_core import Dataset, Method
    from ebm_core.presets import Preset

log = logging.getLogger(__name__)
FIRST = "pinwheel"
"""The distribution that a new page offers."""
THUMBNAIL_POINTS = 300
THUMBNAIL_IMAGES = 16
FAMILIES = (
    ("mcmc", "MCMC", "persistent"),
    ("learned_sampler", "Learned sampler", "variational"),
    ("score_matching", "Score matching", "denoising"),
    ("hybrid", "Hybrid", None),
)
"""Kind, title, and the method that stands for it in a race."""


def fingerprint() -> str:
    """Of the version and of every file of `ebm_core`, without importing it."""
    digest = hashlib.sha256(package_version().encode())
    spec = importlib.util.find_spec("ebm_core")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        for path in sorted(Path(folder).rglob("*.py")):
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()[:16]


def has_outsiders() -> bool:
    """Whether the environment or an installed package names plug-ins, without importing them."""
    return bool(os.environ.get("EBM_PLUGINS") or entry_points(group="ebm_lab.plugins"))


def build() -> dict[str, Any]:
    """The catalogue as JSON. Imports torch."""
    from ebm_core.analytic import ANALYTIC_ENERGIES
    from ebm_core.contracts.outside import ORIGINS
    from ebm_core.datasets import DATASETS
    from ebm_core.energies import ENERGIES
    from ebm_core.methods import METHODS
    from ebm_core.optimization import Optimization
    from ebm_core.playground import trial
    from ebm_core.plugins import given_troubles
    from ebm_core.presets import PRESETS
    from ebm_core.runs import config
    from ebm_core.samplers import SAMPLERS

    problems = list(map(str, given_troubles()))

    def entries(shelf: dict[str, Any], more: Callable[[Any], dict[str, Any]]) -> list[Any]:
        found = []
        for kind, plug_in in shelf.items():
            try:
                found.append(_entry(kind, plug_in) | more(plug_in))
            except Exception as error:
                if plug_in not in ORIGINS:
                    raise
                why = f"{type(error).__name__}: {error}"
                problems.append(f"{ORIGINS[plug_in].name} cannot be shown: {why}")
        return found

    shapes = {tuple(dataset.example().shape) for dataset in DATASETS.values()}
    return {
        "version": package_version(),
        "datasets": entries(DATASETS, lambda dataset: _example(dataset.example())),
        "methods": entries(METHODS, _method),
        "samplers": entries(SAMPLERS, lambda sampler: {"moves": dict(sampler.moves)}),
        "energies": entries(ENERGIES, lambda _: {}),
        "formulas": entries(ANALYTIC_ENERGIES, lambda formula: {"length": formula.length}),
        "run": config.form(),
        "optimization": Optimization.model_json_schema(),
        "trial": trial.form(),
        "most_chain_steps": trial.CHAIN_STEPS,
        "recipes": {kind: _recipes(kind, shapes) for kind in METHODS},
        "presets": list(map(_preset, PRESETS.values())),
        "first": {"dataset": FIRST, "method": next(iter(METHODS))},
        "families": [
            {"kind": kind, "title": title, "races": races} for kind, title, races in FAMILIES
        ],
        "plugins": [origin.model_dump() for origin in ORIGINS.values()],
        "problems": problems,
    }


def _recipes(kind: str, shapes: set[Any]) -> dict[str, Any]:
    """A method's recipes for the plane and for images, and for shapes that have others."""
    from ebm_core.runs import config

    found = {"plane": config.recipe(kind, (2,)), "image": config.recipe(kind, (1, 8, 8))}
    for shape in sorted(shapes, key=lambda shape: (len(shape), *shape)):
        recipe = config.recipe(kind, shape)
        if recipe != found["plane" if len(shape) == 1 else "image"]:
            found["x".join(map(str, shape))] = recipe
    return found


def _method(method: "type[Method]") -> dict[str, Any]:
    """What a card and the stage say of a method."""
    return {
        "family": method.family,
        "equation": method.equation,
        "source": method.source,
        "stage_note": method.stage_note,
        "image_note": method.image_note,
        "series": dict(method.series),
    }


def _preset(preset: "Preset") -> dict[str, Any]:
    """A paper's recipe, for each data set as a run but for the data."""
    from ebm_core.presets.run import parameters, whole

    told = preset.model_dump(exclude={"differs", "on"})
    told["on"] = {
        kind: {
            "run": whole(preset, kind),
            "parameters": parameters(preset, kind),
            "takes": setup.takes,
            "differs": list(preset.differences(kind)),
            "figures": setup.figures,
        }
        for kind, setup in preset.on.items()
    }
    return told


def _example(dataset: "Dataset") -> dict[str, Any]:
    """What samples of a data set look like: points, or images in shades of grey from 0 to 1. There
    are none of what was not fetched yet."""
    import torch

    from ebm_core.contracts.frozen_array import classes_field, pictures_field, table_field
    from ebm_core.pictures import BadPictures

    planar = len(dataset.shape) == 1
    count = THUMBNAIL_POINTS if planar else THUMBNAIL_IMAGES
    about = {
        "shape": list(dataset.shape),
        "has_density": dataset.has_density,
        "table": table_field(type(dataset)),
        "columns": "columns" if "columns" in type(dataset).model_fields else None,
        "pictures": pictures_field(type(dataset)),
        "classes": classes_field(type(dataset)),
        "class_names": list(dataset.class_names),
    }
    if not dataset.at_hand:
        return {**about, "thumbnail": []}
    try:
        points = dataset.sample(count, torch.Generator().manual_seed(0)).double()
    except BadPictures as error:  # a run on them says so again
        log.warning("%s is left without a picture: %s", dataset.title, error)
        return {**about, "thumbnail": []}
    if points.shape != (count, *dataset.shape) or not points.isfinite().all():
        shape = tuple(points.shape)
        raise ValueError(f"a sample has the shape {shape}, or numbers that are not finite")
    if not planar:
        points = (points - points.min()) / (points.max() - points.min())
    return {**about, "thumbnail": torch.round(points, decimals=2 + planar).tolist()}


def _entry(kind: str, plug_in: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "title": plug_in.title,
        "summary": plug_in.summary,
        "schema": plug_in.model_json_schema(),
    }


def _packed(catalogue: dict[str, Any]) -> bytes:
    return json.dumps(catalogue, separators=(",", ":"), allow_nan=False).encode()


class Catalogue:
    """The catalogue as bytes of JSON, from the disk or built in the background."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._ready: asyncio.Task[bytes] | None = None

    async def get(self) -> bytes:
        """The catalogue, as soon as it is there."""
        if self._ready is None or (self._ready.done() and self._ready.exception()):
            self._ready = asyncio.create_task(with_core(self._load))
        return await asyncio.shield(self._ready)

    def _load(self) -> bytes:
        from ebm_core.atomic_file import write_whole

        if has_outsiders():
            catalogue = build()
            for problem in catalogue["problems"]:
                log.error("a plug-in is left out: %s", problem)
            return _packed(catalogue)
        path = self.directory / f"catalogue-{fingerprint()}.json"
        if path.is_file():
            return path.read_bytes()
        built = _packed(build())
        for old in self.directory.glob("catalogue-*.json"):
            old.unlink(missing_ok=True)
        write_whole(path, built)
        return built


if __name__ == "__main__":
    print(json.dumps(build(), indent=2))
