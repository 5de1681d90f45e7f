"""What a run's checkpoint holds: all that its next update depends on."""

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ebm_core.runs.best_moment import BestMoment
from ebm_core.runs.config import Change, arrays_of, plugins_changed

if TYPE_CHECKING:
    from ebm_core.runs.training import Training


def state_of(run: "Training", directory: Path) -> dict[str, Any]:
    """The state of a run; its data's own points are kept in the directory, once."""
    return {
        "config": run.config.model_dump(mode="json", context=arrays_of(directory)),
        "events": [change.model_dump(mode="json") for change in run.events],
        "replayed": [change.model_dump(mode="json") for change in run.replayed],
        "measures_speed": run.measures_speed,
        "calibrated": run.calibrated,
        "seconds": run.seconds,
        "step": run.step,
        "horizon": run.horizon,
        "metrics": run.metrics,
        "energy": run.energy.state_dict(),
        "average": run.config.method.shown(run.average.network).state_dict(),
        "best": vars(run.best),
        "kept": run.kept is not None,
        "learner": run.learner.state(),
        "data_generator": run.data_generator.get_state(),
        "generator": run.generator.get_state(),
    }


def restore(run: "Training", state: dict[str, Any]) -> None:
    """Brings a new run of the same config to a state."""
    run.events = [Change.model_validate(change) for change in state["events"]]
    run.events += plugins_changed(state["step"], state["config"], run.config)
    run.replayed = [Change.model_validate(change) for change in state["replayed"]]
    run.measures_speed = state["measures_speed"]
    run.calibrated = state["calibrated"]
    run.seconds = state["seconds"]
    run.schedule.step = state["step"]
    run.schedule.horizon = state["horizon"]
    run.metrics = state["metrics"]
    run.energy.load_state_dict(state["energy"])
    average = run.config.method.shown(run.average.network)
    average.load_state_dict(state["average"])
    if "best" in state:  # earlier checkpoints have none
        run.best = BestMoment(**state["best"])
        if state["kept"]:
            run.kept = copy.deepcopy(average)
            run.kept.load_state_dict(run.best.weights)
    run.learner.load_state(on_device(state["learner"], run.device))
    run.data_generator.set_state(state["data_generator"])
    run.generator.set_state(state["generator"])


def on_device(state: Any, device: torch.device) -> Any:
    """Nested state with its tensors on `device`."""
    if isinstance(state, Tensor):
        return state.to(device)
    if isinstance(state, dict):
        return {key: on_device(value, device) for key, value in state.items()}
    return state
