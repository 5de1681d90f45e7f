"""How good energies are that learned from a few points of densities that are not built in.

`python -m tests.benchmarks.own_points --seconds 15 --jobs 2 --out runs/own.jsonl` tells the exact
KL from the true density, beside a kernel density estimate and a mixture of the same points.
"""

from collections.abc import Sequence
from itertools import product

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core import Training
from tests.benchmarks.baselines import Estimator, LogDensity, gaussian_mixture, kernel_density
from tests.benchmarks.grid import (
    OF_DENSITIES,
    Cell,
    Row,
    Task,
    command_line,
    failures,
    median_and_worst,
    rows,
    table,
    trained,
)
from tests.densities import DENSITIES, FAR_CLUSTERS, Density, Moved

BASELINES: dict[str, Estimator] = {"kde": kernel_density, "mixture": gaussian_mixture}
FAR = "far_clusters"
KNOWN = {**DENSITIES, FAR: FAR_CLUSTERS}

TRANSFORMS = {
    "none": "the points as they are",
    "scaled": "times 10^4 and 10^-2, plus 10^6",
    "sentinels": "three rows of 9999 and the like among the points",
    "far": "instead of the densities, two clusters of .98 and .02 at a distance of 40",
}
SCALE = torch.tensor([1e4, 1e-2], dtype=torch.float64)
SHIFT = torch.tensor([1e6, 1e6], dtype=torch.float64)
SENTINELS = torch.tensor([[9999, 9999], [-9999, 9999], [0, 99999]], dtype=torch.float64)

FRESH, FRESH_SEED = 50_000, 1_000_000
"""Points that a KL is the mean over, and their seed, which no run has."""
SHARE = 0.02
SHARES = ("share", "share_of_samples")
"""Of the smaller far cluster, by the energy and by its samples; `SHARE` is right."""
DRAWN = 20_000
"""Samples of which a share is told."""


def case(task: Task) -> tuple[Density, Float[Tensor, "n 2"]]:
    """The true density of a task, and the points that are trained on."""
    density: Density = KNOWN[task["density"]]
    if task["transform"] == "scaled":
        density = Moved(density, SCALE, SHIFT)
    points = density.sample(task["points"], torch.Generator().manual_seed(task["seed"]))
    if task["transform"] == "sentinels":
        points = torch.cat([points, SENTINELS])
    return density, points


def run(task: Task) -> Row:
    """The figures of one run, or of one estimate by scikit-learn."""
    density, points = case(task)
    if task["method"] in BASELINES:
        return divergence(density, BASELINES[task["method"]](points))

    def measure(training: Training) -> Row:
        energy = training.trained()
        figures = divergence(density, energy.log_prob)
        if task["density"] == FAR:
            figures["share"] = share_of_far(energy.log_prob)
            drawn = energy.sample(DRAWN)
            figures["share_of_samples"] = (drawn[:, 0] > 20).double().mean().item()
        return figures

    config = {
        "dataset": {"kind": "points", "values": points},
        "method": {"kind": task["method"]},
        "seconds": task["seconds"],
        "seed": task["seed"],
    }
    return trained(config, measure)


def divergence(density: Density, estimate: LogDensity) -> Row:
    """KL(density || estimate) by fresh points, and its standard error."""
    points = density.sample(FRESH, torch.Generator().manual_seed(FRESH_SEED))
    gaps = density.log_density(points) - estimate(points)
    return {"kl": gaps.mean().item(), "kl_error": gaps.std().item() / FRESH**0.5}


def share_of_far(estimate: LogDensity) -> float:
    """The mass around the smaller of the far clusters, by a Riemann sum of cells of 0.1."""
    side = torch.arange(-20, 20, 0.1, dtype=torch.float64) + 0.05
    cells = torch.cartesian_prod(side, side) + torch.tensor([40.0, 0.0])
    return estimate(cells).double().exp().sum().item() * 0.1**2


def baseline(task: Task) -> Task:
    """The same estimate whatever is done to the points but the clean ones: KL does not change
    with the units, and a kernel of one width should not pay for those that it is given."""
    return {**task, "transform": "none", "seconds": 0.0}


def tables(found: list[Row], sizes: list[int]) -> list[str]:
    """KL over all densities by size and method; then every cell, a table a size."""
    cell = median_and_worst("kl")
    made = [table("points", found, "points", "method", cell, whole=False)]
    for size in sizes:
        own = [row for row in found if row["points"] == size]
        made.append(table(f"kl, {size} points", own, "method", "density", cell))
    for figure in SHARES:
        if any(figure in row for row in found):
            own = [row for row in found if row["method"] not in BASELINES]
            made.append(table(figure, own, "points", "method", farthest(figure), whole=False))
    return made + failures(found, ("method", "density", "points", "seed"))


def farthest(figure: str) -> Cell:
    """The share that is farthest from the true one; `diverged` where a run has none."""

    def cell(given: Sequence[Row]) -> str:
        if any("diverged" in row for row in given):
            return "diverged"
        found = [row[figure] for row in given if figure in row]
        return f"{max(found, key=lambda share: abs(share - SHARE)):.4f}" if found else "-"

    return cell


def main() -> None:
    """Runs what the command line asks for."""
    parser = command_line(__doc__, seconds=15.0)
    parser.add_argument("--seeds", type=int, default=1, help="seeds 0, 1, ... of points and runs")
    usual = ["persistent", "exact", "denoising", "variational"]
    parser.add_argument("--methods", nargs="+", default=usual, choices=OF_DENSITIES)
    parser.add_argument("--points", nargs="+", type=int, default=[100, 300, 1000, 5000, 20000])
    parser.add_argument("--densities", nargs="+", default=list(DENSITIES), choices=list(DENSITIES))
    parser.add_argument(
        "--transform",
        default="none",
        choices=list(TRANSFORMS),
        help="; ".join(f"{name}: {told}" for name, told in TRANSFORMS.items()),
    )
    options = parser.parse_args()
    far = options.transform == "far"
    tasks = []
    for seed, size, density, method in product(
        range(options.seeds),
        options.points,
        [FAR] if far else options.densities,
        [*BASELINES, *options.methods],
    ):
        task = {
            "method": method,
            "density": density,
            "points": size,
            "transform": "none" if far else options.transform,
            "seed": seed,
            "seconds": options.seconds,
        }
        tasks.append(baseline(task) if method in BASELINES else task)
    found = rows(run, tasks, options.jobs, options.out, ("kl", *SHARES))
    print("\n\n".join(tables(found, options.points)))


if __name__ == "__main__":
    main()
