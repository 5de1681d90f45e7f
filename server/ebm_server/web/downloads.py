"""A run as a zip file of everything that it is."""

import json
import zipfile
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from ebm_server.exports.metrics import csv_rows
from ebm_server.refusals import Refused
from ebm_server.runs.ledger import Entry
from ebm_server.runs.points import PointFiles, references
from ebm_server.runs.store import EVENTS, METRICS, Store

IN_MEMORY = 16 * 1024 * 1024


def zipped(entry: Entry, directory: Path, store: Store) -> IO[bytes]:
    """The zip file of a run, open at its start.

    Raises:
        Refused: The points that it was trained on are gone.
    """
    run = entry.run
    kept = PointFiles(directory / "points")
    points = sorted(kept.file(digest) for digest in references(entry.initial))
    for missing in points:
        if not missing.is_file():
            raise Refused(
                409,
                f"run {run.id} cannot be downloaded whole: its points {missing.name} are not in "
                f"{kept.folder}; put that file back",
            )
    events = store.after(EVENTS, run.id, 0)
    made = [event for event in events if event["kind"] == "change"]
    keys = ("step", "path", "value", "previous")
    changes = [{key: event[key] for key in keys} for event in made]
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.json", run.model_dump_json(indent=2))
        archive.writestr("config.json", json.dumps(entry.initial, indent=2))
        archive.writestr("events.json", json.dumps(changes, indent=2))
        archive.writestr("metrics.csv", csv_rows(store.after(METRICS, run.id, 0)))
        for checkpoint in sorted(directory.glob("checkpoint.*")):
            archive.write(checkpoint, checkpoint.name)
        for one in points:
            archive.write(one, f"points/{one.name}")
    file.seek(0)
    return file
