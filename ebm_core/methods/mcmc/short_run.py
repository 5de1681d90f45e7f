"""Short-run MCMC: chains of k steps from noise, where the k-step flow is the model."""

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
from ebm_core.samplers import AnySampler
from ebm_core.samplers.mala import Mala

DATA = r"\mathbb{E}_{\text{data}} \nabla E"
NOISE = r"\mathbb{E}_{\text{noise}} \nabla E(K^k x)"


@final
class ShortRun(Unconditional):
    """Negatives are fresh noise after k steps of the sampler, never kept.

    The chains do not converge, and need not: noise moved by k steps is the model, and E is what
    moves it. Its samples can be right while exp(-E) is no density of theirs. MALA is the default,
    since plain Langevin steps as wide as the data's finest detail drive the energy away there.

    Source:
        Nijkamp, Hill, Zhu and Wu (2019), sections 3 and 4, https://arxiv.org/abs/1904.09770
    """

    rank: ClassVar[int] = 12
    title: ClassVar[str] = "Short-run MCMC"
    summary: ClassVar[str] = (
        "Negatives from a fixed number of steps out of noise; those steps are the model."
    )
    promises: ClassVar[Literal["density", "samples"]] = "samples"
    family: ClassVar[Family] = "mcmc"
    equation: ClassVar[str] = rf"\nabla L = {DATA} - {NOISE}"
    source: ClassVar[str] = "Nijkamp et al. 2019, https://arxiv.org/abs/1904.09770"

    kind: Literal["short_run"] = "short_run"
    sampler: AnySampler = setting(Mala(), title="Sampler", description="What moves the chains.")
    chain_steps: int = setting(
        40,
        title="Chain steps",
        symbol="k",
        ge=1,
        le=500,
        description="Sampler steps from noise to a sample: part of the model, so it stays fixed.",
    )
    chains: int = setting(
        256,
        title="Chains",
        divided=True,
        ge=2,
        le=65536,
        log=True,
        description="Negatives of an update.",
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
                "chain_steps": 60,
                "chains": 128,
                "energy_penalty": 0.01,
                "data_noise": 0.03,
            },
            "energy": IMAGE_ENERGY,
            "optimization": {"learning_rate": 2e-3, "averaging": 0.998, "gradient_clip": 1.0},
        }

    @property
    def smoothing(self) -> float:
        return 0.0

    @property
    def sample_steps(self) -> int:
        return self.chain_steps

    def display_sampler(self, shape: Shape) -> Sampler:
        return self.sampler

    def learner(self, task: Task) -> "ShortRunLearner":
        return ShortRunLearner(self, task)


@final
class ShortRunLearner(Learner):
    """One run of `ShortRun`."""

    def __init__(self, method: ShortRun, task: Task) -> None:
        self.method = method
        self.task = task
        self.ascent = LikelihoodAscent(task, Sides(DATA, NOISE))
        self.tuning: Tuning | None = None
        self.negatives: Tensor | None = None

    def update(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        method, task = self.method, self.task
        seen, clean = observer(), positives
        if method.data_noise:
            positives = blurred(positives, method.data_noise, task.generator)
        starts = task.sample_noise(method.chains)
        if seen:
            tell_data(seen, clean, positives, DATA)
            tell_starts(seen, starts, NOISE, "Every chain starts at fresh noise.")
        sampler, steps = method.sampler, method.chain_steps
        ends = run(sampler, task.energy, starts, steps, task.generator, self.tuning)
        self.negatives = ends.points
        self.tuning = ends.tuning._replace(steps=0)  # new chains start a schedule afresh
        metrics = self.ascent(positives, self.negatives, energy_penalty=method.energy_penalty)
        return {**metrics, **ends.metrics}

    def reconfigure(self, method: Method) -> None:
        self.method = ShortRun.model_validate(method)

    def picture(self) -> Picture:
        return Picture({} if self.negatives is None else {"negatives": self.negatives[:256]})

    def samples(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."]:
        """Fresh noise after k steps: the model."""
        method, task = self.method, self.task
        starts = task.sample_noise(count, generator)
        sampler, steps = method.sampler, method.chain_steps
        return run(sampler, task.sampled, starts, steps, generator, self.tuning).points

    def state(self) -> dict[str, Any]:
        return {
            "ascent": self.ascent.state(),
            "points": self.negatives,
            "step_size": self.tuning,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        self.ascent.load_state(state["ascent"])
        self.negatives = state["points"]
        self.tuning = state["step_size"] and Tuning(*state["step_size"])
