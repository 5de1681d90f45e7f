"""Arrays in configurations: one value however they are given, and files by digest beside runs."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from pydantic import ValidationError

from ebm_core import RunConfig, Training, load
from ebm_core.contracts.frozen_array import (
    ArrayFolder,
    FrozenArray,
    classes_field,
    table_field,
)
from ebm_core.datasets.points import Points
from ebm_core.runs import checkpoint, snapshots
from ebm_core.runs.config import arrays_of

torch.set_num_threads(1)
TABLE = np.random.Generator(np.random.PCG64(0)).normal(size=(1000, 2))


def training(table: np.ndarray = TABLE) -> Training:
    return Training(
        RunConfig.model_validate(
            {
                "dataset": {"kind": "points", "values": table},
                "method": {"kind": "denoising"},
                "energy": {"kind": "mlp", "hidden": [8], "fourier_features": 4},
                "updates": 4,
            }
        )
    )


def test_points_are_the_same_however_they_are_given(tmp_path: Path) -> None:
    folder = ArrayFolder(tmp_path)
    reference = folder.put(FrozenArray(TABLE)).model_dump()
    given = [TABLE, TABLE.tolist(), tuple(map(tuple, TABLE)), torch.from_numpy(TABLE), reference]
    read = [Points.model_validate({"values": values}, context=folder) for values in given]
    read.append(Points(values=pd.DataFrame(TABLE).convert_dtypes()))
    assert len(set(read)) == 1
    assert reference == {"digest": read[0].values.digest, "rows": 1000}
    assert read[0] != Points(values=FrozenArray(TABLE + 1))
    assert read[0].values != TABLE.tolist()
    with pytest.raises(ValueError, match="read-only"):
        read[0].values.array[0, 0] = 1


def test_points_are_written_as_rows_or_once_in_a_folder(tmp_path: Path) -> None:
    points = Points(values=FrozenArray(TABLE))
    assert points.model_dump(mode="json")["values"] == TABLE.tolist()
    written = [points.model_dump_json(context=ArrayFolder(tmp_path)) for _ in range(2)]
    assert len(written[0]) < 300
    (file,) = tmp_path.iterdir()
    assert file.name == f"{points.values.digest.removeprefix('sha256:')}.npy"
    assert Points.model_validate_json(written[1], context=ArrayFolder(tmp_path)) == points


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((4, 3)), r"shape \(4, 3\); \(2 to 200,000, 2\) is needed"),
        (np.zeros((200_001, 2)), r"shape \(200001, 2\)"),
        (np.array([[1, 2], [3, np.nan]]), r"row 1 is \[3.0, nan\]"),
        (np.array([["a", "b"], ["c", "d"]]), "real numbers"),
        (np.array([[1, "a"], [2, 3]], object), "it holds 'a'; real numbers"),
        (np.array([[1, None], [2, 3]], object), r"row 0 is \[1.0, nan\]"),
        (np.array([["1", "2"], ["3", "4"]], object), "it holds '1'; real numbers"),
        (np.array([[10**400, 2], [3, 4]], object), "too large"),
        ({"digest": "sha256:" + "0" * 64, "rows": 7}, "only the digest of the 7 rows is here"),
        ({"digest": "../etc/passwd", "rows": 7}, "give rows of numbers, or"),
        ({"rows": 7}, "give rows of numbers, or"),
    ],
)
def test_what_is_no_table_is_refused(values: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Points.model_validate({"values": values})


def test_points_that_are_missing_or_damaged_are_named_with_their_place(tmp_path: Path) -> None:
    reference = FrozenArray(TABLE).reference.model_dump()
    folder = ArrayFolder(tmp_path)
    with pytest.raises(ValidationError, match=rf"1,000 rows .* are not in {tmp_path}"):
        Points.model_validate({"values": reference}, context=folder)
    folder.put(FrozenArray(TABLE))
    (file,) = tmp_path.iterdir()
    for damage in (b"", file.read_bytes()[:-8] + b"damaged!"):
        file.write_bytes(damage)
        with pytest.raises(ValidationError, match="is damaged"):
            Points.model_validate({"values": reference}, context=folder)


def test_checkpoints_and_snapshots_keep_points_once_and_can_be_moved(tmp_path: Path) -> None:
    first, run = training(), tmp_path / "run"
    while not first.finished:
        first.update()
        first.save(run)
        snapshots.keep(run, first)
    assert len(list((run / "points").iterdir())) == 1
    assert sum(file.stat().st_size for file in run.rglob("*.safetensors")) < 5 * 16_000
    moved = tmp_path / "elsewhere"
    shutil.move(run, moved)
    points = torch.from_numpy(TABLE[:5])
    assert torch.equal(load(moved)(points), load(moved, step=4)(points))
    assert Training.resume(moved).config == first.config
    shutil.rmtree(moved / "points")
    with pytest.raises(ValueError, match=rf"not in {moved / 'points'}"):
        load(moved)


def test_checkpoints_that_hold_their_points_are_read_too(tmp_path: Path) -> None:
    first = training()
    first.update()
    first.save(tmp_path)
    state = checkpoint.load(tmp_path)
    state["config"] = first.config.model_dump(mode="json")
    assert arrays_of(str(tmp_path)) == arrays_of(tmp_path)
    shutil.rmtree(arrays_of(tmp_path).path)
    checkpoint.save(tmp_path, state)
    assert Training.resume(tmp_path).config == first.config


def test_a_model_says_where_a_table_and_its_classes_go() -> None:
    assert (table_field(Points), classes_field(Points)) == ("values", "labels")
    assert (table_field(RunConfig), classes_field(RunConfig)) == (None, None)
