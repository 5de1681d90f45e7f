"""Denoising score matching."""

from typing import Any, ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import (
    Descent,
    Family,
    Learner,
    Method,
    Metrics,
    Picture,
    Sampler,
    Shape,
    Task,
    setting,
)
from ebm_core.samplers.langevin import Langevin
from ebm_core.samplers.mala import Mala


@final
class DenoisingScoreMatching(Method):
    """Fits the score at x + sigma n to the way back: mean |sigma grad E(x + sigma n) - n|^2 / 2.

    It estimates p convolved with N(0, sigma^2), so it is compared with that density.

    Source:
        Vincent (2011), section 4.3, https://doi.org/10.1162/NECO_a_00142
    """

    rank: ClassVar[int] = 32
    title: ClassVar[str] = "Denoising"
    summary: ClassVar[str] = (
        "Perturb the data and learn the direction back; no sampling, no second derivative."
    )
    family: ClassVar[Family] = "score_matching"
    equation: ClassVar[str] = (
        r"L = \tfrac{1}{2} \mathbb{E} \lVert \sigma \nabla E(x + \sigma n) - n \rVert^2"
    )
    source: ClassVar[str] = "Vincent 2011, https://doi.org/10.1162/NECO_a_00142"

    kind: Literal["denoising"] = "denoising"
    noise_level: float = setting(
        0.1,
        title="Noise level",
        symbol="σ",
        gt=0,
        le=10,
        live=True,
        log=True,
        description="Standard deviation of the perturbation, in data units.",
    )

    @classmethod
    def recipe(cls, shape: Shape) -> dict[str, Any]:
        if len(shape) == 1:
            return {"optimization": {"learning_rate": 3e-3}}
        return {
            "method": {"noise_level": 0.3},
            "energy": {
                "kind": "mlp",
                "hidden": [256, 256],
                "fourier_features": 0,
                "confinement": None,
            },
            "optimization": {"learning_rate": 1e-3},
        }

    @property
    def smoothing(self) -> float:
        return self.noise_level

    def display_sampler(self, shape: Shape) -> Sampler:
        if len(shape) == 1:
            return Mala()
        return Langevin(step_size=0.1 * self.noise_level**2)

    def learner(self, task: Task) -> "DenoisingLearner":
        return DenoisingLearner(self, task)


@final
class DenoisingLearner(Learner):
    """One run of `DenoisingScoreMatching`."""

    def __init__(self, method: DenoisingScoreMatching, task: Task) -> None:
        self.method = method
        self.task = task
        self.descent = Descent(task.energy.parameters(), task.schedule)

    def update(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        sigma = self.method.noise_level
        noise = torch.empty_like(positives).normal_(generator=self.task.generator)
        energies, gradients = self.task.energy.with_gradient(positives + sigma * noise)
        loss = (sigma * gradients - noise).square().flatten(1).sum(1).mean() / 2
        return {
            "grad_norm": self.descent(loss),
            "loss": loss.detach(),
            "energy_data": energies.detach().mean(),
        }

    def reconfigure(self, method: Method) -> None:
        self.method = DenoisingScoreMatching.model_validate(method)

    def picture(self) -> Picture:
        return Picture()

    def samples(self, count: int, generator: torch.Generator) -> None:
        return None

    def state(self) -> dict[str, Any]:
        return {"descent": self.descent.state()}

    def load_state(self, state: dict[str, Any]) -> None:
        self.descent.load_state(state["descent"])
