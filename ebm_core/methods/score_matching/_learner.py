"""What the score matching methods share: a loss on a batch, and a learner that descends it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import (
    EnergyNetwork,
    Learner,
    Method,
    Metrics,
    Picture,
    Sampler,
    Shape,
    Task,
    setting,
)
from ebm_core.methods.score_matching._far_field import Batch, far_hinge, interval
from ebm_core.optimization import Descent
from ebm_core.samplers.annealed import Annealed
from ebm_core.samplers.langevin import Langevin
from ebm_core.samplers.mala import Mala

MEMORY = 0.95
"""Share of a shown series that is left after one update."""

MOST_SHOWN = 128
"""Perturbed points in a frame."""

MOST_SAMPLES = 500
"""In one annealed run: it takes some hundred steps."""


@dataclass
class Objective:
    """A score matching loss on one batch."""

    loss: Tensor
    """What is shown; without a graph where it differs from `surrogate`."""
    energies: Float[Tensor, " n"]
    surrogate: Tensor | None = None
    """Something cheaper with the same gradient by the weights; None for the loss itself."""
    energy: EnergyNetwork | None = None
    """The energy at the noise levels of the first `far_field.COUNT` points, where it has any."""
    noise: float | Float[Tensor, " n"] = 0.0
    """Standard deviation of what was added to the data."""
    points: Float[Tensor, "m ..."] | None = None
    """Where the score is matched, where that is not at the data alone."""
    then: Callable[[], None] | None = None
    """Tells its last phase, once the weights have moved; where somebody looks closely."""
    series: Mapping[str, Tensor] = field(default_factory=dict)
    """What else to show, by name; missing values (NaN) leave the last ones."""


class ScoreMatching(Method, ABC):
    """Learns the score from the data alone: no negatives."""

    far_margin: float | None = setting(
        4.0,
        title="Far margin",
        ge=0,
        le=1000,
        live=True,
        advanced=True,
        description="Nats that energies far from all data are kept above the data's; empty leaves "
        "mass far away unseen.",
    )

    @abstractmethod
    def objective(
        self,
        energy: EnergyNetwork,
        positives: Float[Tensor, "n ..."],
        generator: torch.Generator,
        remaining: float = 1.0,
    ) -> Objective:
        """The loss on a batch of data; `remaining` falls with the learning rate, from 1."""

    @property
    @abstractmethod
    def annealing(self) -> Annealed | None:
        """The sampler that leads from noise to samples, where there is one."""

    @property
    def sample_steps(self) -> int | None:
        return None if self.annealing is None else self.annealing.length

    def display_sampler(self, shape: Shape) -> Sampler:
        if self.annealing is not None:
            return self.annealing
        if len(shape) == 1:
            return Mala()
        return Langevin(step_size=0.1 * (self.smoothing or 0.3) ** 2)

    def learner(self, task: Task) -> Learner:
        return ScoreLearner(self, task)


class AnnealedMatching(ScoreMatching, ABC):
    """Score matching whose samples come from noise by annealed Langevin."""

    level_steps: int = setting(
        20,
        title="Steps a level",
        ge=1,
        le=10_000,
        advanced=True,
        description="Of annealed Langevin, which draws the samples.",
    )
    step_size: float = setting(
        0.5,
        title="Step size",
        symbol="ε",
        gt=0,
        le=10,
        live=True,
        log=True,
        advanced=True,
        description="Of annealed Langevin: a step's noise has the variance ε σ².",
    )
    denoise: bool = setting(
        False,
        title="Denoise",
        advanced=True,
        description="Ends the way of annealed Langevin with one step to the mean of what the noise "
        "was added to (Jolicoeur-Martineau et al. 2021, https://arxiv.org/abs/2009.05475).",
    )


def some(points: Float[Tensor, "n ..."]) -> Float[Tensor, "m ..."]:
    """Up to `MOST_SHOWN` of the points, evenly from all of them."""
    return points[:: -(-len(points) // MOST_SHOWN)]


@final
class ScoreLearner(Learner):
    """One run of a score matching method."""

    def __init__(self, method: ScoreMatching, task: Task) -> None:
        self.method = method
        self.task = task
        self.descent = Descent(task.energy.parameters(), task.schedule)
        self.series: dict[str, Tensor] = {}
        self.perturbed: Tensor | None = None

    def update(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        remaining = self.task.schedule.factor
        objective = self.method.objective(
            self.task.energy, positives, self.task.generator, remaining
        )
        surrogate = objective.loss if objective.surrogate is None else objective.surrogate
        margin = self.method.far_margin
        step = self.task.schedule.step
        if margin is not None and step % (every := interval(step)) == 0:
            energy = objective.energy or self.task.energy
            batch = Batch(energy, objective.energies, objective.noise)
            hinge = far_hinge(self.task, batch, positives, margin)
            surrogate = surrogate if hinge is None else surrogate + every * hinge
        grad_norm = self.descent(surrogate)
        if objective.then:
            objective.then()
        self.perturbed = None if objective.points is None else objective.points.detach()
        for name, values in objective.series.items():
            last = self.series.get(name, values)
            last = torch.where(last.isnan(), values, last)
            self.series[name] = torch.where(values.isnan(), last, torch.lerp(values, last, MEMORY))
        return {
            "grad_norm": grad_norm,
            "loss": objective.loss.detach(),
            "energy_data": objective.energies.detach().mean(),
        }

    def reconfigure(self, method: Method) -> None:
        self.method = type(self.method).model_validate(method)

    def picture(self) -> Picture:
        points = {} if self.perturbed is None else {"perturbed": some(self.perturbed)}
        return Picture(points, dict(self.series))

    def samples(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."] | None:
        """The end of an annealed run from noise, where the method has one."""
        if self.method.annealing is None:
            return None
        starts = self.task.sample_noise(min(count, MOST_SAMPLES), generator)
        return self.method.annealing.run(self.task.sampled, starts, generator)

    def state(self) -> dict[str, Any]:
        return {
            "descent": self.descent.state(),
            "series": self.series,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        self.descent.load_state(state["descent"])
        self.series = state["series"]
