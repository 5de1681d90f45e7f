"""Saves nested state in one safetensors file: tensors, and the rest as JSON in its header."""

import json
import os
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

FILE_NAME = "checkpoint.safetensors"


def save(directory: Path, state: dict[str, Any], name: str = FILE_NAME) -> None:
    """Writes `state` (nested dicts of tensors, numbers, strings, lists) whole or not at all."""
    tensors: dict[str, Tensor] = {}

    def outline(value: Any, path: str) -> Any:
        if isinstance(value, Tensor):
            tensors[path] = value.detach().cpu().contiguous().clone()
            return {"tensor": path}
        if isinstance(value, dict):
            return {"dict": {key: outline(item, f"{path}/{key}") for key, item in value.items()}}
        return {"value": value}

    directory.mkdir(parents=True, exist_ok=True)
    draft = directory / f".{name}.{os.getpid()}"
    header = {"state": json.dumps(outline(state, ""), allow_nan=True)}
    save_file(tensors, draft, metadata=header)
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    draft.replace(directory / name)


def load(directory: Path, name: str = FILE_NAME) -> dict[str, Any]:
    """The state that `save` wrote, on the CPU.

    Raises:
        FileNotFoundError: The directory holds no such file.
    """
    path = directory / name
    if not path.is_file():
        raise FileNotFoundError(f"no {name} in {directory}; give the directory of a run")
    with safe_open(path, framework="pt") as file:

        def restored(node: dict[str, Any]) -> Any:
            if "tensor" in node:
                # in the file it lies at any address, and sums may depend on that
                return file.get_tensor(node["tensor"]).clone()
            if "dict" in node:
                return {key: restored(item) for key, item in node["dict"].items()}
            return node["value"]

        state = restored(json.loads(file.metadata()["state"]))
    if not isinstance(state, dict):
        raise ValueError(f"{path} was not written by EBM Lab")
    return state
