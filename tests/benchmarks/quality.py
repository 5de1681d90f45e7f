"""How good every method's energy is on every built-in distribution, of a sweep that was made:

    ebm sweep examples/quality.toml --out runs/quality
    python -m tests.benchmarks.quality runs/quality

A cell tells the median and the worst of the seeds. A method is told by what it promises: a density
by its KL, samples by their distance to the data. With `--reached frontend/src/words/reached.json`
the best figures are written for the page instead, which tells them beside those of a run. Instead
of a folder it takes a file of rows, as `tests/benchmarks/measured` has one.
"""

import argparse
import json
from pathlib import Path

from ebm_core.datasets import DATASETS
from ebm_core.sweeps.records import Records
from tests.benchmarks.grid import OF_DENSITIES, Row, failures, kept, median_and_worst, table

OF_ENERGIES = ("kl", "kl_data", "kl_best_temperature", "mass_outside", "mode_coverage")
OF_SAMPLES = ("sliced_wasserstein", "sample_coverage")
OF_IMAGES = ("frechet", "nearest_neighbour", "confidence")
FLOORS = {"sliced_wasserstein": "sliced_wasserstein_floor"}


def rows(path: Path) -> list[Row]:
    """The runs of a sweep's folder, or of a file."""
    if path.is_file():
        return list(kept(path).values())
    found: list[Row] = []
    for one in Records(path).ended.values():
        names = {"method": "method.kind", "dataset": "dataset.kind", "seed": "seed"}
        row = {name: one.values.get(field) for name, field in names.items()}
        lost = {"diverged": one.reason} if one.state == "failed" else {}
        found.append({**row, "updates": one.updates, **lost, **one.figures})
    return found


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
    """Tells what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("made", type=Path, help="a sweep's folder, or a file of rows")
    parser.add_argument("--reached", type=Path, help="write the best figures here")
    options = parser.parse_args()
    found = rows(options.made)
    if not found:
        raise SystemExit(f"there are no runs in {options.made}")
    if options.reached:
        options.reached.write_text(json.dumps(reached(found), indent=2) + "\n")
        return
    print("\n\n".join(tables(found)))


if __name__ == "__main__":
    main()
