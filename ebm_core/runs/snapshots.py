"""Snapshots: the weights that a run showed at some of its past moments, a small file each."""

from collections.abc import Collection
from pathlib import Path

from ebm_core.contracts import Tuning
from ebm_core.runs import checkpoint
from ebm_core.runs.at_hand import on_device_at_hand
from ebm_core.runs.config import arrays_of, saved, written
from ebm_core.runs.training import Training

FOLDER = "snapshots"
SUFFIX = ".safetensors"
MOST = 64
"""Snapshots that are kept of a run, at most."""
BYTES = 64 * 2**20
"""What they take together, at most, where that is more than two of them."""


class NoSnapshot(ValueError):
    """There is none of the update `step`; `steps` are those that there are."""

    def __init__(self, directory: Path, step: int, steps: list[int]) -> None:
        known = f"choose one of {', '.join(map(str, steps))}" if steps else "it keeps none at all"
        super().__init__(f"{directory} keeps no snapshot of update {step}; {known}")
        self.step, self.steps = step, steps


def keep(directory: Path, training: Training, spared: Collection[int] = ()) -> None:
    """Writes the energy that is shown now; the most crowded of the older ones makes room, but none
    of the updates that are `spared`.

    What stays is dense early and thin late: the first, the newest, and between them steps whose
    ratios are about even.
    """
    state = {
        "config": written(training.config, directory),
        "average": training.network.state_dict(),
        "tuning": training.learner.tuning,
    }
    name = file_name(training.step)
    # training does not wait for the disk: a power cut may cost a snapshot, which `read` notices
    checkpoint.save(directory / FOLDER, state, name, outlives_power=False)
    room = BYTES // (directory / FOLDER / name).stat().st_size
    kept = steps(directory)
    while len(kept) > max(2, min(MOST, room)):
        inner = [i for i in range(1, len(kept) - 1) if kept[i] not in spared]
        if not inner:
            return
        crowded = min(inner, key=lambda i: (kept[i + 1] + 1) / (kept[i - 1] + 1))
        (directory / FOLDER / file_name(kept.pop(crowded))).unlink()


def steps(directory: Path | str) -> list[int]:
    """The updates that a run's directory has snapshots of, in order."""
    return sorted(int(path.stem) for path in (Path(directory) / FOLDER).glob(f"[0-9]*{SUFFIX}"))


def written_at(directory: Path, step: int) -> int:
    """When a snapshot was written, in nanoseconds.

    Raises:
        NoSnapshot: There is none of this update, or a run that goes on has just thinned it out.
    """
    try:
        return (directory / FOLDER / file_name(step)).stat().st_mtime_ns
    except FileNotFoundError:
        raise NoSnapshot(directory, step, steps(directory)) from None


def read(directory: Path, step: int) -> Training:
    """A run with the energy of a past moment, without a learner's state but its tuning.

    It is on the config's device, or with a warning on the CPU where that is not there.

    Raises:
        PlugInMissing: It uses a plug-in from outside that is not loaded.
        NoSnapshot: There is none of this update, or a run that goes on has just thinned it out.
    """
    try:
        state = checkpoint.load(directory / FOLDER, file_name(step))
    except FileNotFoundError:
        raise NoSnapshot(directory, step, steps(directory)) from None
    config, plugin_changes = saved(state["config"], arrays_of(directory))
    training = Training(on_device_at_hand(config))
    training.plugin_changes = plugin_changes
    training.network.load_state_dict(state["average"])
    if tuning := state.get("tuning"):  # earlier snapshots have none
        training.learner.tuning = Tuning(*tuning)
    return training


def forget_after(directory: Path, step: int) -> None:
    """Removes the snapshots of later updates, which a return to `step` undoes."""
    for later in steps(directory):
        if later > step:
            (directory / FOLDER / file_name(later)).unlink()


def file_name(step: int) -> str:
    """That of a snapshot, within `FOLDER`."""
    return f"{step:09}{SUFFIX}"
