"""Metrics of a run as CSV."""

import csv
import io
from typing import Any


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
