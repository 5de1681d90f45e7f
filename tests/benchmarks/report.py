"""The measured table, for a terminal, for the docs and for machines."""

import datetime
import importlib.metadata
import math
import platform
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Timing
from tests.benchmarks.work import WORK

Results = dict[str, dict[str, Timing]]
"""Timings by work, then by side."""

PACKAGES = ("torch", "torchebm", "ebmkit", "jax")


def versions() -> dict[str, str]:
    """Of the packages that are here."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def processor() -> str:
    """The processor's name, as far as the system tells."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def shortfalls(results: Results) -> list[str]:
    """Where EBM Lab is slower than it must be, by more than chance would have it, in words."""
    found = []
    for key, sides in results.items():
        own, work = sides["ebm_lab"], WORK[key]
        if work.target is not None and own.ratio + 2 * own.error < work.target:
            found.append(f"{work.title}: {own.ratio:.2f} times the plain loop, not {work.target}")
        for name in ("torchebm", "ebmkit"):
            peer = sides.get(name)
            if peer and peer.ratio - own.ratio > 2 * math.hypot(peer.error, own.error):
                found.append(f"{work.title}: {name} is faster, {peer.ratio:.2f}")
    return found


def rows(results: Results, sides: list[str]) -> list[list[str]]:
    """The table, its head first."""
    head = ["work", "plain loop, ms", "to reach", *(title(side) for side in sides)]
    body = []
    for key, timings in results.items():
        work = WORK[key]
        target = "" if work.target is None else f"{work.target}"
        cells = [cell(timings.get(side)) for side in sides]
        body.append([work.title, f"{timings['plain'].milliseconds:.2f}", target, *cells])
    return [head, *body]


def cell(timing: Timing | None) -> str:
    """A ratio and its standard error."""
    return f"{timing.ratio:.2f} ± {timing.error:.2f}" if timing else "-"


def title(side: str) -> str:
    """A side's name for people."""
    return {"ebm_lab": "EBM Lab", "jax": "JAX"}.get(side, side)


def markdown(results: Results, sides: list[str]) -> str:
    """A page for the docs."""
    head, *body = rows(results, sides)
    lines = [
        "# Speed",
        "",
        "How many times as fast as a plain `autograd.grad` loop in PyTorch, with one thread: the "
        "median over rounds in which all sides worked in turn, and its standard error. Made by "
        "`python -m tests.benchmarks --markdown`.",
        "",
        f"{datetime.date.today().isoformat()}, {processor()}; "
        + ", ".join(f"{name} {version}" for name, version in versions().items())
        + ".",
        "",
        "| " + " | ".join(head) + " |",
        "|---|" + "---:|" * (len(head) - 1),
    ]
    lines += ["| " + " | ".join(row) + " |" for row in body]
    lines += ["", "The net is 2 - 128 - 128 - 1 with SiLU; a `-` stands for what a peer lacks.", ""]
    return "\n".join(lines)


def plain_text(results: Results, sides: list[str]) -> str:
    """The table for a terminal."""
    table = rows(results, sides)
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in table
    )


def as_json(results: Results) -> dict[str, Any]:
    """Everything that was measured."""
    return {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "versions": versions(),
        "work": {
            key: {side: vars(timing) for side, timing in sides.items()}
            for key, sides in results.items()
        },
        "shortfalls": shortfalls(results),
    }
