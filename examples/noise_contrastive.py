"""Noise-contrastive estimation as a plug-in: `ebm serve --plugin examples/noise_contrastive.py`."""

import math
from typing import Any, ClassVar, Literal, final

import torch
from torch import Generator, Tensor
from torch.nn import functional

from ebm_core.kit import (
    IMAGE_ENERGY,
    Descent,
    Family,
    Learner,
    Mala,
    Method,
    Metrics,
    Picture,
    Recipe,
    Sampler,
    Shape,
    Task,
    Unconditional,
    setting,
)

FITTED_ON = 4096
"""Data points whose mean and covariance the noise takes."""


@final
class NoiseContrastive(Unconditional):
    """Learns E by telling data from noise of a known density q, nu noise points a data point.

    The classifier's logit is G(x) = -E(x) - log(nu q(x)). Nothing is sampled by chains, and the
    energy comes out normalised: its own offset becomes log Z. The noise is a Gaussian with the
    mean and the covariance of the data, widened so that it has mass where the data's tails are.

    Source:
        Gutmann and Hyvarinen (2010), section 2,
        https://proceedings.mlr.press/v9/gutmann10a.html
    """

    title: ClassVar[str] = "Noise-contrastive estimation"
    summary: ClassVar[str] = "A classifier of data against noise, whose logit is the energy."
    family: ClassVar[Family] = "hybrid"
    equation: ClassVar[str] = (
        r"L = -\mathbb{E}_{\text{data}} \ln \sigma(G) - \nu\, \mathbb{E}_q \ln \sigma(-G),"
        r"\quad G = -E - \ln \nu q"
    )
    source: ClassVar[str] = (
        "Gutmann & Hyvärinen 2010, https://proceedings.mlr.press/v9/gutmann10a.html"
    )

    kind: Literal["noise_contrastive"] = "noise_contrastive"
    noise_ratio: int = setting(
        4,
        title="Noise ratio",
        symbol="ν",
        ge=1,
        le=64,
        live=True,
        description="Noise points for each data point.",
    )
    widening: float = setting(
        1.2,
        title="Widening",
        ge=1,
        le=4,
        advanced=True,
        description="Standard deviations of the noise, as multiples of the data's.",
    )

    @classmethod
    def recipe(cls, shape: Shape) -> Recipe:
        if len(shape) == 1:
            return {"optimization": {"learning_rate": 5e-3}}
        return {"energy": IMAGE_ENERGY, "optimization": {"learning_rate": 1e-3}}

    @property
    def smoothing(self) -> float:
        return 0.0

    def display_sampler(self, shape: Shape) -> Sampler:
        return Mala()

    def learner(self, task: Task) -> Learner:
        return NoiseContrastiveLearner(self, task)


@final
class NoiseContrastiveLearner(Learner):
    """One run of `NoiseContrastive`."""

    def __init__(self, method: NoiseContrastive, task: Task) -> None:
        self.method = method
        self.task = task
        self.descent = Descent(task.energy.parameters(), task.schedule)
        self.noise = Gaussian(task.sample_data(FITTED_ON), method.widening)
        self.negatives: Tensor | None = None

    def update(self, positives: Tensor) -> Metrics:
        ratio = self.method.noise_ratio
        count = len(positives)
        noise = self.noise.sample(ratio * count, self.task.generator)
        points = torch.cat([positives, noise.view(-1, *positives.shape[1:])])
        energies = self.task.energy(points)
        log_noise = self.noise.log_density(points.flatten(1))
        logits = -energies - log_noise - torch.tensor(float(ratio)).log()
        # -ln sigma(G) = softplus(-G)
        at_data = functional.softplus(-logits[:count]).mean()
        at_noise = functional.softplus(logits[count:]).mean()
        loss = at_data + ratio * at_noise
        grad_norm = self.descent(loss)
        self.negatives = points[count : count + 256]
        right = torch.cat([logits[:count] > 0, logits[count:] <= 0])
        return {
            "grad_norm": grad_norm,
            "loss": loss.detach(),
            "energy_data": energies[:count].detach().mean(),
            "accuracy": right.float().mean(),
        }

    def reconfigure(self, method: Method) -> None:
        self.method = NoiseContrastive.model_validate(method)

    def picture(self) -> Picture:
        return Picture({} if self.negatives is None else {"negatives": self.negatives})

    def samples(self, count: int, generator: Generator) -> Tensor | None:
        return None

    def state(self) -> dict[str, Any]:
        return {"descent": self.descent.state(), "negatives": self.negatives}

    def load_state(self, state: dict[str, Any]) -> None:
        self.descent.load_state(state["descent"])
        self.negatives = state["negatives"]


class Gaussian:
    """N(mean, widening^2 covariance) of some points, with a little more so that it is proper."""

    def __init__(self, points: Tensor, widening: float) -> None:
        flat = points.flatten(1)
        covariance = torch.cov(flat.T) + 1e-3 * torch.eye(flat.shape[1], device=flat.device)
        self.mean = flat.mean(0)
        self.factor = widening * torch.linalg.cholesky(covariance)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """(count, d)."""
        draws = torch.empty(count, len(self.mean), device=self.mean.device)
        points: Tensor = self.mean + draws.normal_(generator=generator) @ self.factor.T
        return points

    def log_density(self, points: Tensor) -> Tensor:
        """log q(x) of (n, d) points, in nats."""
        standard = torch.linalg.solve_triangular(self.factor, (points - self.mean).T, upper=False)
        constant = self.factor.diagonal().log().sum() + 0.5 * len(self.mean) * math.log(2 * math.pi)
        log_densities: Tensor = -0.5 * standard.square().sum(0) - constant
        return log_densities
