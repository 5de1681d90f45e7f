"""Saves nested state in one safetensors file: tensors, and the rest as JSON in its header."""

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as packed
from torch import Tensor

from ebm_core.atomic_file import write_whole

FILE_NAME = "checkpoint.safetensors"


def save(
    directory: Path, state: dict[str, Any], name: str = FILE_NAME, outlives_power: bool = True
) -> None:
    """Writes `state` (nested dicts of tensors, numbers, strings, lists), as `write_whole` does."""
    tensors: dict[str, Tensor] = {}

    def outline(value: Any, path: str) -> Any:
        if isinstance(value, Tensor):
            tensors[path] = value.detach().cpu().contiguous().clone()
            return {"tensor": path}
        if isinstance(value, dict):
            return {"dict": {key: outline(item, f"{path}/{key}") for key, item in value.items()}}
        return {"value": value}

    text = json.dumps(outline(state, ""), allow_nan=True)
    header = {"state": text, "digest": digest(text, tensors)}
    write_whole(directory / name, packed(tensors, header), outlives_power)


def load(directory: Path, name: str = FILE_NAME) -> dict[str, Any]:
    """The state that `save` wrote, on the CPU.

    Raises:
        FileNotFoundError: The directory holds no such file.
        ValueError: The file is damaged, or something else than a checkpoint.
    """
    path = directory / name
    with opened(path) as (file, header):
        # in the file they lie at any address, and sums may depend on that
        tensors = {key: file.get_tensor(key).clone() for key in file.keys()}  # noqa: SIM118
    if digest(header["state"], tensors) != header["digest"]:
        raise ValueError(damaged(path, "its digest is not that of its contents"))

    def restored(node: dict[str, Any]) -> Any:
        if "tensor" in node:
            return tensors[node["tensor"]]
        if "dict" in node:
            return {key: restored(item) for key, item in node["dict"].items()}
        return node["value"]

    state: dict[str, Any] = restored(json.loads(header["state"]))
    return state


@contextmanager
def opened(path: Path) -> Iterator[tuple[Any, dict[str, str]]]:
    """A checkpoint's file, and what its header says."""
    if not path.is_file():
        raise FileNotFoundError(f"no {path.name} in {path.parent}; give the directory of a run")
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            if not {"state", "digest"} <= header.keys():
                raise ValueError(f"{path} is no checkpoint of EBM Lab; give the directory of a run")
            yield file, header
    except SafetensorError as error:
        raise ValueError(damaged(path, str(error))) from error


def processes_of(directory: Path, name: str = FILE_NAME) -> int:
    """How many processes train the run of a checkpoint; its tensors are not read.

    Raises:
        FileNotFoundError, ValueError: As of `load`.
    """
    with opened(directory / name) as (_, header):
        config = json.loads(header["state"])["dict"]["config"]["dict"]
    return int(config["processes"]["value"]) if "processes" in config else 1


def on_device(state: Any, device: torch.device) -> Any:
    """Nested state with its tensors on `device`."""
    if isinstance(state, Tensor):
        return state.to(device)
    if isinstance(state, dict):
        return {key: on_device(value, device) for key, value in state.items()}
    return state


def copied(state: Any) -> Any:
    """Nested state as a checkpoint would give it back: on the CPU, its own, without a graph."""
    if isinstance(state, Tensor):
        return state.detach().cpu().clone()
    if isinstance(state, dict):
        return {key: copied(item) for key, item in state.items()}
    return copy.copy(state)


def digest(text: str, tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of all that a file holds."""
    found = hashlib.sha256(text.encode())
    for name, tensor in sorted(tensors.items()):
        found.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        found.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def damaged(path: Path, why: str) -> str:
    """What to say of a file that cannot be trusted, and what to do."""
    return f"{path} is damaged ({why}); put a copy in its place, or start the run anew"
