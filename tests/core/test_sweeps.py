"""Sweeps: what they are of, what they refuse, and what they come to."""

import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebm_core.sweeps.lines import Lines
from ebm_core.sweeps.members import key_of, members
from ebm_core.sweeps.records import Records
from ebm_core.sweeps.spec import MOST, Refused, Sweep, read
from ebm_core.sweeps.summary import Outcome, as_csv, groups, groups_as_csv, quartiles

GRID = """
name = "steps of Langevin"
[base]
updates = 10
[grid]
"dataset.kind" = ["moons", "pinwheel"]
"method.kind" = ["persistent", "denoising"]
seed = [0, 1, 2]
"""
DRAWN = """
[random]
count = 4
"optimization.learning_rate" = { log = [1e-4, 1e-2] }
"method.persistent.chain_steps" = { integer = [5, 60] }
"""


def runs(text: str, folder: Path) -> list[dict[str, Any]]:
    """What each run of a sweep has of the fields that are varied."""
    return [member.values for member in members(read(text), folder)]


def test_a_grid_has_each_value_with_each(tmp_path: Path) -> None:
    found = members(read(GRID), tmp_path)
    assert len(found) == len({member.key for member in found}) == 12
    last = found[-1]
    assert last.values == {"dataset.kind": "pinwheel", "method.kind": "denoising", "seed": 2}
    assert (last.config["updates"], last.config["seed"]) == (10, 2)
    assert last.key == key_of(last.config)


def test_draws_are_the_same_in_each_cell_and_stay_where_more_are_drawn(tmp_path: Path) -> None:
    few, more = (runs(GRID + DRAWN.replace("4", n, 1), tmp_path) for n in ("4", "6"))
    rates = [run["optimization.learning_rate"] for run in few[:4]]
    assert [run["optimization.learning_rate"] for run in few[-4:]] == rates
    assert [run["optimization.learning_rate"] for run in more[:4]] == rates
    assert len(set(rates)) == 4
    assert all(1e-4 <= rate <= 1e-2 for rate in rates)
    other = runs(GRID + DRAWN.replace("count = 4", "count = 4\nfirst = 4"), tmp_path)
    assert not set(rates) & {run["optimization.learning_rate"] for run in other}


def test_a_field_of_one_kind_is_set_where_that_kind_is(tmp_path: Path) -> None:
    found = members(read(GRID + DRAWN), tmp_path)
    assert len(found) == 48
    for member in found:
        persistent = member.config["method"]["kind"] == "persistent"
        assert ("method.persistent.chain_steps" in member.values) is persistent
        if persistent:
            steps = member.values["method.persistent.chain_steps"]
            assert member.config["method"]["chain_steps"] == steps


def test_the_examples_are_sweeps(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    (told,) = re.findall(r"```toml\n(name =.*?)```", (root / "README.md").read_text(), re.DOTALL)
    assert len(members(read(told), tmp_path)) == 180
    assert len(members(read((root / "examples/quality.toml").read_text()), tmp_path)) == 285


def test_what_is_the_same_run_is_made_once(tmp_path: Path) -> None:
    text = '[grid]\n"dataset.kind" = ["moons"]\n"method.kind" = ["persistent", "exact"]\n'
    assert len(runs(text + '"method.persistent.chain_steps" = [4, 8, 16]', tmp_path)) == 4


def test_what_is_skipped_is_not_made(tmp_path: Path) -> None:
    skip = '[[skip]]\n"dataset.kind" = "moons"\n"method.kind" = ["denoising", "exact"]'
    found = runs(GRID + skip, tmp_path)
    assert len(found) == 9
    assert not [r for r in found if (r["dataset.kind"], r["method.kind"]) == ("moons", "denoising")]


ON_MOONS = '[base]\n"dataset.kind" = "moons"\n"method.kind" = "exact"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[grid", "this is no TOML"),
        (f"[grid]\nseed = {'9' * 5000}", "this is no TOML"),
        (f"x = {'[' * 5000}", "this is no TOML"),
        ('name = "a\\u0000b"', "name is"),
        ('name = "a\\nb"', "name is"),
        ("[gird]\nseed = [0]", "gird: there is no such table of a sweep; allowed: name, b"),
        ("[grid]\nseed = 3", "grid.seed is 3: .*allowed: a list"),
        ("[grid]\nseed = []", r"grid.seed is \[\]: it is empty"),
        ("[grid]\nseed = [1, 1]", "grid.seed is 1: it stands there twice"),
        ("[random]\ncount = 0\nseed = { integer = [0, 9] }", "random.count is 0"),
        ("[random]\ncount = 2", "random: it draws no field"),
        ("[random]\ncount = 2\nseed = { integer = [9, 0] }", "integer goes from 9 to 0"),
        ("[random]\ncount = 2\nseed = { log = [0, 9] }", "log begins at 0; it must be above 0"),
        ("[random]\ncount = 2\nseed = { gauss = [0, 9] }", "random.seed.gauss: .*uniform"),
        ("[grid]\nseed=[1]\n[random]\ncount=2\nseed={integer=[0,9]}", r"in \[grid\] and in \[rand"),
        (f"[grid]\nseed = {list(range(MOST + 1))}", "5,001 runs.*up to 5,000"),
        ("[grid]\nseed = [0]", "dataset: it is missing; allowed: gaussian_ring"),
        (ON_MOONS + "[grid]\nsead = [0]", "sead is 0: there is no such field"),
        (ON_MOONS + "[grid]\nseed = [0, -1]", "seed is -1: .*allowed: a whole number >= 0"),
        (
            ON_MOONS + "[grid]\nmethod.chain_steps = [3]",
            "method.chain_steps is 3: there is no such",
        ),
        (ON_MOONS + "[grid]\nmethod.persistent.chain_steps = [3]", "no run .*kind = 'persistent'"),
        (ON_MOONS + "[grid]\nenergy.kind = ['mlp', 'convolutional']", "'convolutional' takes imag"),
        (ON_MOONS + "[[skip]]\nseed = 7", "skip.0 is 'seed = 7': no run .* has these values"),
        (ON_MOONS + "[[skip]]\nseed = 0", "leaves out every run"),
        (ON_MOONS + "[grid]\nprocesses = [2]", "processes is 2, and here a run is trained by one"),
        (
            '[grid]\n"method.kind"=["jem","exact"]\n"dataset.kind"=["swiss_roll"]',
            r'method.kind = "jem", .*: method \'jem\' needs data of several[^\n]*\n\[\[skip\]\]\n',
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_allowed(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=said):
        members(read(text), tmp_path)


def test_a_sweep_is_written_as_it_was_given() -> None:
    sweep = read(GRID + DRAWN)
    written = sweep.model_dump(mode="json", exclude_defaults=True)
    assert Sweep.model_validate(written) == sweep
    assert written["random"]["method.persistent.chain_steps"] == {"integer": [5, 60]}


def test_a_failed_run_is_worse_than_all_others() -> None:
    assert quartiles([3.0, 1.0, 2.0], 0, high=False).median == 2.0
    assert quartiles([1.0, 2.0], 1, high=False).median == 2.0
    assert quartiles([1.0, 2.0], 1, high=False).worse is None
    assert quartiles([0.9, 0.8], 1, high=True).median == 0.8
    assert quartiles([1.0], 2, high=False).median is None
    assert quartiles([1.0, math.nan], 0, high=False).worse is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.booleans())
def test_quartiles_are_in_order(values: list[float], high: bool) -> None:
    found = quartiles(values, 0, high)
    assert found.better is not None
    assert found.median is not None
    assert found.worse is not None
    sign = -1 if high else 1
    assert sign * found.better <= sign * found.median + 1e-6 <= sign * found.worse + 2e-6


OUTCOMES = [
    Outcome("a", {"method.kind": "exact", "seed": 0}, "finished", None, {"kl": 0.1}, 10, 1.0),
    Outcome("b", {"method.kind": "exact", "seed": 1}, "failed", "the loss is inf", {}, 4, 0.5),
    Outcome("c", {"method.kind": "jem", "seed": 0}, "finished", None, {"kl": 0.3}, 10, 1.0),
    Outcome("d", {"method.kind": "jem", "seed": 1}, "missing"),
]


def test_groups_are_runs_that_differ_by_their_seed() -> None:
    exact, jem = groups(OUTCOMES)
    assert exact.values == {"method.kind": "exact"}
    assert (exact.keys, exact.ended, exact.failed) == (["a", "b"], 2, 1)
    assert exact.figures["kl"].median is None
    assert (jem.ended, jem.failed, jem.figures["kl"].median) == (1, 0, 0.3)


def test_tables_are_written_as_csv() -> None:
    lines = as_csv(OUTCOMES).splitlines()
    assert lines[0] == "key,state,reason,updates,seconds,method.kind,seed,kl"
    assert lines[2] == "b,failed,the loss is inf,4,0.5,exact,1,"
    assert groups_as_csv(groups(OUTCOMES)).splitlines() == [
        "method.kind,runs,ended,failed,kl better,kl median,kl worse",
        "exact,2,2,1,,,",
        "jem,2,1,0,0.3,0.3,0.3",
    ]


def test_lines_are_whole_wherever_their_writer_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    for value in ("one", "two"):
        Lines(path).add(value)
    whole = path.read_bytes()
    for cut in range(len(b'"one"\n'), len(whole) + 1):
        path.write_bytes(whole[:cut])
        lines = Lines(path)
        lines.add("three")
        known = ["one", "two"] if cut == len(whole) else ["one"]
        assert lines.read == known
        assert Lines(path).read == [*known, "three"]


def test_what_is_missing_is_what_has_not_ended(tmp_path: Path) -> None:
    its = members(read(GRID), tmp_path / "points")
    records = Records(tmp_path)
    records.add(Outcome(its[3].key, its[3].values, "finished"))
    again = Records(tmp_path)
    assert again.missing(its) == [*its[:3], *its[4:]]
    assert [one.state for one in again.outcomes(its)[:4]] == [*["missing"] * 3, "finished"]


def test_a_file_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text('{"kl": 1}\n')
    with pytest.raises(ValueError, match="holds something else than runs of a sweep"):
        Records(tmp_path)
    (tmp_path / "records.jsonl").write_text("kl\n")
    with pytest.raises(ValueError, match="line 1 is b'kl', which is no JSON"):
        Records(tmp_path)
