"""A run as files: CSV of its metrics, and a zip of everything that it is."""

import csv
import io
import json
import zipfile
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from ebm_server.runs.ledger import Entry
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
    """The zip file of a run, open at its start."""
    run = entry.run
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
        for points in sorted(directory.glob("points/*.npy")):
            archive.write(points, f"points/{points.name}")
    file.seek(0)
    return file
