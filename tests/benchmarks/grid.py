"""A grid of runs: made by several processes, kept line by line in a file, told in tables."""

import argparse
import json
import math
import multiprocessing
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import torch

from ebm_core import RunConfig, Training, TrainingDiverged
from ebm_core.methods import METHODS

Task = dict[str, Any]
"""All that decides a run."""
Row = dict[str, Any]
"""A task and its figures; or a sentence why there are none, as `refused` or `diverged`."""
Cell = Callable[[Sequence[Row]], str]
"""What a table tells of the runs that belong together."""

WHY = ("refused", "diverged")
"""What stands for the figures of a run that has none."""
OF_DENSITIES = [kind for kind, method in METHODS.items() if method.promises == "density"]
"""Methods whose exp(-E) is what they promise."""
HIGH = ("mode_coverage", "sample_coverage", "confidence")
"""Figures of which more is better."""


def command_line(description: str | None, seconds: float) -> argparse.ArgumentParser:
    """The options that all grids have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seconds", type=float, default=seconds, help="of one core, each run")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time, one core each")
    parser.add_argument(
        "--out", type=Path, help="JSON lines: a run is written here as it ends, and not made again"
    )
    return parser


def rows(
    run: Callable[[Task], Row],
    tasks: Sequence[Task],
    jobs: int = 1,
    out: Path | None = None,
    shown: Sequence[str] = (),
) -> list[Row]:
    """The rows of all tasks, in their order; what `out` holds is not made again.

    Args:
        run: The figures of a task; a function of a module, called in processes of their own.
        shown: Figures that are printed as a run ends.
    """
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
    found = kept(out)
    missing = [task for task in tasks if key(task) not in found]
    print(f"{len(tasks) - len(missing)} of {len(tasks)} runs are there already", file=sys.stderr)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the processes read it as they start
    spawned = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, spawned, torch.set_num_threads, (1,))
    try:
        running = {pool.submit(run, task): task for task in missing}
        for ended in as_completed(running):
            task, figures = running[ended], ended.result()
            found[key(task)] = task | figures
            if out is not None:
                with out.open("a") as file:
                    file.write(json.dumps({"task": task, "figures": figures}) + "\n")
            told = {name: round(figures[name], 4) for name in shown if name in figures}
            told |= {name: figures[name] for name in WHY if name in figures}
            print(*task.values(), told, file=sys.stderr, flush=True)
    finally:
        pool.shutdown(cancel_futures=True)
    return [found[key(task)] for task in tasks]


def key(task: Task) -> str:
    """The same for the same task."""
    return json.dumps(task, sort_keys=True)


def kept(path: Path | None) -> dict[str, Row]:
    """The rows of a file, if it is there; a last line that was cut off is taken away from it."""
    if path is None or not path.exists():
        return {}
    text = path.read_text()
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole)
    found = {}
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            written = json.loads(line)
            found[key(written["task"])] = written["task"] | written["figures"]
        except (ValueError, KeyError, TypeError) as error:
            raise SystemExit(
                f"{path}, line {number} is {line[:60]!r}; a run of a grid is needed, with its task "
                "and its figures: take the line away, or give another file"
            ) from error
    return found


def trained(config: dict[str, Any], measure: Callable[[Training], Row]) -> Row:
    """What is measured of a run at its end, beside its own figures; or why it has none."""
    try:
        training = Training(RunConfig.model_validate(config))
    except ValueError as error:  # JEM needs classes
        return {"refused": str(error)}
    try:
        while not training.finished:
            training.update()
        ended = {"updates": training.step, **training.evaluate(thorough=True)}
        if "kept_update" in training.metrics:
            ended["kept_update"] = training.metrics["kept_update"]
        return ended | measure(training)
    except (TrainingDiverged, ValueError) as error:  # or it has no partition function
        return {"diverged": str(error), "updates": training.step}


def table(
    title: str, given: Sequence[Row], down: str, across: str, cell: Cell, whole: bool = True
) -> str:
    """Markdown: a line for each value of `down`, a column for each of `across`.

    Args:
        whole: Whether a last column tells all of a line.
    """
    columns = list(dict.fromkeys(row[across] for row in given))
    lines = [[title, *map(str, columns), *(["all"] if whole else [])]]
    lines.append(["---"] * len(lines[0]))
    for name in dict.fromkeys(row[down] for row in given):
        own = [row for row in given if row[down] == name]
        cells = [cell([row for row in own if row[across] == column]) for column in columns]
        lines.append([str(name), *cells, *([cell(own)] if whole else [])])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def median_and_worst(figure: str, floor: str | None = None) -> Cell:
    """A cell of a figure as `median / worst`; a run that diverged is the worst, and is told.

    Args:
        floor: A figure whose median stands in brackets behind them.
    """

    def cell(given: Sequence[Row]) -> str:
        found = values(given, figure)
        if not found:
            return "-"
        told = f"{statistics.median(found):.3f} / {found[-1]:.3f}"
        floors = [row[floor] for row in given if floor in row]
        if floors:
            told += f" ({statistics.median(floors):.3f})"
        diverged = sum("diverged" in row for row in given)
        return told + (f", {diverged} of {len(given)} diverged" if diverged else "")

    return cell


def values(given: Sequence[Row], figure: str) -> list[float]:
    """A figure of all runs that have it, the best first, and of those that diverged the worst."""
    high = figure in HIGH
    ended = [row[figure] for row in given if figure in row]
    if not ended and any(not set(WHY) & set(row) for row in given):
        return []  # a figure that these runs do not have
    worst = 0.0 if high else math.inf
    found = [worst if math.isnan(value) else value for value in ended]
    found += [worst for row in given if "diverged" in row]
    return sorted(found, reverse=high)


def failures(given: Sequence[Row], names: Sequence[str]) -> list[str]:
    """A sentence for each run that diverged: the task's `names`, and why."""
    return [
        f"{', '.join(str(row[name]) for name in names)} diverged: {row['diverged']}"
        for row in given
        if "diverged" in row
    ]
