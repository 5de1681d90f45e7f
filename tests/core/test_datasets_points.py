"""The user's points: what is refused and how, the split, the scale, files."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ebm_core.contracts.frozen_array import FrozenArray
from ebm_core.datasets.points import Points, load_points

torch.set_num_threads(1)
NUMBER = st.floats(-1e30, 1e30, allow_nan=False, allow_subnormal=False)


def cloud(count: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def points(table: torch.Tensor, **fields: object) -> Points:
    return Points.model_validate({"values": table.tolist(), **fields})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "at least 2"),
        ([[1, 2]], "at least 2"),
        ([[1, 2], [1, 2], [1, 2]], "all 3 points are the same"),
        ([[1, 2], [1, 2, 3]], r"values\.1"),
        ([[1, 2], [3]], r"values\.1\.1"),
        ([[1, 2], [3, float("nan")]], r"values\.1\.1[\s\S]*finite"),
        ([[1, 2], [float("inf"), 1]], r"values\.1\.0[\s\S]*finite"),
        ([[1, 2], ["a", 1]], r"values\.1\.0[\s\S]*number"),
        ([[1, 2], [1e40, 1]], r"values\[1\] holds 1e\+40"),
        ([[1e15, 0], [1e15 + 1, 0]], "subtract their mean"),
    ],
)
def test_points_that_cannot_be_learned_are_refused(values: list[object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Points.model_validate({"values": values})


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=2, max_size=60))
def test_every_accepted_table_round_trips_and_scales_to_finite_numbers(
    rows: list[tuple[float, float]],
) -> None:
    try:
        data = Points.model_validate({"values": rows})
    except ValidationError:
        return
    assert Points.model_validate_json(data.model_dump_json()).values == FrozenArray(rows)
    assert json.loads(data.model_dump_json())["values"] == [list(row) for row in rows]
    scaled = data.to_model(torch.tensor(rows, dtype=torch.float64))
    assert scaled.isfinite().all()


@pytest.mark.parametrize(("count", "held"), [(2, 1), (19, 1), (49, 2), (50, 5), (1000, 100)])
def test_a_fixed_share_is_held_out_and_never_drawn(count: int, held: int) -> None:
    data = points(cloud(count), smoothing=0)
    generator = torch.Generator().manual_seed(0)
    test = data.held_out(10_000, generator)
    drawn = data.sample(4000, generator)
    assert len(test) == held
    assert torch.equal(test, points(cloud(count), smoothing=0).held_out(10_000, generator))
    assert torch.cdist(drawn, test).min() > 0
    if count < 100:
        assert len(drawn.unique(dim=0)) == count - held


def test_scale_brings_the_bulk_near_whatever_the_units_and_outliers() -> None:
    table = cloud(2000) * 1e-4 + torch.tensor([1.7e3, -20.0], dtype=torch.float64)
    table[:20] = 1e9
    data = points(table)
    scaled = data.to_model(table[20:])
    assert scaled.square().sum(1).mean().sqrt().item() == pytest.approx(2.3, rel=0.15)
    assert scaled.mean(0).abs().max() < 0.3
    drawn = data.to_model(data.sample(1000, torch.Generator().manual_seed(0)))
    assert len(drawn.unique(dim=0)) > 700  # single precision would merge them before scaling


def test_points_say_that_they_have_no_density() -> None:
    with pytest.raises(ValueError, match="no known density"):
        Points.example().log_density(torch.zeros(1, 2))


def test_files_of_both_kinds_give_the_same_points(tmp_path: Path) -> None:
    table = cloud(30).numpy()
    np.save(tmp_path / "a.npy", table)
    lines = [f"{x!r},{y!r}" for x, y in table.tolist()]
    (tmp_path / "bare.csv").write_text("\n".join(lines))
    (tmp_path / "header.csv").write_text("\ufeffx,y\r\n" + "\r\n".join(lines) + "\r\n\r\n", "utf-8")
    (tmp_path / "semicolon.CSV").write_text("\n".join(lines).replace(",", ";"))
    (tmp_path / "blanks.txt").write_text("# by me\n" + "\n".join(lines).replace(",", "  "))
    (tmp_path / "tabs.tsv").write_text('"x"\t"y"\n' + "\n".join(lines).replace(",", "\t"))
    loaded = [load_points(path) for path in sorted(tmp_path.iterdir())]
    assert len(loaded) == 6
    assert all(data.values == FrozenArray(table) for data in loaded)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "x,y\n1,2\nthree,4\n", r"a\.csv, row 3, column 'x': 'three' is not a number"),
        ("a.csv", "1,2\n3,4,5\n", r"row 2 has 3 columns"),
        ("a.csv", "1,2\n\n3,inf\n", r"row 3, column 'y': inf is not a finite number"),
        ("a.csv", "x,y\n", "has 0 points, only a row without a number"),
        ("a.csv", "1,2\n1,2\n", "all 2 points are the same"),
        ("a.npy", "\x93NUMPY not an array", r"a\.npy is not an array"),
        ("a.csv", "x,4\n1,2\n3,4\n", r"row 1, column 'x': 'x' is not a number"),
        ("a.csv", "x,y\nu,v\n1,2\n3,4\n", r"row 2, column 'x': 'u' is not a number"),
        ("a.dat", "\xff\xd8\x00\x01\x02", r"a\.dat is not text; save your table as CSV"),
    ],
)
def test_a_wrong_file_is_refused_by_name_and_row(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_bytes(content.encode("latin-1"))
    with pytest.raises(ValueError, match=message):
        load_points(tmp_path / name)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 4)), r"shape \(2, 4\); \(n, 2\) is needed: transpose it"),
        (np.zeros(4), r"shape \(4,\)"),
        (np.array([["a", "b"], ["c", "d"]]), "0 columns of numbers"),
        (np.array([[1, 2], [3, np.inf]]), r"row 2, column 'y': inf is not a finite number"),
    ],
)
def test_a_wrong_array_is_refused(tmp_path: Path, array: np.ndarray, message: str) -> None:
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(ValueError, match=message):
        load_points(tmp_path / "a.npy")


@pytest.mark.parametrize("decimals", [2, 4, 6])
def test_a_line_is_one_however_its_points_were_rounded(decimals: int) -> None:
    x = np.random.default_rng(0).normal(size=300)
    rounded = np.c_[x, 1.8 * x + 32].round(decimals)
    data = Points.model_validate({"values": rounded})
    assert any("all points lie on a line" in told for told in data.remarks)
    assert data.groups is None
    beside = np.c_[x, 1.8 * x + 0.2 * np.random.default_rng(1).normal(size=300)].round(decimals)
    assert Points.model_validate({"values": beside}).remarks == ()


def test_it_is_known_whether_figures_depend_on_noise_that_is_added() -> None:
    draws = np.random.default_rng(0)
    clouds = {
        "dice": (draws.integers(1, 7, (200, 2)).astype(float), True),
        "line": (np.c_[draws.normal(size=200), np.full(200, 3.0)], True),
        "normal": (draws.normal(size=(200, 2)), False),
    }
    for name, (table, added) in clouds.items():
        assert Points.model_validate({"values": table}).noise_added is added, name
