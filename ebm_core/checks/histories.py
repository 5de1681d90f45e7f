"""Short runs of any method whose live fields change at random, and all that such a run holds."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from torch import Tensor

from ebm_core.runs import checkpoint
from ebm_core.runs.changes import Change
from ebm_core.runs.config import RunConfig
from ebm_core.runs.training import Training


def described(kind: str, dataset: str, updates: int) -> RunConfig:
    """What pressing play gives, but short and of small batches."""
    return RunConfig.model_validate(
        {
            "dataset": {"kind": dataset},
            "method": {"kind": kind},
            "optimization": {"batch_size": 32},
            "updates": updates,
        }
    )


def live_fields(config: BaseModel, path: str = "") -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Path, schema and value of each field that may change while a run goes on."""
    schemas = type(config).model_json_schema()["properties"]
    for name in type(config).model_fields:
        value = getattr(config, name)
        if isinstance(value, BaseModel):
            yield from live_fields(value, f"{path}{name}.")
        elif schemas[name].get("live") and name != "seconds":  # a run has one length
            yield path + name, schemas[name], value


def drawn(schema: dict[str, Any], value: Any, chance: random.Random) -> Any:
    """Another value of a field: within its bounds, and near enough for training to bear it."""
    if "anyOf" in schema:
        schema = next(way for way in schema["anyOf"] if way["type"] != "null")
    if "enum" in schema:
        return chance.choice([other for other in schema["enum"] if other != value])
    if schema["type"] == "boolean":
        return not value
    if schema["type"] not in ("number", "integer"):
        raise ValueError(f"no value can be drawn for {schema}; teach `drawn` its type")
    scaled = (value or schema.get("default") or 0.1) * 2 ** chance.uniform(-0.5, 1)
    scaled = max(scaled, schema.get("minimum", scaled))
    scaled = min(scaled, schema.get("maximum", scaled), 0.99 * schema.get("exclusiveMaximum", 1e99))
    return round(scaled) if schema["type"] == "integer" else scaled


def lived(config: RunConfig, chance: random.Random) -> Training:
    """A run to its end in which every live field has changed once, at any update."""
    updates = config.updates or 0
    training = Training(config)
    changes = {
        path: (chance.randrange(updates), drawn(schema, value, chance))
        for path, schema, value in live_fields(config)
    }
    # some changes lie in the second half, whatever the method
    changes["updates"] = (
        updates // 2 + 1,
        chance.randint(updates - 2, updates + 4),
    )
    while not training.finished:
        for path, (step, value) in changes.items():
            if step == training.step:
                training.change(path, value)
        if not training.finished:
            training.update()
    return training


def recorded(training: Training) -> list[Change]:
    """A run's changes after a trip through JSON."""
    return [Change.model_validate_json(change.model_dump_json()) for change in training.events]


def held(training: Training, directory: Path) -> Any:
    """All that a run holds, bit for bit and comparable: everything in its checkpoint but time."""
    training.save(directory)
    state = checkpoint.load(directory)
    del state["seconds"]
    return comparable(state)


def comparable(state: Any) -> Any:
    """Nested state with its bits instead of its numbers, for NaN is not equal to itself."""
    if isinstance(state, Tensor):
        return state.dtype, tuple(state.shape), state.numpy().tobytes()
    if isinstance(state, dict):
        return {key: comparable(value) for key, value in state.items()}
    return state.hex() if isinstance(state, float) else state
