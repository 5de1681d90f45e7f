"""Grids of runs go on where they were cut off, and tell the median and the worst."""

import json
import math
from pathlib import Path

import pytest

from tests.benchmarks.grid import Row, failures, median_and_worst, rows, table

TASKS = [{"method": "persistent", "kl": 2.0 * seed} for seed in range(3)]


def test_a_grid_goes_on_where_it_was_cut_off(tmp_path: Path) -> None:
    out = tmp_path / "runs.jsonl"
    there = json.dumps({"task": TASKS[1], "figures": {"kl": 7.0}})
    elsewhere = json.dumps({"task": {**TASKS[0], "method": "exact"}, "figures": {"kl": 9.0}})
    out.write_text(f'{there}\n{elsewhere}\n{{"task": {{"method": "persis')
    found = rows(dict, TASKS, out=out)  # a task's figures are the task
    assert [row["kl"] for row in found] == [0, 7, 4]
    written = [json.loads(line)["figures"]["kl"] for line in out.read_text().splitlines()]
    assert written[:2] == [7, 9]
    assert sorted(written[2:]) == [0, 4]


def test_a_file_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "runs.jsonl"
    out.write_text('{"kl": 1}\n')
    with pytest.raises(SystemExit, match=r"runs\.jsonl, line 1 is '{\"kl\": 1}'"):
        rows(dict, TASKS, out=out)


def test_a_cell_is_the_median_and_the_worst() -> None:
    given = [{"kl": value, "mode_coverage": 1 - value} for value in (0.3, 0.1, 0.2)]
    assert median_and_worst("kl")(given) == "0.200 / 0.300"
    assert median_and_worst("mode_coverage")(given) == "0.800 / 0.700"
    assert median_and_worst("kl")([{"kl": 0.1}, {"kl": math.nan}]) == "inf / inf"
    floored = [{"distance": 0.2, "floor": 0.1}, {"distance": 0.4, "floor": 0.3}]
    assert median_and_worst("distance", "floor")(floored) == "0.300 / 0.400 (0.200)"


def test_a_run_that_diverged_is_the_worst_and_is_told() -> None:
    lost = {"method": "exact", "seed": 2, "diverged": "the loss is inf", "updates": 3}
    given: list[Row] = [{"kl": 0.1, "mode_coverage": 1.0}, {"kl": 0.3, "mode_coverage": 0.9}, lost]
    assert median_and_worst("kl")(given) == "0.300 / inf, 1 of 3 diverged"
    assert median_and_worst("mode_coverage")(given) == "0.900 / 0.000, 1 of 3 diverged"
    assert median_and_worst("sample_coverage")(given) == "-"
    assert median_and_worst("sample_coverage")([lost]) == "0.000 / 0.000, 1 of 1 diverged"
    assert failures([lost], ("method", "seed")) == ["exact, 2 diverged: the loss is inf"]


def test_a_table_has_every_cell_and_all_of_a_line() -> None:
    given: list[Row] = [
        {"method": "exact", "dataset": "moons", "kl": 0.1},
        {"method": "exact", "dataset": "rings", "kl": 0.3},
        {"method": "jem", "dataset": "moons", "refused": "needs classes"},
    ]
    assert table("kl", given, "method", "dataset", median_and_worst("kl")).splitlines() == [
        "| kl | moons | rings | all |",
        "| --- | --- | --- | --- |",
        "| exact | 0.100 / 0.100 | 0.300 / 0.300 | 0.200 / 0.300 |",
        "| jem | - | - | - |",
    ]
