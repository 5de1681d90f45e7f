"""Chains that a learner walks at each update, with the sampler's tuning handed on."""

import dataclasses
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Chains, EnergyNetwork, Metrics, Sampler


class Walker:
    """Walks a sampler's chains and keeps its tuning from one walk to the next.

    Args:
        lasting: Whether walks go on with the same chains, and a sampler's schedule with them; else
            each walk's chains are new, and start it afresh.
    """

    def __init__(self, lasting: bool = False) -> None:
        self.lasting = lasting
        self.tuning: Chains | None = None

    def walk(
        self,
        sampler: Sampler,
        energy: EnergyNetwork,
        starts: Float[Tensor, "n ..."],
        steps: int,
        generator: torch.Generator,
    ) -> tuple[Float[Tensor, "n ..."], Metrics]:
        """Where `steps` steps lead, and how they went."""
        chains = sampler.start(energy, starts, self.tuning)
        accepted = 0.0
        for _ in range(steps):
            chains = sampler.step(energy, chains, generator)
            accepted += chains.acceptance
        self.tuning = chains if self.lasting else dataclasses.replace(chains, steps=0)
        return chains.points, {
            "acceptance": accepted / steps,
            "step_size": chains.step_size,
            "temperature": sampler.sampled_temperature,
        }

    def state(self) -> list[Any] | None:
        """The step size as it was configured, what it has become, and the steps taken."""
        tuning = self.tuning
        if tuning is None:
            return None
        return [tuning.nominal_step_size, tuning.step_size, tuning.steps]

    def load_state(self, state: Any) -> None:
        """The inverse of `state`."""
        if state is not None:
            none = torch.empty(0)
            self.tuning = Chains(none, none, none, *state)


def some_of(
    points: Float[Tensor, "n ..."], count: int, generator: torch.Generator
) -> Float[Tensor, "m ..."]:
    """At most `count` of the points, in a random order and without repetition."""
    order = torch.randperm(len(points), generator=generator, device=points.device)
    return points[order[:count]]
