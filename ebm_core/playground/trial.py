"""A sampler tried on an energy of the plane: its map, its chains' draws, and how well they mix."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator
from torch import Tensor

from ebm_core.chains.diagnostics import autocorrelation, effective_sample_size, r_hat
from ebm_core.chains.sampling import held_step
from ebm_core.contracts import EnergyNetwork, setting
from ebm_core.playground.target import Counting, Target
from ebm_core.runs.display import SIZE, as_array, cell_centres, energies
from ebm_core.runs.frame import Landscape
from ebm_core.samplers import AnySampler

CHAIN_STEPS = 500_000
"""Most chains times steps of one sampling."""
KEPT = 400
"""Most moments that are shown of all steps."""
LAGS = 300
"""Most lags of the autocorrelation."""
RELIEF = 100.0
"""Nats above the lowest energy from where the landscape is flat: there exp(-E) is nothing."""
STARTING_RELIEF = 25.0
"""Nats above the lowest energy within which chains start."""

Coordinate = Annotated[float, Field(ge=-1e6, le=1e6)]


class Sampling(BaseModel):
    """What to try: an energy, a sampler, and how long."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    energy: Target
    sampler: AnySampler
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
        """Chains times steps are within what one sampling may take."""
        chains = info.data.get("chains", 1)
        if steps * chains > CHAIN_STEPS:
            raise ValueError(
                f"{chains} chains of {steps} steps are more than {CHAIN_STEPS} steps in all; take "
                f"{CHAIN_STEPS // chains} steps or fewer"
            )
        return steps


@dataclass(frozen=True)
class Drawn:
    """What a sampling gives. Figures are of the steps after `warm_up`, the worse of x and y."""

    landscape: Landscape
    """Around `center`; flat from `RELIEF` nats above its lowest point."""
    center: tuple[float, float]
    draws: NDArray[np.float32]
    """(kept, chains, 2): the start, then each `thinning`-th step."""
    thinning: int
    warm_up: int
    acceptance: float
    step_size: float
    temperature: float
    ess: float
    """Effective number of draws, of all chains together."""
    r_hat: float
    autocorrelation: NDArray[np.float32]
    """(2, lags): of x and of y, at lags of whole steps, the mean over the chains."""
    seconds: float
    gradient_evaluations: int | None
    """Points whose gradient was taken; None where the energy does not tell."""


def relief(energy: EnergyNetwork, center: tuple[float, float], extent: float) -> Landscape:
    """The energy on the map, cut off where it is too high to matter."""
    cells = cell_centres(extent, SIZE) + torch.tensor(center, dtype=torch.float32)
    grid = energies(energy, cells).view(SIZE, SIZE)
    lowest = grid[grid.isfinite()].min()
    return Landscape(as_array(grid.nan_to_num(nan=torch.inf).clamp(max=lowest + RELIEF)), extent)


def scattered(
    landscape: Landscape, center: tuple[float, float], count: int, generator: torch.Generator
) -> Float[Tensor, "count 2"]:
    """Points uniform over the map where the energy is not far above its lowest value.

    From the highest slopes a step of plain Langevin dynamics would leave all bounds.
    """
    values = torch.from_numpy(landscape.values).flatten()
    low = (values <= values.min() + STARTING_RELIEF).nonzero().squeeze(1)
    cells = low[torch.randint(len(low), (count,), generator=generator)]
    inside = torch.rand(count, 2, generator=generator) - 0.5
    middle = torch.tensor(center, dtype=torch.float32)
    width = 2 * landscape.extent / SIZE
    return cell_centres(landscape.extent, SIZE)[cells] + middle + inside * width


def draw(sampling: Sampling, directory: Path | None = None, limit: float = torch.inf) -> Drawn:
    """Runs the chains and judges them.

    Args:
        directory: That of the run, where the energy is one that was learned.
        limit: Seconds it may take.

    Raises:
        FileNotFoundError, NoSnapshot, ValueError: As in `Target.energy`.
        ValueError: The chains leave all bounds.
        TimeoutError: It takes too long.
    """
    generator = torch.Generator().manual_seed(sampling.seed)
    energy, (center, extent) = sampling.energy.energy(directory)
    landscape = relief(energy, center, extent)
    if sampling.start is not None:
        points = torch.tensor([sampling.start]).repeat(sampling.chains, 1)
    else:
        points = scattered(landscape, center, sampling.chains, generator)
    return walk(sampling, energy, points, generator, landscape, center, limit)


def walk(
    sampling: Sampling,
    energy: EnergyNetwork,
    points: Float[Tensor, "n 2"],
    generator: torch.Generator,
    landscape: Landscape,
    center: tuple[float, float],
    limit: float,
) -> Drawn:
    """The chains from `points`, and their figures; errors as in `draw`."""
    sampler, steps = sampling.sampler, sampling.steps
    path = torch.empty(steps + 1, len(points), 2)
    path[0] = points
    accepted = 0.0
    warm_up = steps // 2
    begin = time.perf_counter()
    chains = sampler.start(energy, points)
    held = chains.step_size
    for step in range(1, steps + 1):
        if step <= warm_up:
            chains = sampler.step(energy, chains, generator)
            held = chains.step_size
        else:
            chains = held_step(sampler, energy, chains, generator, held)
        path[step] = chains.points
        accepted += chains.acceptance if step > warm_up else 0.0
        if time.perf_counter() - begin > limit:
            raise TimeoutError(
                f"step {step} of {steps} was reached in {limit:g} s; take fewer steps, fewer "
                "chains or a sampler with fewer gradients a step"
            )
    seconds = time.perf_counter() - begin
    gone = (~path.isfinite().all(2).all(1)).nonzero()
    if len(gone):
        raise ValueError(
            f"the chains leave all bounds at step {int(gone[0])}; take a smaller step size than "
            f"{chains.nominal_step_size:g}, or a sampler with a Metropolis test"
        )
    coordinates = path[warm_up + 1 :].permute(2, 1, 0)
    thinning = -(-steps // (KEPT - 1))
    lags = min(LAGS, coordinates.shape[2] // 2)
    curves = [autocorrelation(draws).mean(0)[:lags] for draws in coordinates]
    return Drawn(
        landscape,
        center,
        as_array(path[::thinning]),
        thinning,
        warm_up,
        accepted / (steps - warm_up),
        chains.step_size,
        sampler.sampled_temperature,
        min(effective_sample_size(draws) for draws in coordinates),
        max(r_hat(draws) for draws in coordinates),
        as_array(torch.stack(curves)),
        seconds,
        energy.gradients if isinstance(energy, Counting) else None,
    )
