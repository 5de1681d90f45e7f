"""Tables in files that keep types: NPY, NPZ, Parquet and JSON."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebm_core.tables.table import BadFile, Column, Table, default_names

LARGEST = 2**30
"""Bytes that a compressed file may unpack to."""


def read_npy(data: bytes, name: str) -> Table:
    """An array of shape (n, columns), or of named fields, saved by `numpy.save`."""
    try:
        array = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, MemoryError) as error:
        if "Object arrays" in str(error):
            raise BadFile(
                f"{name} holds Python objects, which are not read; save array.astype(float)"
            ) from error
        raise BadFile(f"{name} is not an array saved by numpy.save: {error}") from error
    return table_of(columns_of(array, name), name)


def read_npz(data: bytes, name: str) -> Table:
    """Arrays saved by `numpy.savez`: columns one by one, or a table and more columns."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            other = [entry for entry in archive.namelist() if not entry.endswith(".npy")]
        if "[Content_Types].xml" in other:
            raise BadFile(f"{name} is a workbook of Excel; save its sheet as CSV")
        if other or size > LARGEST:
            why = f"it holds {other[0]!r}" if other else f"it unpacks to {size:,} bytes"
            raise BadFile(f"{name} cannot be read: {why}; save your table as CSV")
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            named = dict(arrays)
    except BadFile:
        raise
    except (zipfile.BadZipFile, ValueError, EOFError, MemoryError) as error:
        raise BadFile(f"{name} is not a file saved by numpy.savez: {error}") from error
    if not named:
        raise BadFile(f"{name} holds no arrays; save one of shape (n, 2) in it by numpy.savez")
    left = {key: named.pop(key) for key in other_tables(named)}
    columns: list[Column] = []
    for key, array in named.items():
        if array.ndim == 1 and not array.dtype.names:
            columns.append(column_of(key, array, name))
        else:
            prefix = f"{key} " if len(named) > 1 else ""
            columns += columns_of(array, f"{name}, array {key!r}", prefix)
    table = table_of(columns, name)
    if not left:
        return table
    told = ", ".join(f"{key} ({len(array):,} rows)" for key, array in left.items())
    message = f"of several tables the first, of {len(table.rows):,} rows, is read, and not {told}"
    return replace(table, messages=(message,))


def other_tables(named: dict[str, NDArray[Any]]) -> list[str]:
    """The names of all arrays but those of the first table, where there are tables of several
    lengths, as x_train, y_train, x_test and y_test are; none where one length alone has a table.
    """
    length = {key: len(array) if array.ndim else 0 for key, array in named.items()}
    tables = list(dict.fromkeys(length[key] for key, array in named.items() if array.ndim == 2))
    if len(tables) < 2 or not set(length.values()) <= set(tables):
        return []
    return [key for key in named if length[key] != tables[0]]


def parsed(data: bytes) -> Any:
    """What JSON says, or each line of JSON Lines.

    Raises:
        ValueError: It is neither.
    """
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        if not error.msg.startswith("Extra data"):
            raise
        lines = data.decode(json.detect_encoding(data)).splitlines()
        try:
            return [json.loads(line) for line in lines if line.strip()]
        except json.JSONDecodeError:
            raise error from None


def read_json(data: bytes, name: str) -> Table:
    """A list of rows, a list of objects with the same keys, or an object of columns; also what
    pandas' `to_json` writes, whatever its `orient`."""
    try:
        value = parsed(data)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{name} is not JSON: {error}") from error
    if isinstance(value, dict):
        value = rows_of(value)
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        value = {key: [row.get(key) for row in value] for key in value[0]}
    if isinstance(value, dict):
        named = {key: series for key, series in value.items() if isinstance(series, list)}
        if not named:
            raise BadFile(f"{name} is an object without lists; columns of numbers are expected")
        return table_of([column_of(key, series, name) for key, series in named.items()], name)
    if not isinstance(value, list) or not value or not all(isinstance(row, list) for row in value):
        raise BadFile(f"{name} is no table; a list of rows or of objects is expected")
    width = len(value[0])
    for number, row in enumerate(value, 1):
        if len(row) != width:
            raise BadFile(
                f"{name}, row {number} has {len(row)} cells; {width} are expected",
                row=number,
                value=str(row)[:80],
                expected=f"{width} cells",
            )
    columns = zip(default_names(width), zip(*value, strict=True), strict=True)
    return table_of([column_of(title, cells, name) for title, cells in columns], name)


def rows_of(value: dict[str, Any]) -> Any:
    """What an object of pandas holds, as columns or as a list of objects; others as they are."""
    data, names = value.get("data"), value.get("columns")
    if isinstance(data, list) and isinstance(names, list):  # orient="split"
        return [dict(zip(map(str, names), row, strict=False)) for row in data]
    if isinstance(data, list) and isinstance(schema := value.get("schema"), dict):  # orient="table"
        numbers = schema.get("primaryKey") or []
        return [{key: row[key] for key in row if key not in numbers} for row in data]
    if not value or not all(isinstance(inner, dict) for inner in value.values()):
        return value
    rows = list(value.values())
    if all(key.lstrip("-").isdigit() for key in value) and not any(
        key.lstrip("-").isdigit() for key in rows[0]
    ):  # orient="index"
        return rows
    return {key: list(inner.values()) for key, inner in value.items()}  # orient="columns"


def read_parquet(data: bytes, name: str) -> Table:
    """A Parquet file; needs pyarrow."""
    import pandas as pd  # takes half a second, which the start of a worker has no use for

    try:
        frame = pd.read_parquet(io.BytesIO(data))
    except ImportError as error:
        raise BadFile(
            f"{name} is a Parquet file, which needs pyarrow: `pip install pyarrow`, or save it as "
            "CSV"
        ) from error
    except (OSError, ValueError) as error:
        raise BadFile(f"{name} is not a Parquet file: {error}") from error
    return table_of([column_of(str(key), frame[key].to_numpy(), name) for key in frame], name)


def columns_of(array: NDArray[Any], name: str, prefix: str = "") -> list[Column]:
    """The columns of an array.

    Raises:
        BadFile: Its shape or its type cannot be columns of numbers.
    """
    if array.dtype.names and array.ndim == 1:
        return [column_of(prefix + key, array[key], name) for key in array.dtype.names]
    if array.ndim != 2 or array.shape[0] == 2 < 3 < array.shape[1]:
        advice = ": transpose it" if array.ndim == 2 else ""
        raise BadFile(
            f"{name} has the shape {array.shape}; (n, 2) is needed{advice}",
            value=str(array.shape),
            expected="(n, 2)",
        )
    titles = default_names(array.shape[1])
    return [column_of(prefix + title, array[:, i], name) for i, title in enumerate(titles)]


def column_of(title: str, cells: NDArray[Any] | Sequence[Any], name: str) -> Column:
    """A column of an array, or of Python's values: numbers, or text where any is text.

    Raises:
        BadFile: There are other things in it.
    """
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "iufb":
        return Column(title, np.ascontiguousarray(cells, dtype=np.float64))
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "Mm":  # times are told apart, as text
        words = cells.astype(str).astype(object)
        words[np.isnat(cells)] = None
        return Column(title, words)
    if isinstance(cells, np.ndarray) and cells.dtype.kind not in "USO":
        raise BadFile(
            f"{name} holds {cells.dtype}; real numbers are needed",
            value=str(cells.dtype),
            expected="real numbers",
        )
    is_text = any(isinstance(cell, str) for cell in cells)
    empty, kinds = (None, (str, int, float)) if is_text else (np.nan, (int, float, np.number))
    values = np.full(len(cells), empty, object if is_text else np.float64)
    for place, cell in enumerate(cells):
        if cell is None or cell != cell:
            continue
        if not isinstance(cell, kinds):
            raise BadFile(
                f"{name}, row {place + 1}, column {title!r}: {str(cell)[:80]} is not a number",
                row=place + 1,
                value=str(cell)[:80],
                expected="a number",
            )
        values[place] = str(cell) if is_text else float(cell)
    return Column(title, values)


def table_of(columns: list[Column], name: str) -> Table:
    """The columns as a table.

    Raises:
        BadFile: There are none, or they differ in length.
    """
    lengths = {len(column) for column in columns}
    if len(lengths) != 1:
        told = ", ".join(f"{column.name} {len(column)}" for column in columns) or "no columns"
        raise BadFile(f"{name} has columns of different lengths ({told}); all must be equal")
    return Table(name, tuple(columns), np.arange(1, lengths.pop() + 1))
