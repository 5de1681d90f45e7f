"""The folder that a run of `ebm train` is kept in."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ebm_server.commands import refuse

if TYPE_CHECKING:
    from ebm_core import Training

CHECKPOINT = "checkpoint.safetensors"
RECORDS = ("config.json", "events.json", "metrics.json")
FOLDERS = ("points", "snapshots")


def make_ready(out: Path, force: bool) -> None:
    """Sees to it that a run can be written, before it is trained; ends the command if not."""
    from ebm_core.runs.load import DIVERGED

    files = (CHECKPOINT, *RECORDS, DIVERGED)
    if any((out / name).exists() for name in files) and not force:
        refuse(
            f"{out} holds a run; go on with it by --resume {out}, replace it by --force, or choose "
            "another --out"
        )
    refuse_unwritable(out)
    if force:
        for name in files:
            (out / name).unlink(missing_ok=True)
        for name in FOLDERS:
            shutil.rmtree(out / name, ignore_errors=True)


def refuse_unwritable(folder: Path) -> None:
    """Ends the command where no files can be written into a folder, which is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"well")
    except FileExistsError:
        refuse(f"{folder} is a file; give a folder")
    except OSError as error:
        refuse(f"cannot write in {folder}: {error.strerror}; choose another place")


def write(training: "Training", out: Path) -> None:
    """The checkpoint, and config, events and metrics for people and scripts."""
    from ebm_core.atomic_file import write_whole
    from ebm_core.runs.config import arrays_of

    records: tuple[Any, ...] = (
        training.config.model_dump(mode="json", context=arrays_of(out)),
        [event.model_dump(mode="json") for event in training.events],
        training.metrics,
    )
    try:
        training.save(out)
        for name, record in zip(RECORDS, records, strict=False):
            write_whole(out / name, json.dumps(record, indent=1).encode())
    except OSError as error:
        refuse(f"cannot write in {out}: {error.strerror}; make room, or choose another --out")
