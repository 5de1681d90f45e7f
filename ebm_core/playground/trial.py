"""A sampler tried on an energy of the plane: its map, its chains' draws, and how well they mix."""

import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, field_validator
from torch import Tensor

from ebm_core.chains.diagnostics import (
    Mixing,
    autocorrelation,
    effective_sample_size,
    mixing,
    r_hat,
    steps_needed,
)
from ebm_core.chains.run import trajectory
from ebm_core.contracts import EnergyNetwork, Step, setting
from ebm_core.contracts.evaluations import Evaluations, counted_in
from ebm_core.playground.target import Shown, Target
from ebm_core.runs.display import SIZE, as_array, cell_centres, energies
from ebm_core.runs.frame import Landscape
from ebm_core.runs.problems import choices_of
from ebm_core.runs.sizes import in_model_units, power_of
from ebm_core.samplers import AnySampler
from ebm_core.samplers.mala import Mala
from ebm_core.setting import Settings

CHAIN_STEPS = 500_000
"""Most chains times steps of one trial."""
KEPT = 400
"""Most moments that are shown of all steps."""
LAGS = 300
"""Most lags of the autocorrelation."""
RELIEF = 100.0
"""Nats above the lowest energy from where the landscape is flat: there exp(-E) is nothing."""
STARTING_RELIEF = 25.0
"""Nats above the lowest energy within which chains start."""

Coordinate = Annotated[float, Field(ge=-1e30, le=1e30)]


class Trial(Settings):
    """What to try: an energy, a sampler, and how long."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    energy: Target
    """Of a run: its sampler's sizes are in the units of its data."""
    sampler: AnySampler = setting(Mala(), title="Sampler", description="What moves the chains.")
    chains: int = setting(
        64, title="Chains", ge=1, le=256, log=True, description="Independent chains, all at once."
    )
    steps: int = setting(
        1000,
        title="Steps",
        ge=20,
        le=5000,
        log=True,
        description="Of each chain; the first half warms up, the second is measured.",
    )
    start: tuple[Coordinate, Coordinate] | None = setting(
        None,
        title="Start",
        description="Where all chains start; empty spreads them over the map, off its peaks.",
    )
    seed: int = setting(
        0, title="Seed", ge=0, le=2**53 - 1, description="The same seed gives the same chains."
    )

    @field_validator("steps")
    @classmethod
    def affordable(cls, steps: int, info: Any) -> int:
        """Chains times steps are within what one trial may take."""
        chains = info.data.get("chains", 1)
        if steps * chains > CHAIN_STEPS:
            raise ValueError(
                f"{chains} chains of {steps} steps are more than {CHAIN_STEPS} steps in all; take "
                f"{CHAIN_STEPS // chains} steps or fewer"
            )
        return steps

    @classmethod
    def asked(cls, given: dict[str, Any], directory: Path | None) -> Self:
        """The trial that is asked for: on a run's energy, with sizes in the units of its data.

        Args:
            directory: That of the run.

        Raises:
            ValidationError: A field is out of its bounds.
            FileNotFoundError, NoSnapshot, ValueError: As in `Target.shown`.
        """
        if directory is None or "sampler" not in given:
            return cls.model_validate(given)
        units = Target.model_validate(given.get("energy")).shown(directory).units
        samplers = choices_of(cls.model_fields["sampler"])
        inside, _ = in_model_units(given["sampler"], samplers, units.scale, "sampler")
        return cls.model_validate({**given, "sampler": inside})

    @property
    def warm_up(self) -> int:
        """Steps after which the step size is held and the chains are measured."""
        return self.steps // 2


def form() -> dict[str, Any]:
    """The JSON schema of a trial's own fields, with what its sampler is at first."""
    properties = Trial.model_json_schema()["properties"]
    properties["sampler"] = {"default": properties["sampler"]["default"]}
    del properties["energy"]
    return {"type": "object", "properties": properties}


@dataclass(frozen=True)
class Outcome:
    """What a trial gives. Figures are of the steps after `warm_up`, the worse of x and y."""

    landscape: Landscape
    """Flat from `RELIEF` nats above its lowest point."""
    draws: NDArray[np.floating]
    """(kept, chains, 2): the start, then each `thinning`-th step."""
    thinning: int
    warm_up: int
    acceptance: float
    step_size: float
    temperature: float
    ess: float | None
    """Effective number of draws, of all chains together; None, as the next three, where chains
    follow a schedule to its end."""
    r_hat: float | None
    mixing: Mixing | None
    """Of the coordinate with the larger R-hat."""
    steps_needed: float | None
    """About how many times as many steps slow chains would need."""
    autocorrelation: NDArray[np.float32]
    """(2, lags): of x and of y, at lags of whole steps, the mean over the chains."""
    seconds: float
    gradient_evaluations: int
    """Points whose gradient was taken."""


def relief(shown: Shown) -> Landscape:
    """The energy on the map, cut off where it is too high to matter."""
    cells = shown.units.to_model(cell_centres(shown.window, SIZE))
    grid = energies(shown.network, cells).view(SIZE, SIZE)
    lowest = grid[grid.isfinite()].min()
    values = as_array(grid.nan_to_num(nan=torch.inf).clamp(max=lowest + RELIEF))
    return Landscape(values, shown.window)


def scattered(
    landscape: Landscape, count: int, generator: torch.Generator
) -> Float[Tensor, "count 2"]:
    """Points uniform over the map where the energy is not far above its lowest value.

    From the highest slopes a step of plain Langevin dynamics would leave all bounds.
    """
    values = torch.from_numpy(landscape.values).flatten()
    low = (values <= values.min() + STARTING_RELIEF).nonzero().squeeze(1)
    cells = low[torch.randint(len(low), (count,), generator=generator)]
    inside = torch.rand(count, 2, generator=generator) - 0.5
    width = torch.tensor([high - low for low, high in landscape.window]) / SIZE
    return cell_centres(landscape.window, SIZE)[cells] + inside * width


def starts_of(
    trial: Trial, landscape: Landscape, generator: torch.Generator
) -> Float[Tensor, "chains 2"]:
    """Where its chains start, in the units of the map."""
    if trial.start is None:
        return scattered(landscape, trial.chains, generator)
    return torch.tensor([trial.start], dtype=torch.float64).repeat(trial.chains, 1)


def outcome(trial: Trial, directory: Path | None = None, limit: float = torch.inf) -> Outcome:
    """Runs the chains, and says how well they mixed.

    Args:
        directory: That of the run, where the energy is one that was learned.
        limit: Seconds it may take.

    Raises:
        FileNotFoundError, NoSnapshot, ValueError: As in `Target.shown`.
        ValueError: The chains leave all bounds.
        TimeoutError: It takes too long.
    """
    generator = torch.Generator().manual_seed(trial.seed)
    shown = trial.energy.shown(directory)
    landscape = relief(shown)
    starts = starts_of(trial, landscape, generator)
    begin = time.perf_counter()
    inside = shown.units.to_model(starts)
    unit = shown.units.scale ** power_of(type(trial.sampler).model_fields.get("step_size"))
    evaluations = Evaluations()
    with counted_in(evaluations):
        steps = chain_steps(trial, shown.network, inside, generator, limit, unit)
    seconds = time.perf_counter() - begin
    measured = steps[trial.warm_up :]
    path = shown.units.from_model(torch.stack([inside, *(step.chains.points for step in steps)]))
    coordinates = path[trial.warm_up + 1 :].permute(2, 1, 0)
    judged, worse = trial.sampler.stationary, max(coordinates, key=r_hat)
    thinning = -(-trial.steps // (KEPT - 1))
    lags = min(LAGS, coordinates.shape[2] // 2)
    curves = [autocorrelation(draws).mean(0)[:lags] for draws in coordinates]
    return Outcome(
        landscape,
        as_array(path[::thinning]),
        thinning,
        trial.warm_up,
        sum(step.acceptance for step in measured) / len(measured),
        steps[-1].tuning.step_size * unit,
        trial.sampler.sampled_temperature,
        min(effective_sample_size(draws) for draws in coordinates) if judged else None,
        r_hat(worse) if judged else None,
        mixing(worse) if judged else None,
        steps_needed(worse) if judged else None,
        as_array(torch.stack(curves).float()),
        seconds,
        evaluations.gradients,
    )


def chain_steps(
    trial: Trial,
    network: EnergyNetwork,
    starts: Float[Tensor, "chains 2"],
    generator: torch.Generator,
    limit: float,
    unit: float,
) -> list[Step]:
    """All steps of the chains from `starts`; errors as in `outcome`.

    Args:
        unit: What a step size of 1 in the model's units is in the data's.
    """
    found: list[Step] = []
    begin = time.perf_counter()
    steps = trajectory(trial.sampler, network, starts, generator, trial.warm_up)
    for step in islice(steps, trial.steps):
        found.append(step)
        if time.perf_counter() - begin > limit:
            raise TimeoutError(
                f"step {len(found)} of {trial.steps} was reached in {limit:g} s; take fewer steps, "
                "fewer chains or a sampler with fewer gradients a step"
            )
    for count, step in enumerate(found, 1):
        if not step.chains.points.isfinite().all():
            raise ValueError(
                f"the chains leave all bounds at step {count}; take a smaller step size than "
                f"{step.tuning.nominal_step_size * unit:g}, or a sampler with a Metropolis test"
            )
    return found
