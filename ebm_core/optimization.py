"""Adam with warm-up, cosine decay, gradient clipping and averaged weights."""

import copy
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import torch
from pydantic import ConfigDict
from torch import Tensor, nn
from torch.optim.adam import adam

from ebm_core.ranks import ALONE, Ranks
from ebm_core.setting import Settings, setting


class TrainingDiverged(RuntimeError):
    """A quantity of a run is not finite, or has run away; the weights before it are kept."""

    def __init__(self, quantity: str, value: float, step: int, remedy: str) -> None:
        super().__init__(f"{quantity} is {value:g} at update {step}; {remedy}")
        self.quantity = quantity
        self.value = value
        self.step = step
        self.remedy = remedy


class Optimization(Settings):
    """How weights follow their gradients."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    learning_rate: float = setting(
        5e-3,
        gt=0,
        le=1,
        title="Learning rate",
        description="Adam's step at its peak.",
        live=True,
        log=True,
    )
    batch_size: int = setting(
        256,
        ge=2,
        le=65536,
        title="Batch size",
        description="Data points in one update.",
        log=True,
    )
    warmup: int = setting(
        50,
        ge=0,
        le=100_000,
        title="Warm-up",
        description="Updates over which the learning rate rises from zero.",
        advanced=True,
    )
    final_rate: float = setting(
        0.02,
        ge=0,
        le=1,
        title="Final rate",
        description="Share of the learning rate left after the cosine decay; 1 keeps it constant.",
        advanced=True,
    )
    decay_updates: int | None = setting(
        None,
        ge=1,
        le=100_000_000,
        title="Decay over",
        description="Updates after which the learning rate has fallen to its end, where the run is "
        "longer; empty falls to the end of the run. Few images are learned by heart in a long run "
        "that keeps its rate.",
        advanced=True,
    )
    averaging: float = setting(
        0.999,
        ge=0,
        lt=1,
        title="Weight averaging",
        description="Decay of the moving average of the weights that is evaluated and shown; "
        "0 shows the raw weights.",
        advanced=True,
    )
    gradient_clip: float | None = setting(
        None,
        gt=0,
        le=1e6,
        title="Gradient clip",
        description="Largest allowed norm of the gradient of the weights.",
        advanced=True,
        live=True,
    )


@dataclass
class Schedule:
    """How far a run has come, and the learning rate that follows from it."""

    options: Optimization
    step: int = 0
    """Updates made so far."""
    horizon: int | None = None
    """Updates in the whole run; None while a time budget has not been turned into updates yet."""
    learned: dict[int, int] = field(default_factory=dict)
    """How many weights each tensor has that a descent on this schedule moves, by its identity."""
    ranks: Ranks = ALONE
    """The processes whose gradients every descent on this schedule averages."""

    @property
    def factor(self) -> float:
        """The learning rate now, as a share of its peak."""
        options = self.options
        rise = min(1.0, (self.step + 1) / options.warmup) if options.warmup else 1.0
        lengths = [n for n in (self.horizon, options.decay_updates) if n is not None]
        if not lengths:
            return rise
        done = min(1.0, self.step / max(1, min(lengths)))
        decay = options.final_rate + (1 - options.final_rate) * (1 + math.cos(math.pi * done)) / 2
        return rise * decay

    @property
    def learning_rate(self) -> float:
        """The learning rate now."""
        return self.options.learning_rate * self.factor


class Moments(NamedTuple):
    """What Adam keeps of a tensor of weights."""

    step: Tensor
    exp_avg: Tensor
    exp_avg_sq: Tensor


class Descent:
    """Adam on some weights, on the run's schedule; where several processes train them, along the
    mean of their gradients, so that the weights stay the same on all.

    Args:
        share: Learning rate as a share of the run's.
        betas: Decay of Adam's two moments; they may change on the way.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        schedule: Schedule,
        share: float = 1.0,
        betas: tuple[float, float] = (0.9, 0.999),
    ) -> None:
        self.parameters: list[Tensor] = list(parameters)
        self.schedule = schedule
        schedule.learned |= {id(weights): weights.numel() for weights in self.parameters}
        self.share = share
        self.betas = betas
        self.moments: list[Moments] = []
        """Of each tensor of weights; empty before the first step."""
        self.begun = False
        """Whether this process has made a step."""

    def __call__(self, loss: Tensor) -> float:
        """One step down `loss`; returns the norm of its gradient before clipping.

        Raises:
            TrainingDiverged: The gradient is not finite; no step was taken.
            RankLost: Another process of the run is gone.
        """
        self._begin()
        own = torch.autograd.grad(loss, self.parameters, allow_unused=True, materialize_grads=True)
        gradients = self.schedule.ranks.averaged(own)
        norm = float(torch.stack(torch._foreach_norm(gradients)).norm())
        if not math.isfinite(norm):
            raise TrainingDiverged(
                "the gradient's norm",
                norm,
                self.schedule.step,
                "try a smaller learning rate or step size",
            )
        clip = self.schedule.options.gradient_clip
        if clip is not None and norm > clip:
            torch._foreach_mul_(gradients, clip / norm)
        self._step([gradient.contiguous() for gradient in gradients])  # fused Adam ignores strides
        return norm

    def _begin(self) -> None:
        """Refuses weights that are not the same on all ranks: their mean gradient moves none."""
        if not self.begun and not self.schedule.ranks.agree_on(self.parameters):
            raise RuntimeError(
                "the processes of this run begin with other weights than each other; a learner's "
                "networks take theirs from the run's seed in `__init__`, and nothing else"
            )
        self.begun = True

    @torch.no_grad()
    def _step(self, gradients: list[Tensor]) -> None:
        """Adam's, by its function: the class `torch.optim.Adam` imports a second's worth of torch,
        for which every process of a run would wait."""
        if not self.moments:
            self.moments = [
                Moments(
                    weights.new_zeros((), dtype=torch.float32),
                    torch.zeros_like(weights),
                    torch.zeros_like(weights),
                )
                for weights in self.parameters
            ]
        steps, exp_avgs, exp_avg_sqs = (list(values) for values in zip(*self.moments, strict=True))
        adam(
            self.parameters,
            gradients,
            exp_avgs,
            exp_avg_sqs,
            [],
            steps,
            fused=True,
            amsgrad=False,
            beta1=self.betas[0],
            beta2=self.betas[1],
            lr=self.learning_rate,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return self.schedule.learning_rate * self.share

    def state(self) -> dict[str, Any]:
        """Adam's moments and step counts, in the order of the weights."""
        return {str(index): moments._asdict() for index, moments in enumerate(self.moments)}

    def load_state(self, state: dict[str, Any]) -> None:
        """The inverse of `state`."""
        self.moments = [
            Moments(**{name: value.clone() for name, value in state[str(index)].items()})
            for index in range(len(state))
        ]


N = TypeVar("N", bound=nn.Module)


class Average(Generic[N]):
    """An exponential moving average of a network's weights, without bias to the first ones.

    What a network keeps beside them, such as the running means of batch norm, is the newest.
    """

    def __init__(self, network: N, decay: float) -> None:
        self.network: N = copy.deepcopy(network).requires_grad_(False)
        self.decay = decay
        self.averaged: list[Tensor] = list(self.network.parameters())
        self.kept: list[Tensor] = list(self.network.buffers())

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Moves the average towards `network`; `step` counts the updates made before this one."""
        decay = min(self.decay, (1 + step) / (10 + step)) if self.decay else 0.0
        torch._foreach_lerp_(self.averaged, list(network.parameters()), 1 - decay)
        for own, newest in zip(self.kept, network.buffers(), strict=True):
            own.copy_(newest)
