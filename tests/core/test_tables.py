"""Tables that people bring: how each is read, what is chosen of it, what is refused and how."""

import io
import json
import time
from typing import Any

import numpy as np
import pandas
import pytest

from ebm_core.tables import MOST, BadFile, PointTable, names_in, read_table, select

ROWS = [[1.5, 2.25], [-3.0, 4.0], [5.0, 0.5]]


def chosen(data: str | bytes, name: str = "a.csv", **choice: Any) -> PointTable:
    return select(read_table(data.encode() if isinstance(data, str) else data, name), **choice)


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "x,y\n1.5,2.25\n-3,4\n5,.5\n",
        "1.5,2.25\n-3,4\n5,.5",
        "x;y\n1,5;2,25\n-3;4\n5;0,5\n",
        "1,5;2,25\n-3;4\n5;,5\n",
        "1,5\t2,25\n-3\t4\n5\t0,5\n",
        "1.5 2.25\n-3   4\n  5 .5\n",
        "# x y\n1.5 2.25\n\n-3 4\n# between\n5 .5 # behind\n",
        '"x","y"\r\n"1.5","2.25"\r\n"-3","4"\r\n"5","0.5"\r\n',
        "x,y\r1.5,2.25\r-3,4\r5,.5\r",
        "x, y\n1.5, 2.25\n-3, 4\n5, .5\n",
        "15e-1|225E-2\n-3|4\n5|5e-1\n",
        ",0,1\n0,1.5,2.25\n1,-3,4\n2,5,.5\n",
        ",x,y\n17,1.5,2.25\n4,-3,4\n9,5,.5\n",
        '"x" "y"\n"1" 1.5 2.25\n"2" -3 4\n"3" 5 .5\n',
        '"x\nin cm",y\n1.5,2.25\n-3,4\n5,.5\n',
        'y,x,why\n1.5,2.25,"so\n\nand so, 7"\n-3,4,"5""\n"\n5,.5,a 3" nail\n',
        "day,x,y\n2026-01-02,1.5,2.25\n2026-01-03,-3,4\n2026-01-04,5,.5\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_read_in_whatever_dialect_it_comes(text: str, encoding: str) -> None:
    assert chosen(text.encode(encoding), "a.txt").values.tolist() == ROWS


def test_rows_are_counted_by_the_lines_where_they_begin() -> None:
    with pytest.raises(BadFile, match="row 5, column 'y': 'many' is not a number"):
        chosen('x,y,why\n1,2,"of\ntwo lines"\n3,4,"one"\n5,many,""\n6,7,\n8,9,\n')


def test_of_several_tables_in_an_npz_the_first_is_read_and_the_others_are_told() -> None:
    others = {"x_test": np.zeros((1, 2)), "y_test": np.zeros(1)}
    table = read_table(npz(x_train=np.array(ROWS), y_train=np.arange(3), **others), "a.npz")
    assert [column.name for column in table.columns] == ["x_train x", "x_train y", "y_train"]
    (told,) = table.messages
    assert told.endswith("of 3 rows, is read, and not x_test (1 rows), y_test (1 rows)")
    assert select(table, columns=["x_train x", "x_train y"]).values.tolist() == ROWS


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f8", "i2", "u1", ">i4", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_any_real_type_and_order_are_read(dtype: str, order: Any) -> None:
    array = np.array([[1, 0], [0, 1], [1, 1]], dtype=dtype, order=order)
    assert chosen(npy(array), "a.npy").values.tolist() == [[1, 0], [0, 1], [1, 1]]


def test_other_kinds_of_files_are_told_by_what_they_hold() -> None:
    table, species = np.array(ROWS * 5), np.array(["b", "a", "b"] * 5)
    read = chosen(npz(points=table, species=species), "a.npz")
    assert read.values.tolist() == table.tolist()
    assert (read.classes, read.label_column) == (("a", "b"), "species")
    assert read.labels is not None
    assert read.labels[:3].tolist() == [1, 0, 1]
    for value in (
        ROWS,
        [{"a": x, "b": y} for x, y in ROWS],
        {"a": [x for x, _ in ROWS], "b": [y for _, y in ROWS]},
    ):
        assert chosen(json.dumps(value), "a.json").values.tolist() == ROWS
    frame = pandas.DataFrame(ROWS, columns=["a", "b"])
    for orient in ("columns", "index", "records", "split", "table", "values"):
        read = chosen(frame.to_json(orient=orient), "a.json")
        assert read.values.tolist() == ROWS, orient
    fields = np.array([(1.5, 2.25), (-3, 4), (5, 0.5)], dtype=[("lon", "f4"), ("lat", "f8")])
    assert chosen(npy(fields)).columns == ("lon", "lat")


def test_parquet_is_read_where_pyarrow_is_there_and_else_says_what_it_needs() -> None:
    try:
        days = pandas.to_datetime(["2026-01-01", None, "2026-01-03"])
        data = pandas.DataFrame({"day": days, "a": [1.5, -3, 5], "b": [2.25, 4, 0.5]}).to_parquet()
    except ImportError:
        with pytest.raises(BadFile, match="pip install pyarrow"):
            chosen(b"PAR1....PAR1", "a.parquet")
    else:
        assert chosen(data, "a.parquet").values.tolist() == ROWS  # a day is no number


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        (
            "NA,3.2\n1,2\n3,4\n",
            [[1, 2], [3, 4]],
            "row 1 is left out: a cell is empty, or says NA or the like",
        ),
        ("x,y\n,2\n1,2\n3,n/a\n3,4\n", [[1, 2], [3, 4]], "rows 2, 4 are left out"),
        ("1,5\n2,7\n", [[1, 5], [2, 7]], "what parts two columns"),
        ("x;y\n1,5;2\n2;3\n", [[1.5, 2], [2, 3]], "a comma is read as the decimal mark"),
        ("1.234,5;2\n1.000,5;3\n", [[1234.5, 2], [1000.5, 3]], "a point as that of thousands"),
        ('x,y\n"1,234.5",2\n3,"4,000"\n', [[1234.5, 2], [3, 4000]], "the mark of thousands"),
        ("x;y\n1'234.5;−2\n3;4.5\n", [[1234.5, -2], [3, 4.5]], "row 1, x, y, is taken"),
        ("x;y\n1 234,5;2\n3;4\n", [[1234.5, 2], [3, 4]], "a comma is read as the decimal mark"),
        ("1,234;5,678\n2,5;1,5\n", [[1.234, 5.678], [2.5, 1.5]], "read as the decimal mark"),
        ('x,y\n"0,126","1,5"\n"-0,132","1,234"\n', [[0.126, 1.5], [-0.132, 1.234]], "decimal mark"),
        ('x,y\n"1,234","2,500"\n"3,400","12,200"\n', [[1234, 2500], [3400, 12200]], "thousands"),
        ("sep=;\nx;y\n1,5;2\n3;4\n", [[1.5, 2], [3, 4]], "row 2, x, y, is taken for names"),
        ("sep=;\n1,5;2\n3;4,5\n", [[1.5, 2], [3, 4.5]], "read as the decimal mark"),
        ("0,1\n1,2\n3,4\n", [[0, 1], [1, 2], [3, 4]], "parts two columns"),
        ("0,1\n-1,2\n-3,4\n", [[0, 1], [-1, 2], [-3, 4]], "parts two columns"),
        ("PK,y\n1,2\n3,4\n", [[1, 2], [3, 4]], "row 1, PK, y, is taken for names"),
        ("0,1\n1.5,2\n3,.5\n", [[1.5, 2], [3, 0.5]], "row 1, 0, 1, is taken for names"),
        (",0,1\n0,1,2\n1,3,4\n", [[1, 2], [3, 4]], "numbers the rows, is left out"),
        ("a,b,c\n1,2,.5\n3,4,.5\n", [[1, 2], [3, 4]], "'a' and 'b' are taken of 'a', 'b', 'c'"),
        ("x,y\n1,2\n3,4\n", [[1, 2], [3, 4]], "row 1, x, y, is taken for names"),
    ],
)
def test_all_that_is_decided_is_said(text: str, values: list[list[float]], said: str) -> None:
    read = chosen(text)
    assert read.values.tolist() == values
    assert "sep=" not in read.columns
    assert any(said in message for message in read.messages)


def test_latin_1_is_read_and_said() -> None:
    read = chosen("größe,breite\n1,2\n3,4\n".encode("latin-1"))
    assert read.columns == ("größe", "breite")
    assert any("Latin-1" in message for message in read.messages)


SPECIES = "species,lon,lat,depth\nb,1,2,9\na,3,4,8\nb,5,6,7\n,7,8,6\na,9,1,5\n"


@pytest.mark.parametrize("start", [0, 1, 1700000000])
def test_a_running_number_is_no_coordinate_unless_it_is_chosen_or_nothing_else_is_left(
    start: int,
) -> None:
    lines = [f"{start + i},{i * i % 7},{i % 3 + 0.5}" for i in range(12)]
    assert chosen("\n".join([",a,b", *lines])).columns == ("a", "b")  # as a data frame's index
    read = chosen("\n".join(["n,a,b", *lines]))
    assert read.columns == ("a", "b")
    assert sum("only counts the rows" in told for told in read.messages) == 1
    assert chosen("\n".join(["n,a,b", *lines]), columns=["n", "a"]).columns == ("n", "a")
    assert chosen("\n".join(line.rpartition(",")[0] for line in lines)).columns == ("x", "y")
    gaps = [line for i, line in enumerate(lines) if i != 5]
    assert chosen("\n".join(["n,a,b", *gaps])).columns == ("n", "a")
    assert chosen("\n".join(["n,a,b", *lines[:9]])).columns == ("n", "a")


def test_numbers_of_rows_in_any_order_and_even_times_are_no_coordinates() -> None:
    rows = [
        (n * 7 % 12 + 1000, i % 5, i % 3 + 0.5, 1700000000 + 3600 * i)
        for i, n in enumerate(range(12))
    ]
    read = chosen("\n".join(["id,a,b", *(f"{n},{a},{b}" for n, a, b, _ in rows)]))
    assert read.columns == ("a", "b")
    read = chosen("\n".join(["ts,a,b", *(f"{t},{a},{b}" for _, a, b, t in rows)]))
    assert read.columns == ("a", "b")


def test_a_coordinate_that_is_taken_for_labels_is_told() -> None:
    with pytest.raises(BadFile, match=r"'lon' is taken for labels, which leaves one of numbers"):
        chosen("lon,lat,kind\n" + "".join(f"{i}.5,{i % 4},a\n" for i in range(12)), labels="lon")


def test_columns_and_labels_are_chosen_by_name_or_number() -> None:
    read = chosen(SPECIES, columns=["lat", "lon"], labels="species")
    assert read.values.tolist() == [[2, 1], [4, 3], [6, 5], [1, 9]]
    assert read.labels is not None
    assert (read.labels.tolist(), read.classes) == ([1, 0, 1, 0], ("a", "b"))
    assert "row 5 is left out: its label is empty" in read.messages
    assert chosen(SPECIES, columns=["2", "4"]).columns == ("lon", "depth")
    assert names_in('lon, "depth, m"') == ["lon", "depth, m"]


def test_classes_that_are_not_known_of_all_rows_cost_no_row_unasked() -> None:
    rows = [f"{i},{i * i % 7},{'ab'[i % 2] if i % 5 else ''}" for i in range(40)]
    text = "\n".join(["x,y,kind", *rows]).encode()
    plain = chosen(text, "a.csv")
    assert (len(plain.values), plain.labels) == (40, None)
    assert any("'kind' is not taken for classes, since rows 2, 7" in m for m in plain.messages)
    asked = chosen(text, "a.csv", labels="kind")
    assert (len(asked.values), asked.classes) == (32, ("a", "b"))


def test_json_lines_are_read_as_a_list() -> None:
    lines = b'{"x": 1, "y": 2}\n\n{"x": 3, "y": 4.5}\n'
    for name in ("a.json", "a.jsonl"):
        assert chosen(lines, name).values.tolist() == [[1, 2], [3, 4.5]]


def test_whole_numbers_in_the_last_of_three_columns_are_labels() -> None:
    table = np.c_[np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 3 + 4]
    read = chosen(npy(table))
    assert read.labels is not None
    assert (read.labels[:4].tolist(), read.classes) == ([0, 1, 2, 0], ("4", "5", "6"))
    assert read.messages == ("column 'column 3' gives 3 classes",)
    assert chosen(npy(table), columns=["1", "3"]).labels is None


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        ("x,y\n1,2\n3,four\n", (3, 2, "four"), "'four' is not a number"),
        ("x,y\n# c\n1,2\n3,inf\n5,6\n", (4, 2, "inf"), "inf is not a finite number"),
        ("1,2\n\n3,4,5\n", (3, None, "3 columns"), "2 are expected"),
        ("x,y\n1,2\n3,4,5\n6,7\n8,9\n", (3, None, "3 columns"), "2 are expected"),
        ("x,y\n1,2\nmissing,4\n5,6\n", (3, 1, "missing"), "a number; leave the cell empty"),
        ("Title\n\nx,y\n1,2\n3,4\n", (3, 1, "x"), "put # before what stands above it"),
        ("x;y\n1,5;2\n1.5;3\n2,5;4\n", (3, 1, "1.5"), "'1.5' is not a number"),
    ],
)
def test_a_wrong_cell_is_told_by_row_column_and_value(
    text: str, where: tuple[int, int | None, str], told: str
) -> None:
    with pytest.raises(BadFile, match=told) as refused:
        chosen(text)
    assert (refused.value.row, refused.value.column, refused.value.value) == where
    assert refused.value.expected


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ({"columns": ["lon", "far"]}, "no column 'far'; it has 'species' .text., 'lon'"),
        ({"columns": ["lon"]}, "two different columns are needed"),
        ({"columns": ["lon", "2"]}, "two different columns are needed"),
        ({"columns": ["lon", "species"]}, "row 2, column 'species': 'b' is not a number"),
        ({"labels": "lon"}, "column 'lon' holds no labels"),
        ({"labels": "none"}, "no column 'none'"),
    ],
)
def test_a_wrong_choice_is_told_with_what_there_is(choice: dict[str, Any], told: str) -> None:
    with pytest.raises(BadFile, match=told):
        chosen(SPECIES, **choice)


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "a.csv", "is empty"),
        (npy(np.array([[1, 2], [3, 4]], object)), "a.npy", "holds Python objects"),
        (b"\xd0\xcf\x11\xe0 old", "a.xls", "is a workbook of Excel; save its sheet as CSV"),
        (b"x,y\n1 m,2\n3 m,4\n", "a.csv", "'x' .text., 'y' .numbers.: row 2 holds '1 m'"),
        (b'{"x": 1} x', "a.json", "is not JSON: Extra data"),
        (b"5\n6\n", "a.csv", "1 column of numbers"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "a.jpg", "is not text"),
        (npy(np.ones((3, 2)) * 1j), "a.npy", "holds complex128; real numbers"),
        (b"[[1, 2], [3]]", "a.json", "row 2 has 1 cells; 2 are expected"),
        (b"[1, 2", "a.json", "is not JSON"),
        (b"[]", "a.json", "is no table"),
        (b'{"a": 1}', "a.json", "object without lists"),
        (b"PK\x03\x04 and no more", "a.xlsx", "is not a file saved by numpy.savez"),
        (npz(a=np.ones(3), b=np.ones(4)), "a.npz", "different lengths"),
        (npz(), "a.npz", "holds no arrays"),
        (b'{"a":' * 50_000, "a.csv", "."),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, name: str, told: str) -> None:
    with pytest.raises(BadFile, match=told):
        chosen(data, name)


def test_a_cell_of_many_digits_takes_no_longer_than_the_file_is_long() -> None:
    """The pattern of a number once went back and forth in it, which took the square: minutes."""
    table = "x,y\n" + f"{'9' * 60_000}x,1\n" * 4
    began = time.process_time()
    with pytest.raises(BadFile):
        chosen(table.encode())
    assert time.process_time() - began < 20  # 120 s for half of it, before


@pytest.mark.parametrize("cell", [b"1,", b"1"])
def test_a_line_that_is_too_long_is_told(cell: bytes) -> None:
    began = time.process_time()
    with pytest.raises(BadFile, match=r"has a line of \d00,00\d characters"):
        chosen(cell * (400_000 // len(cell) // 2) * 2 + b"\n1,2\n")
    assert time.process_time() - began < 5


def test_a_table_of_a_thousand_columns_is_read() -> None:
    row = ",".join(["1.5"] * 1000)
    assert chosen(f"{row}\n{row}\n{row},\n".encode()[:-2]).values.shape == (3, 2)


def test_of_too_many_rows_some_are_drawn_the_same_each_time() -> None:
    table = np.random.default_rng(0).normal(size=(MOST + 1000, 2))
    read = chosen(npy(table))
    assert read.values.shape == (MOST, 2)
    assert read.messages == (
        "200,000 of 201,000 rows are taken, drawn at random without repetition, the same ones "
        "each time",
    )
    assert np.array_equal(read.values, chosen(npy(table)).values)
    assert abs(read.values.mean(0) - table.mean(0)).max() < 1e-3
