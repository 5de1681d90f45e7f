"""One step of a trial's chains in slow motion: proposal, drift, noise and acceptance apart."""

from itertools import islice
from pathlib import Path

import torch

from ebm_core.chains.run import trajectory
from ebm_core.chains.steps_in_phases import StepsInPhases
from ebm_core.contracts.dataset import Window
from ebm_core.contracts.moves import moves_told_to
from ebm_core.contracts.phases import Phases
from ebm_core.playground.trial import Trial, relief, starts_of
from ebm_core.runs.shown_phase import ShownPhase


def slow_step(
    trial: Trial, step: int, directory: Path | None = None
) -> tuple[list[ShownPhase], Window]:
    """The phases of the step from `step` to the next of the first chains, and the map's window.

    The chains are made again from the seed, so they are those of the trial's outcome.

    Raises:
        FileNotFoundError, NoSnapshot, ValueError: As in `Target.shown`.
        ValueError: The trial has no such step.
    """
    if not 0 <= step < trial.steps:
        raise ValueError(
            f"step {step} is not one of this trial; take one from 0 to {trial.steps - 1}"
        )
    generator = torch.Generator().manual_seed(trial.seed)
    shown = trial.energy.shown(directory)
    inside = shown.units.to_model(starts_of(trial, relief(shown), generator))
    steps = trajectory(trial.sampler, shown.network, inside, generator, trial.warm_up)
    for _ in islice(steps, step):
        pass
    phases = Phases(shown.units.scale)
    with moves_told_to(StepsInPhases(phases, trial.steps, made=step, apart=trial.steps)):
        next(steps)
    return [ShownPhase.of(phase, shown.units.from_model) for phase in phases.found], shown.window
