"""The best that the default network has reached, for the page."""

import json
from pathlib import Path

from ebm_core.datasets import DATASETS
from tests.benchmarks.grid import Row
from tests.benchmarks.quality import reached

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


def test_the_page_knows_every_distribution_with_a_density() -> None:
    known = json.loads(ASSET.read_text())
    assert set(known) == {kind for kind in DATASETS if DATASETS[kind].example().has_density}
    assert all(0 < best["kl"] < 0.2 for best in known.values())
