"""One update of a run in slow motion: its phases, in the data's units."""

import copy
from dataclasses import dataclass, field

from torch import Tensor

from ebm_core.contracts import EnergyNetwork
from ebm_core.contracts.dataset import Window
from ebm_core.contracts.phases import Phases, energies_at, first, from_to
from ebm_core.runs.display import as_array, cell_centres
from ebm_core.runs.frame import Landscape
from ebm_core.runs.shown_phase import ShownPhase
from ebm_core.runs.training import Training

SIZE = 64
"""Cells along a side of the map of what the landscape did."""


@dataclass(frozen=True)
class SlowUpdate:
    """One update that was made, and what it did.

    Energies are those of the weights that are trained; frames show their moving average.
    """

    step: int
    """Updates made, with this one."""
    phases: list[ShownPhase] = field(default_factory=list)
    window: Window | None = None
    """What a map of the plane shows; None for images."""
    change: Landscape | None = None
    """E after the update less E before it, on a map of the plane."""


def slow_update(training: Training) -> SlowUpdate:
    """Makes one update, and tells its phases. It is the same to the bit as one by `update`.

    A method that tells nothing is shown by the batch, and by what the landscape did there.

    Raises:
        ValueError, TrainingDiverged: As in `Training.update`.
    """
    dataset, method = training.dataset, training.config.method
    planar = len(dataset.shape) == 1
    phases = Phases(dataset.units.scale if planar else 1.0)
    before = copy.deepcopy(training.energy)
    training.update(phases)
    if not phases.found:
        _untold(phases, before, training.energy)
    change = None
    if planar:
        cells = dataset.to_model(cell_centres(dataset.window, SIZE)).to(training.device)
        grids = [energies_at(method.shown(net), cells) for net in (before, training.energy)]
        change = Landscape(as_array((grids[1] - grids[0]).view(SIZE, SIZE)), dataset.window)
    place = dataset.from_model if planar else Tensor.float
    shown = [ShownPhase.of(phase, place) for phase in phases.found]
    return SlowUpdate(training.step, shown, dataset.window if planar else None, change)


def _untold(phases: Phases, before: EnergyNetwork, after: EnergyNetwork) -> None:
    """The phases of a method that tells none itself."""
    batch = first(phases.batch)
    phases.take(phases.batch, "")
    at_first, at_last = energies_at(before, batch), energies_at(after, batch)
    phases.add(
        "Update the energy",
        "",
        "This method tells nothing of its ways; the mean energy of the data shown goes "
        f"{from_to(at_first.mean(), at_last.mean())}.",
        {"data": batch},
        {},
        {"data": {"before": at_first, "after": at_last}},
    )
