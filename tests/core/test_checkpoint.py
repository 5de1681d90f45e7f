"""Checkpoints: what goes in comes out, whole or not at all."""

import re
from pathlib import Path
from random import Random
from signal import SIGKILL, SIGXFSZ
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from ebm_core.checks.histories import comparable
from ebm_core.runs import checkpoint
from tests.core.mortal import life, save_until_byte, save_until_line


def state(step: int) -> dict[str, Any]:
    return {"step": step, "weights": {"0": torch.full((50, 2), float(step)), "none": None}}


def files(directory: Path) -> list[str]:
    return [file.name for file in directory.iterdir()]


def test_nested_state_comes_back_bit_for_bit(tmp_path: Path) -> None:
    state: dict[str, Any] = {
        "weights": {"0": torch.randn(3, 4), "empty": torch.zeros(0)},
        "generator": torch.Generator().manual_seed(3).get_state(),
        "step": 7,
        "rate": 0.1 + 0.2,
        "nothing": None,
        "list": [1, "two", 3.5],
        "no": {},
    }
    checkpoint.save(tmp_path, state)
    found = checkpoint.load(tmp_path)
    assert torch.equal(found["weights"].pop("0"), state["weights"].pop("0"))
    assert torch.equal(found.pop("generator"), state.pop("generator"))
    assert found["weights"].pop("empty").shape == (0,)
    state["weights"].pop("empty")
    assert found == state


def test_a_directory_without_a_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="give the directory of a run"):
        checkpoint.load(tmp_path)


def test_a_save_killed_at_any_line_leaves_a_whole_checkpoint(tmp_path: Path) -> None:
    found: list[Any] = []
    code: int | None = -SIGKILL
    while code:
        checkpoint.save(tmp_path, state(1))
        with life(save_until_line, tmp_path, state(2), len(found) + 1) as mortal:
            code = mortal.end()
        assert code in (-SIGKILL, 0)
        found.append(comparable(checkpoint.load(tmp_path)))
    old, new = comparable(state(1)), comparable(state(2))
    assert found == [old] * found.count(old) + [new] * found.count(new)
    assert min(found.count(old), found.count(new)) > 1
    assert files(tmp_path) == [checkpoint.FILE_NAME]


def test_a_save_killed_at_any_byte_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, state(1))
    size = (tmp_path / checkpoint.FILE_NAME).stat().st_size
    for byte in [0, *Random(0).sample(range(size), 6), size - 1]:
        with life(save_until_byte, tmp_path, state(2), byte) as mortal:
            assert mortal.end() == -SIGXFSZ, byte
        assert comparable(checkpoint.load(tmp_path)) == comparable(state(1)), byte
    assert len(files(tmp_path)) > 1
    checkpoint.save(tmp_path, state(3))
    assert files(tmp_path) == [checkpoint.FILE_NAME]


def test_a_failed_save_leaves_the_old_checkpoint_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError("no space left on device")

    checkpoint.save(tmp_path, state(1))
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        checkpoint.save(tmp_path, state(2))
    assert checkpoint.load(tmp_path)["step"] == 1
    assert files(tmp_path) == [checkpoint.FILE_NAME]


@settings(max_examples=50)
@given(st.data())
def test_a_damaged_checkpoint_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Cut short, or with any byte changed (a blank in its header may change without harm)."""
    directory = tmp_path_factory.mktemp("damaged")
    checkpoint.save(directory, state(1))
    file = directory / checkpoint.FILE_NAME
    whole = file.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    file.write_bytes(whole[:place])
    with pytest.raises(ValueError, match=r"is damaged .* put a copy in its place"):
        checkpoint.load(directory)
    byte = data.draw(st.binary(min_size=1, max_size=1))
    file.write_bytes(whole[:place] + byte + whole[place + 1 :])
    if file.read_bytes() == whole:
        assert comparable(checkpoint.load(directory)) == comparable(state(1))
    else:
        with pytest.raises(ValueError, match=re.escape(str(file))):
            checkpoint.load(directory)


def test_another_safetensors_file_is_no_checkpoint(tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(3)}, tmp_path / checkpoint.FILE_NAME)
    with pytest.raises(ValueError, match="no checkpoint of EBM Lab"):
        checkpoint.load(tmp_path)


def test_loaded_tensors_lie_in_memory_as_fresh_ones_do(tmp_path: Path) -> None:
    """The order of a sum's terms may depend on where they start."""
    checkpoint.save(tmp_path, {str(size): torch.zeros(size) for size in range(1, 20)})
    assert {tensor.data_ptr() % 64 for tensor in checkpoint.load(tmp_path).values()} == {0}
