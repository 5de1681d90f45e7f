"""A run as a Python script that makes it again: the same config, seed, changes and updates.

Points of one's own that are few stand in the script; others lie beside it, in `points/`.
"""

import hashlib
import io
import zipfile
from importlib.metadata import version
from pathlib import Path
from pprint import pformat
from typing import Any

import numpy as np

from ebm_core.contracts.frozen_array import Reference
from ebm_core.runs import checkpoint
from ebm_core.runs.changes import refuse_unknown_length
from ebm_core.runs.config import PLUGINS, arrays_of
from ebm_server.exports.material import Material, changes_of
from ebm_server.refusals import Refused
from ebm_server.runs.points import references

FEW_ROWS = 300
"""Points that stand in the script itself."""

HEAD = '''"""{name}: the run {run} of EBM Lab, made again.

    python {file} FOLDER

trains it as it was trained: the same data, seed, settings and changes at their updates, {updates:,}
updates in all. On the machine that made it the weights are the same bit for bit, and the script
says whether they are. FOLDER ("{folder}" where none is named) then holds the run: `ebm eval`,
`ebm sample`, `ebm export` and `ebm_core.load` take it.{points}

Made with EBM Lab {version}, torch {torch}.
"""

import hashlib
import sys
from pathlib import Path

import torch

from ebm_core import Change, RunConfig, Training
from ebm_core.runs.config import arrays_of
'''

BODY = '''
CONFIG = {config}

CHANGES = {changes}
"""What was changed while it ran, each before the update with its number."""

UPDATES = {updates}
WEIGHTS = {weights!r}
"""SHA-256 of the weights that it came to; None where they are not known."""


def digest(training: Training) -> str:
    """Of the weights, in the order of their names."""
    found = hashlib.sha256()
    for name, tensor in sorted(training.energy.state_dict().items()):
        found.update(name.encode() + tensor.cpu().contiguous().numpy().tobytes())
    return found.hexdigest()


def train(training: Training, folder: Path) -> None:
    """Makes the updates, saves the run, and says how it went."""
    while training.step < UPDATES:
        training.update()
        if training.step % 500 == 0:
            print(f"update {{training.step:,}} of {{UPDATES:,}}", flush=True)
    training.evaluate(thorough=training.finished)
    training.save(folder)
    print(f"{{training.step:,}} updates; saved in {{folder}}")
    if WEIGHTS is not None:
        print("the weights are the same" if digest(training) == WEIGHTS else "other weights")


def main() -> None:
    """Trains it as it was trained."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else {folder!r})
    torch.set_num_threads(1)  # sums of several threads differ in their last bits
{arrays}    config = RunConfig.model_validate(CONFIG, context=arrays)
    changes = [Change(**change) for change in CHANGES]
{training}

if __name__ == "__main__":
    main()
'''

ALONE = """\
    train(Training(config, changes), folder)
"""
TOGETHER = """\
    with leading(config.processes, print) as ranks:
        train(Training(config, changes, ranks), folder)
"""
"""Several processes train it, of which this one is the first."""


def script(material: Material, file: str = "run.py") -> str:
    """The script's text; `beside` says which files it reads.

    Raises:
        Refused: The run's length was never measured, or it cannot be read.
    """
    config = material.config
    changes = changes_of(material)
    try:
        refuse_unknown_length(config.seconds, changes)
    except ValueError as error:
        raise Refused(409, str(error)) from error
    arrays = arrays_of(material.directory)
    told = config.model_dump(mode="json", context=arrays)
    plugins = told.pop(PLUGINS, [])
    large = beside(material)
    points = (
        f"\n\nIts points are read from {', '.join(f'points/{path.name}' for path in large)}, "
        "beside this file."
        if large
        else ""
    )
    made = [change for change in material.changes if change["path"] != PLUGINS]
    facts: dict[str, Any] = {
        "name": material.run.name.replace('"', "'").replace("\\", "/"),
        "run": material.run.id,
        "file": file,
        "folder": f"run-{material.run.id}",
        "updates": material.run.step,
        "points": points,
        "version": version("ebm-lab"),
        "torch": version("torch"),
    }
    body = BODY.format(
        config=pformat(told, width=100, sort_dicts=False),
        changes=pformat(made, width=100, sort_dicts=False),
        updates=material.run.step,
        weights=weights(material),
        folder=facts["folder"],
        arrays=_reading(material, bool(large)),
        training=TOGETHER if config.processes > 1 else ALONE,
    )
    ranks = "from ebm_server.ranks.followers import leading\n" if config.processes > 1 else ""
    return HEAD.format(**facts) + ranks + _plugins(plugins) + _rows(material) + body


def _plugins(plugins: list[dict[str, Any]]) -> str:
    """The lines that bring plug-ins from outside the package."""
    if not plugins:
        return ""
    paths = sorted({str(plugin["path"]) for plugin in plugins})
    uses = "\n".join(f"use({path!r})" for path in paths)
    return f"from ebm_core.plugins import use\n\n{uses}\n"


def _few(material: Material) -> dict[str, Path]:
    """The files of arrays that stand in the script, by digest."""
    found = _files(material)
    if any(len(np.load(path, mmap_mode="r")) > FEW_ROWS for path in found.values()):
        return {}
    return found


def _files(material: Material) -> dict[str, Path]:
    arrays = arrays_of(material.directory)
    return {digest: arrays.file(digest) for digest in sorted(references(material.initial))}


def beside(material: Material) -> list[Path]:
    """The files of points that the script reads from `points/`; none where they stand in it."""
    return [] if _few(material) else list(_files(material).values())


def _rows(material: Material) -> str:
    few = _few(material)
    if not few:
        return ""
    arrays = arrays_of(material.directory)
    read = {d: arrays.get(Reference(digest=d, rows=0)).array for d in few}
    rows = {digest: (array.dtype.str, array.tolist()) for digest, array in read.items()}
    text = pformat(rows, width=100, compact=True)
    return (
        "from ebm_core.contracts.frozen_array import FrozenArray\n\n"
        f'POINTS = {text}\n"""Type and rows of each array of the data, by the digest of both."""\n'
    )


def _reading(material: Material, large: bool) -> str:
    """The lines that say where arrays are."""
    if large:
        return "    arrays = arrays_of(Path(__file__).parent)\n"
    lines = ["    arrays = arrays_of(folder)\n"]
    if _few(material):
        lines += [
            "    for kind, rows in POINTS.values():\n",
            "        arrays.put(FrozenArray(rows, kind))\n",
        ]
    return "".join(lines)


def weights(material: Material) -> str | None:
    """SHA-256 of the weights that a run stands at, where its checkpoint has them."""
    try:
        state = checkpoint.load(material.directory)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise Refused(409, str(error)) from error
    if state["step"] != material.run.step:
        return None
    found = hashlib.sha256()
    for name, tensor in sorted(state["energy"].items()):
        found.update(name.encode() + tensor.contiguous().numpy().tobytes())
    return found.hexdigest()


def zipped(material: Material) -> bytes:
    """The script with the points that it reads, as a zip file."""
    file = io.BytesIO()
    folder = f"run-{material.run.id}"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{folder}/run.py", script(material))
        for path in beside(material):
            archive.write(path, f"{folder}/points/{path.name}")
    return file.getvalue()
