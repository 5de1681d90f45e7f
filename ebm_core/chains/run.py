"""Where chains are stepped: every loop over a sampler's steps."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.chains.interruption import asked
from ebm_core.chains.steps_in_phases import StepsInPhases
from ebm_core.contracts import EnergyNetwork, Metrics, Sampler, Step, Tuning
from ebm_core.contracts.moves import moves_told_to
from ebm_core.contracts.phases import observer


class Ends(NamedTuple):
    """Where some steps led, and how they went."""

    points: Float[Tensor, "n ..."]
    tuning: Tuning
    """To hand on to the next run."""
    acceptance: float
    """Share of proposals accepted, over all steps."""
    temperature: float

    @property
    def metrics(self) -> Metrics:
        """What a learner tells of its chains."""
        return {
            "acceptance": self.acceptance,
            "step_size": self.tuning.step_size,
            "temperature": self.temperature,
        }


def run(
    sampler: Sampler,
    energy: EnergyNetwork,
    points: Float[Tensor, "n ..."],
    steps: int,
    generator: torch.Generator,
    tuning: Tuning | None = None,
    ages: Float[Tensor, " n"] | None = None,
) -> Ends:
    """`steps` steps of chains from `points`, with the sampler adapting as it is set to.

    Args:
        tuning: That of an earlier run, to go on with.
        ages: Steps that each chain has taken, where they differ from those of `tuning`.
    """
    chains, tuning = sampler.start(energy, points, tuning)
    if ages is not None:
        chains = chains._replace(ages=ages)
    accepted = 0.0
    phases, ask = observer(), asked()
    with moves_told_to(StepsInPhases(phases, steps) if phases else None):
        for count in range(steps):
            if ask:
                ask(count, steps)
            chains, tuning, acceptance = sampler.step(energy, chains, tuning, generator)
            accepted += acceptance
    return Ends(chains.points, tuning, accepted / max(1, steps), sampler.sampled_temperature)


def trajectory(
    sampler: Sampler,
    energy: EnergyNetwork,
    points: Float[Tensor, "n ..."],
    generator: torch.Generator,
    warm_up: int | None = None,
) -> Iterator[Step]:
    """Every step of chains from `points`, without an end.

    After `warm_up` steps the adapted step size is held: from there on it is one Markov chain.
    Without it the sampler adapts throughout.
    """
    chains, tuning = sampler.start(energy, points)
    for count in itertools.count(1):
        step = sampler.step(energy, chains, tuning, generator)
        if warm_up is not None and count > warm_up:
            held = step.tuning._replace(step_size=tuning.step_size)
            step = step._replace(tuning=held)
        chains, tuning, _ = step
        yield step
