"""Checkpoints: what goes in comes out, whole or not at all."""

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from ebm_core import checkpoint
from tests.core.histories import comparable


def state(step: int) -> dict[str, Any]:
    return {"step": step, "weights": {"0": torch.full((50, 2), float(step)), "none": None}}


def test_nested_state_comes_back_bit_for_bit(tmp_path: Path) -> None:
    state = {
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
    assert torch.equal(found["weights"].pop("0"), state["weights"].pop("0"))  # type: ignore[index]
    assert torch.equal(found.pop("generator"), state.pop("generator"))  # type: ignore[arg-type]
    assert found["weights"].pop("empty").shape == (0,)
    state["weights"].pop("empty")  # type: ignore[union-attr]
    assert found == state


def test_a_failed_save_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, {"step": 1})
    with pytest.raises(TypeError):
        checkpoint.save(tmp_path, {"step": object()})
    assert checkpoint.load(tmp_path) == {"step": 1}


def test_a_directory_without_a_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="give the directory of a run"):
        checkpoint.load(tmp_path)


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
    try:
        found = checkpoint.load(directory)
    except ValueError as error:
        assert str(file) in str(error)
    else:
        assert comparable(found) == comparable(state(1))


def test_another_safetensors_file_is_no_checkpoint(tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(3)}, tmp_path / checkpoint.FILE_NAME)
    with pytest.raises(ValueError, match="no checkpoint of EBM Lab"):
        checkpoint.load(tmp_path)


def test_loaded_tensors_lie_in_memory_as_fresh_ones_do(tmp_path: Path) -> None:
    """The order of a sum's terms may depend on where they start."""
    checkpoint.save(tmp_path, {str(size): torch.zeros(size) for size in range(1, 20)})
    assert {tensor.data_ptr() % 64 for tensor in checkpoint.load(tmp_path).values()} == {0}
