"""How good every method's energy is on every built-in distribution, with the defaults.

`python -m tests.benchmarks.quality --seeds 3 --seconds 30 --jobs 2 --out runs/quality.jsonl` runs
methods x datasets x seeds, a core each; a cell tells the median and the worst of the seeds. A
method is told by what it promises: a density by its KL, samples by their distance to the data.
With `--reached frontend/src/words/reached.json` nothing runs: the best figures of what `--out`
holds are written for the page, which tells them beside those of a run.
"""

import json
from itertools import product
from pathlib import Path

import torch

from ebm_core import Training
from ebm_core.datasets import DATASETS
from ebm_core.evaluation.distances import SampleDistances
from ebm_core.methods import METHODS
from tests.benchmarks.grid import (
    OF_DENSITIES,
    Row,
    Task,
    command_line,
    failures,
    kept,
    median_and_worst,
    rows,
    table,
    trained,
)

OF_ENERGIES = ("kl", "kl_best_temperature", "mass_outside", "mode_coverage")
OF_SAMPLES = ("sliced_wasserstein", "sample_coverage")
OF_IMAGES = ("frechet", "nearest_neighbour", "confidence")
FLOORS = {"sliced_wasserstein": "sliced_wasserstein_floor"}
SAMPLES = 2000


def run(task: Task) -> Row:
    """The figures of one run."""
    config = {
        "dataset": {"kind": task["dataset"]},
        "method": {"kind": task["method"]},
        "seconds": task["seconds"],
        "seed": task["seed"],
    }
    return trained(config, distances)


def distances(training: Training) -> Row:
    """From samples to data in the plane: the method's own samples, or those of its energy."""
    if len(training.dataset.shape) != 1:
        return {}
    samples = training.learner.samples(SAMPLES, torch.Generator().manual_seed(0))
    if samples is None:
        points = training.trained().sample(SAMPLES)
    else:
        points = training.dataset.from_model(samples)
    return SampleDistances(training.dataset, count=len(points))(points)


def tables(found: list[Row]) -> list[str]:
    """A table a figure, of the methods that promise what it measures, and the runs that failed."""
    promising = [row for row in found if row["method"] in OF_DENSITIES]
    told = [(figure, promising) for figure in OF_ENERGIES]
    told += [(figure, found) for figure in (*OF_SAMPLES, *OF_IMAGES)]
    made = []
    for figure, given in told:
        if any(figure in row for row in given):
            cell = median_and_worst(figure, FLOORS.get(figure))
            title = f"{figure} (floor)" if figure in FLOORS else figure
            made.append(table(title, given, "method", "dataset", cell))
    return made + failures(found, ("method", "dataset", "seed"))


def reached(found: list[Row]) -> dict[str, dict[str, float]]:
    """The best figures of each distribution with a density, to two digits; the KL is to the data
    themselves, not to blurred ones."""
    best: dict[str, dict[str, float]] = {}
    for row in found:
        if "kl" not in row:
            continue
        own = {
            "kl": row.get("kl_data", row["kl"]),
            "sliced_wasserstein": row.get("sliced_wasserstein"),
        }
        least = best.setdefault(row["dataset"], {})
        for name, value in own.items():
            if value is not None and value > 0:
                told = float(f"{value:.2g}")
                least[name] = min(least.get(name, told), told)
    return {name: best[name] for name in DATASETS if name in best}


def main() -> None:
    """Runs what the command line asks for."""
    planar = [kind for kind, dataset in DATASETS.items() if dataset.example().has_density]
    built_in = [kind for kind in DATASETS if kind != "points"]
    parser = command_line(__doc__, seconds=30.0)
    parser.add_argument("--seeds", type=int, default=1, help="seeds 0, 1, ... of each cell")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--datasets", nargs="+", default=planar, choices=built_in)
    parser.add_argument("--reached", type=Path, help="write the best figures of --out here")
    options = parser.parse_args()
    if options.reached:
        best = reached(list(kept(options.out).values()))
        options.reached.write_text(json.dumps(best, indent=2) + "\n")
        return
    tasks = [
        {"method": method, "dataset": dataset, "seed": seed, "seconds": options.seconds}
        for seed, method, dataset in product(
            range(options.seeds), options.methods, options.datasets
        )
    ]
    found = rows(run, tasks, options.jobs, options.out, (*OF_ENERGIES, *OF_SAMPLES, *OF_IMAGES))
    print("\n\n".join(tables(found)))


if __name__ == "__main__":
    main()
