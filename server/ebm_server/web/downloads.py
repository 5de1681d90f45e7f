"""A run as files: CSV of its metrics, and a zip of everything that it is."""

import csv
import io
import json
import zipfile
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from ebm_server.refusals import Refused
from ebm_server.runs.ledger import Entry
from ebm_server.runs.points import PointFiles, references
from ebm_server.runs.store import EVENTS, METRICS, Store

IN_MEMORY = 16 * 1024 * 1024


def csv_rows(rows: list[dict[str, Any]]) -> str:
    """Metrics rows as CSV: seq, step, seconds, one column a metric, empty where it is absent."""
    names = sorted({name for row in rows for name in row["values"]})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["seq", "step", "seconds", *names])
    for row in rows:
        values = (row["values"].get(name, "") for name in names)
        writer.writerow([row["seq"], row["step"], row["seconds"], *values])
    return text.getvalue()


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
