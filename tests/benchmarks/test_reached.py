"""The best that the default network has reached, for the page."""

import json
from pathlib import Path

from ebm_core.datasets import DATASETS
from ebm_core.sweeps.records import Records
from ebm_core.sweeps.summary import Outcome
from tests.benchmarks.grid import Row
from tests.benchmarks.quality import reached, rows

ASSET = Path(__file__).parents[2] / "frontend" / "src" / "words" / "reached.json"


def test_the_best_of_all_runs_counts_and_a_blurred_distance_does_not() -> None:
    found: list[Row] = [
        {"method": "exact", "dataset": "moons", "kl": 0.01234, "sliced_wasserstein": 0.05},
        {"method": "persistent", "dataset": "moons", "kl": 0.02, "sliced_wasserstein": 0.04},
        {"method": "denoising", "dataset": "moons", "kl": 0.001, "kl_data": 0.3},
        {"method": "exact", "dataset": "rings", "diverged": "the loss is inf", "updates": 3},
        {"method": "persistent", "dataset": "digits", "frechet": 9.0},
    ]
    assert reached(found) == {"moons": {"kl": 0.012, "sliced_wasserstein": 0.04}}


def test_the_runs_of_a_sweep_are_rows(tmp_path: Path) -> None:
    values = {"seed": 0, "method.kind": "exact", "dataset.kind": "moons"}
    records = Records(tmp_path)
    records.add(Outcome("a", values, "finished", None, {"kl": 0.1}, 10, 1.0))
    records.add(Outcome("b", {**values, "seed": 1}, "failed", "the loss is inf", {}, 3, 0.5))
    exact = {"method": "exact", "dataset": "moons"}
    assert rows(tmp_path) == [
        {**exact, "seed": 0, "updates": 10, "kl": 0.1},
        {**exact, "seed": 1, "updates": 3, "diverged": "the loss is inf"},
    ]


def test_the_page_knows_every_distribution_with_a_density() -> None:
    known = json.loads(ASSET.read_text())
    assert set(known) == {kind for kind in DATASETS if DATASETS[kind].example().has_density}
    assert all(0 < best["kl"] < 0.2 for best in known.values())
