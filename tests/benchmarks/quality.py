"""How good every method's energy is on every planar dataset, with the defaults.

`python -m tests.benchmarks.quality --seconds 30 --jobs 2` runs methods x datasets, a core each.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from typing import Any

import torch

from ebm_core import RunConfig, Training, TrainingDiverged
from ebm_core.datasets import DATASETS
from ebm_core.evaluation.distances import SampleDistances
from ebm_core.methods import METHODS

FIGURES = (
    "kl",
    "kl_best_temperature",
    "mass_outside",
    "mode_coverage",
    "sample_coverage",
    "sliced_wasserstein",
    "sliced_wasserstein_floor",
)


def trained(task: tuple[str, str, float, int]) -> dict[str, Any]:
    """The figures of one run."""
    method, dataset, seconds, seed = task
    torch.set_num_threads(1)
    config = {"dataset": {"kind": dataset}, "method": {"kind": method}, "seed": seed}
    found: dict[str, Any] = {"method": method, "dataset": dataset}
    try:
        training = Training(RunConfig.model_validate({**config, "seconds": seconds}))
    except ValueError as error:  # JEM needs classes
        return {**found, "reason": str(error)}
    try:
        while not training.finished:
            training.update()
    except TrainingDiverged as error:
        return {**found, "reason": str(error)}
    found |= {"updates": training.step, "seconds": training.seconds}
    found |= training.evaluate(thorough=True)
    samples = training.learner.samples(2000, torch.Generator().manual_seed(0))
    if samples is None:
        points = training.trained().sample(2000)
    else:
        points = training.dataset.from_model(samples)
    return found | SampleDistances(training.dataset, count=len(points))(points)


def table(rows: list[dict[str, Any]], figure: str, datasets: list[str]) -> str:
    """One figure as Markdown: methods down, datasets across, median and worst at the end."""
    lines = [f"| {figure} | {' | '.join(datasets)} | median | worst |"]
    lines.append("|---" * (len(datasets) + 3) + "|")
    for method in dict.fromkeys(row["method"] for row in rows):
        values = {r["dataset"]: r.get(figure) for r in rows if r["method"] == method}
        known = sorted(value for value in values.values() if value is not None)
        if figure.endswith("coverage"):
            known.reverse()  # the more the better
        if not known:
            continue
        ends = [known[len(known) // 2 - 1 : len(known) // 2 + 1], known[-1:]]
        cells = [values.get(dataset) for dataset in datasets]
        cells += [sum(end) / len(end) if end else None for end in ends]
        shown = ["-" if cell is None else f"{cell:.3f}" for cell in cells]
        lines.append(f"| {method} | {' | '.join(shown)} |")
    return "\n".join(lines)


def main() -> None:
    """Runs what the command line asks for."""
    planar = [kind for kind, dataset in DATASETS.items() if dataset.example().has_density]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="of one core, each run")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--datasets", nargs="+", default=planar, choices=planar)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time, one core each")
    options = parser.parse_args()
    tasks = [
        (method, dataset, options.seconds, options.seed)
        for method, dataset in product(options.methods, options.datasets)
    ]
    rows = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for row in pool.map(trained, tasks):
            rows.append(row)
            figures = {name: round(row[name], 4) for name in FIGURES if name in row}
            print(row["method"], row["dataset"], row.get("updates"), row.get("reason", figures),
                  file=sys.stderr, flush=True)  # fmt: skip
    for figure in FIGURES:
        print(f"\n{table(rows, figure, options.datasets)}")


if __name__ == "__main__":
    main()
