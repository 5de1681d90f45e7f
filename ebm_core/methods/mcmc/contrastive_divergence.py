"""Contrastive divergence: chains of k steps from the data."""

from typing import Any, ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.contracts import (
    Family,
    Learner,
    Method,
    Metrics,
    Picture,
    Recipe,
    Sampler,
    Shape,
    Task,
    Tuning,
    Unconditional,
    setting,
)
from ebm_core.contracts.phases import observer
from ebm_core.methods._chain_phases import tell_data, tell_starts
from ebm_core.methods._image_recipes import IMAGE_ENERGY, IMAGE_SAMPLER
from ebm_core.methods._likelihood import ENERGY_PENALTY, LikelihoodAscent
from ebm_core.methods._likelihood_phases import Sides
from ebm_core.randomness.noise import DATA_NOISE, blurred
from ebm_core.randomness.subset import some_of
from ebm_core.samplers import AnySampler
from ebm_core.samplers.random_walk import RandomWalk


@final
class ContrastiveDivergence(Unconditional):
    """CD-k: negatives are the data after k steps of the sampler.

    The energy learns where the chains drift away from the data. k steps see only what is near, so
    mass far away can stay unseen.

    Source:
        Hinton (2002), section 2, https://doi.org/10.1162/089976602760128018
    """

    rank: ClassVar[int] = 10
    title: ClassVar[str] = "Contrastive divergence"
    summary: ClassVar[str] = "Negatives from a few sampler steps away from the data (CD-k)."
    family: ClassVar[Family] = "mcmc"
    equation: ClassVar[str] = (
        r"\nabla L = \mathbb{E}_{x \sim \text{data}} \nabla E(x) - \nabla E(K^k x)"
    )
    source: ClassVar[str] = "Hinton 2002, https://doi.org/10.1162/089976602760128018"

    kind: Literal["contrastive_divergence"] = "contrastive_divergence"
    sampler: AnySampler = setting(
        RandomWalk(), title="Sampler", description="What moves the chains."
    )
    chain_steps: int = setting(
        8,
        title="Chain steps",
        symbol="k",
        ge=1,
        le=500,
        live=True,
        description="Sampler steps from the data to the negatives.",
    )
    energy_penalty: float = ENERGY_PENALTY
    data_noise: float = DATA_NOISE

    @classmethod
    def recipe(cls, shape: Shape) -> Recipe:
        if len(shape) == 1:
            return {"optimization": {"learning_rate": 5e-3}}
        return {
            "method": {
                "sampler": IMAGE_SAMPLER,
                "chain_steps": 20,
                "energy_penalty": 0.01,
                "data_noise": 0.03,
            },
            "energy": IMAGE_ENERGY,
            "optimization": {"learning_rate": 2e-3, "averaging": 0.998, "gradient_clip": 1.0},
        }

    @property
    def smoothing(self) -> float:
        return 0.0

    def display_sampler(self, shape: Shape) -> Sampler:
        return self.sampler

    def learner(self, task: Task) -> "ContrastiveLearner":
        return ContrastiveLearner(self, task)


@final
class ContrastiveLearner(Learner):
    """One run of `ContrastiveDivergence`."""

    def __init__(self, method: ContrastiveDivergence, task: Task) -> None:
        self.method = method
        self.task = task
        self.ascent = LikelihoodAscent(task, Sides(r"\nabla E(x)", r"- \nabla E(K^k x)"))
        self.tuning: Tuning | None = None
        self.negatives: Tensor | None = None

    def update(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        method, task = self.method, self.task
        seen, clean = observer(), positives
        if method.data_noise:
            positives = blurred(positives, method.data_noise, task.generator)
        if seen:
            tell_data(seen, clean, positives, r"\mathbb{E}_{x \sim \text{data}}")
            tell_starts(seen, positives, "K^k x", "Each chain starts at its point of the data.")
        sampler, steps = method.sampler, method.chain_steps
        ends = run(sampler, task.energy, positives, steps, task.generator, self.tuning)
        self.negatives = ends.points
        self.tuning = ends.tuning._replace(steps=0)  # new chains start a schedule afresh
        metrics = self.ascent(positives, self.negatives, energy_penalty=method.energy_penalty)
        return {**metrics, **ends.metrics}

    def reconfigure(self, method: Method) -> None:
        self.method = ContrastiveDivergence.model_validate(method)

    def picture(self) -> Picture:
        return Picture({} if self.negatives is None else {"negatives": self.negatives[:256]})

    def samples(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."] | None:
        """The newest negatives, in a random order."""
        return None if self.negatives is None else some_of(self.negatives, count, generator)

    def state(self) -> dict[str, Any]:
        return {
            "ascent": self.ascent.state(),
            "negatives": self.negatives,
            "step_size": self.tuning,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        self.ascent.load_state(state["ascent"])
        self.negatives = state["negatives"]
        self.tuning = state["step_size"] and Tuning(*state["step_size"])
