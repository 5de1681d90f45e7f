"""How likely energies find held-out rows of real tables, beside a KDE and a Gaussian.

`python -m tests.benchmarks.real_points --jobs 2 --out runs/real.jsonl` splits each table at random
in 80 and 20 parts of 100, ten times, and tells the difference of the NLL to the KDE's in nats.
"""

import math
import statistics
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from sklearn.datasets import load_diabetes, load_iris, load_wine
from torch import Tensor

from ebm_core import Training
from ebm_core.datasets.points import load_points
from tests.benchmarks.baselines import Estimator, LogDensity, gaussian, kernel_density
from tests.benchmarks.grid import (
    OF_DENSITIES,
    Row,
    Task,
    command_line,
    failures,
    rows,
    table,
    trained,
)

OLD_FAITHFUL = Path(__file__).parent / "data" / "old_faithful.csv"
BASELINES: dict[str, Estimator] = {"kde": kernel_density, "gaussian": gaussian}


def columns(table: Any, first: str, second: str) -> Float[Tensor, "n 2"]:
    """Two of a scikit-learn table's columns, by name."""
    where = [list(table.feature_names).index(name) for name in (first, second)]
    return torch.tensor(table.data[:, where], dtype=torch.float64)


TABLES = {
    "iris sepals": lambda: columns(load_iris(), "sepal length (cm)", "sepal width (cm)"),
    "iris petals": lambda: columns(load_iris(), "petal length (cm)", "petal width (cm)"),
    "wine": lambda: columns(load_wine(), "flavanoids", "color_intensity"),
    "diabetes": lambda: columns(load_diabetes(scaled=False), "bmi", "s5"),
    "old faithful": lambda: torch.tensor(load_points(OLD_FAITHFUL).values.array),
}


def split(points: Float[Tensor, "n 2"], seed: int) -> tuple[Tensor, Tensor]:
    """Four fifths of the rows, and the rest."""
    order = torch.randperm(len(points), generator=torch.Generator().manual_seed(seed))
    count = round(0.8 * len(points))
    return points[order[:count]], points[order[count:]]


def run(task: Task) -> Row:
    """The held-out NLL of one run, or of one estimate by scikit-learn."""
    known, held_out = split(TABLES[task["table"]](), task["split"])
    if task["method"] in BASELINES:
        return nll(standardised(BASELINES[task["method"]], known), held_out)
    config = {
        "dataset": {"kind": "points", "values": known},
        "method": {"kind": task["method"]},
        "seconds": task["seconds"],
        "seed": task["split"],
    }

    def measure(training: Training) -> Row:
        return nll(training.trained().log_prob, held_out)

    return trained(config, measure)


def standardised(estimator: Estimator, known: Float[Tensor, "n 2"]) -> LogDensity:
    """An estimate of columns of mean 0 and deviation 1, as a density in their own units."""
    center, spread = known.mean(0), known.std(0)
    inside = estimator((known - center) / spread)
    return lambda points: inside((points - center) / spread) - spread.log().sum()


def nll(estimate: LogDensity, held_out: Float[Tensor, "n 2"]) -> Row:
    """The mean NLL in nats."""
    return {"held_out_nll": -estimate(held_out).mean().item()}


def beside_kde(found: Sequence[Row]) -> list[Row]:
    """Rows that tell by how much their NLL is above the KDE's on the same split."""
    place = ("table", "split")
    kde = {
        tuple(row[name] for name in place): row["held_out_nll"]
        for row in found
        if row["method"] == "kde"
    }
    return [
        {**row, "above_kde": row["held_out_nll"] - kde[tuple(row[name] for name in place)]}
        if "held_out_nll" in row
        else row
        for row in found
    ]


def median_and_count(given: Sequence[Row]) -> str:
    """A cell: the median difference, and in how many splits it is not above zero."""
    found = [row.get("above_kde", math.inf) for row in given]
    good = sum(value <= 0 for value in found)
    return f"{statistics.median(found):+.3f}, {good} of {len(found)}"


def main() -> None:
    """Runs what the command line asks for."""
    parser = command_line(__doc__, seconds=10.0)
    usual = ["persistent", "exact", "denoising", "variational"]
    parser.add_argument("--methods", nargs="+", default=usual, choices=OF_DENSITIES)
    parser.add_argument("--tables", nargs="+", default=list(TABLES), choices=list(TABLES))
    parser.add_argument("--splits", type=int, default=10)
    options = parser.parse_args()
    tasks = [
        {
            "method": method,
            "table": name,
            "split": number,
            "seconds": 0.0 if method in BASELINES else options.seconds,
        }
        for number, name, method in product(
            range(options.splits), options.tables, [*BASELINES, *options.methods]
        )
    ]
    found = beside_kde(rows(run, tasks, options.jobs, options.out, ("held_out_nll",)))
    made = table("NLL above the KDE's", found, "method", "table", median_and_count)
    print("\n\n".join([made, *failures(found, ("method", "table", "split"))]))


if __name__ == "__main__":
    main()
