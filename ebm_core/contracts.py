"""What a Dataset, an Energy, a Sampler and a Method are.

A plug-in is its own frozen configuration: its bounded fields are the form, the API check, the saved
run and the docs, and the same object does the work. Mutable state lives in what it builds: an
`EnergyNetwork`, `Chains`, a `Learner`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

import torch
from jaxtyping import Float, Int
from pydantic import ConfigDict, Field
from torch import Tensor, nn

from ebm_core.optimization import Descent, Schedule
from ebm_core.registry import Shelved

Shape = tuple[int, ...]
"""The shape of one point: (2,) in the plane, (channels, height, width) for an image."""

Family = Literal["mcmc", "learned_sampler", "score_matching", "hybrid"]


def setting(
    default: Any = ...,
    *,
    title: str,
    description: str,
    symbol: str | None = None,
    live: bool = False,
    log: bool = False,
    advanced: bool = False,
    **bounds: Any,
) -> Any:
    """A plug-in's field: bounds as in pydantic's `Field`, and how the form shows it.

    Args:
        symbol: The field's letter in the method's formula, such as "η".
        live: It may change while a run goes on.
        log: Its slider is logarithmic.
        advanced: It is shown only when all settings are asked for.
    """
    marks = {"symbol": symbol, "live": live, "log": log, "advanced": advanced}
    return Field(
        default,
        title=title,
        description=description,
        json_schema_extra={name: mark for name, mark in marks.items() if mark},
        **bounds,
    )


class PlugIn(Shelved):
    """Something on a shelf, told apart by its field `kind`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    title: ClassVar[str]
    """Its name for people, in the field's words."""
    summary: ClassVar[str]
    """One sentence for a tooltip."""


class Dataset(PlugIn, ABC):
    """A distribution to learn.

    Its points are in its own units; an energy is trained on `to_model` of them, which is the
    identity for everything but the user's own data.
    """

    @classmethod
    @abstractmethod
    def example(cls) -> Self:
        """One to show in a catalogue: the defaults, where every field has one."""

    @property
    @abstractmethod
    def shape(self) -> Shape:
        """The shape of one point."""

    @property
    @abstractmethod
    def has_density(self) -> bool:
        """Whether `log_density` can be computed."""

    @abstractmethod
    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count ..."]:
        """`count` independent points for training, on the CPU."""

    @property
    @abstractmethod
    def classes(self) -> int:
        """How many classes its points fall into; 1 where there is nothing to tell apart."""

    @abstractmethod
    def sample_labelled(
        self, count: int, generator: torch.Generator
    ) -> tuple[Float[Tensor, "count ..."], Int[Tensor, " count"]]:
        """Points as from `sample`, and the class of each, from 0."""

    @abstractmethod
    def held_out(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."]:
        """At most `count` points that training never sees (fresh ones where there is no end)."""

    @abstractmethod
    def log_density(self, points: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        """The exact log p(x) in nats, in float64.

        Raises:
            ValueError: This distribution has no known density.
        """

    @abstractmethod
    def modes(self) -> Float[Tensor, "m d"] | None:
        """The centres of the modes, where the distribution has separate ones of equal weight."""

    @property
    @abstractmethod
    def center(self) -> tuple[float, ...]:
        """What `to_model` takes away, for each entry of a point's last axis (or one for all)."""

    @property
    @abstractmethod
    def scale(self) -> float:
        """What `to_model` divides by."""

    def to_model(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n ..."]:
        """(points - center) / scale, float32: where energies are trained, within about [-4, 4]."""
        if self.scale == 1 and not any(self.center):
            return points.float()
        shift = torch.tensor(self.center, dtype=torch.float64, device=points.device)
        return ((points.double() - shift) / self.scale).float()

    def from_model(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n ..."]:
        """The inverse of `to_model`, float32."""
        if self.scale == 1 and not any(self.center):
            return points.float()
        shift = torch.tensor(self.center, dtype=torch.float64, device=points.device)
        return (points.double() * self.scale + shift).float()


class EnergyNetwork(nn.Module, ABC):
    """A differentiable E(x), one value a point. Lower is more probable: p(x) = exp(-E(x)) / Z."""

    @abstractmethod
    def forward(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        """E(x) for each point."""

    @abstractmethod
    def with_gradient(
        self, points: Float[Tensor, "n ..."]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
        """E(x) and grad_x E(x), as fast as they can be had.

        Under `torch.no_grad` there is no graph (what a sampler's step needs); else both can be
        differentiated again by the weights (what score matching needs).
        """


class Energy(PlugIn, ABC):
    """A family of energy functions."""

    @abstractmethod
    def build(self, shape: Shape) -> EnergyNetwork:
        """A new network for points of `shape`; its weights come from torch's global generator."""


@dataclass
class Chains:
    """Where a sampler's chains stand. A sampler leaves empty what it does not need."""

    points: Float[Tensor, "n ..."]
    energies: Tensor
    """(n,): E at `points`, so that a Metropolis step evaluates its proposal only."""
    gradients: Tensor
    """Shaped as `points`: grad E there, so that a step costs one gradient."""
    nominal_step_size: float
    """The configured step size that `step_size` was adapted from."""
    step_size: float
    """The step size in use."""
    steps: int = 0
    """Steps taken since the first start, for schedules."""
    acceptance: float = 1.0
    """Share of proposals accepted in the newest step."""
    ages: Tensor | None = None
    """(n,): steps of each chain since its own start, where they differ from `steps`."""


class Sampler(PlugIn, ABC):
    """A Markov chain whose stationary distribution is exp(-E(x) / T), exactly or nearly."""

    @property
    @abstractmethod
    def sampled_temperature(self) -> float:
        """T above, for small steps."""

    @abstractmethod
    def start(
        self, energy: EnergyNetwork, points: Float[Tensor, "n ..."], like: Chains | None = None
    ) -> Chains:
        """Chains at `points`; `like` hands on the adapted step size and the step count."""

    @abstractmethod
    def step(self, energy: EnergyNetwork, chains: Chains, generator: torch.Generator) -> Chains:
        """One step of every chain."""


@dataclass
class Task:
    """What a method learns with: the run's parts, made once."""

    shape: Shape
    energy: EnergyNetwork
    sample_data: Callable[[int], Float[Tensor, "n ..."]]
    """Fresh training points on the device."""
    sample_noise: Callable[[int], Float[Tensor, "n ..."]]
    """Points that know nothing of the data, spread over the region where it lies."""
    schedule: Schedule
    generator: torch.Generator
    """The only source of randomness in training, on the device."""
    device: torch.device
    classes: int
    """Classes of the data; 1 where there is nothing to tell apart."""
    sample_labelled: Callable[[int], tuple[Float[Tensor, "n ..."], Int[Tensor, " n"]]]
    """Fresh training points on the device, and their classes."""


Metrics = Mapping[str, float | Tensor]


@dataclass
class Picture:
    """What a method has of its own to show, for a frame."""

    points: dict[str, Tensor] = field(default_factory=dict)
    """Point clouds by name: "chains" (the same row is the same chain), "generator", "negatives"."""
    values: dict[str, Tensor] = field(default_factory=dict)
    """Number series by name, such as "buffer_age"."""


class Learner(ABC):
    """The mutable half of a method: one run's networks, optimisers and buffers."""

    @abstractmethod
    def update(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        """One update of the energy (and of whatever learns beside it) on a batch of data.

        Returns:
            Always "loss" and "grad_norm" (of the energy's weights, before clipping); where the
            method has negatives, "energy_data", "energy_samples" and whatever else is its own.
        """

    @abstractmethod
    def reconfigure(self, method: "Method") -> None:
        """Takes over changed live fields."""

    @abstractmethod
    def picture(self) -> Picture:
        """What to show now. Must not touch the task's generator."""

    @abstractmethod
    def samples(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."] | None:
        """At most `count` samples from the method's own sampler; None if it has none."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """All that `update` depends on beside the energy: dicts of tensors, numbers, text."""

    @abstractmethod
    def load_state(self, state: dict[str, Any]) -> None:
        """The inverse of `state`, bit for bit."""


class Method(PlugIn, ABC):
    """A way to train an energy."""

    family: ClassVar[Family]
    equation: ClassVar[str]
    """The update in one line of TeX."""
    source: ClassVar[str]
    """The paper: authors, year, address."""

    @classmethod
    @abstractmethod
    def recipe(cls, shape: Shape) -> dict[str, Any]:
        """The settings that pressing play gives for points of `shape`: a partial RunConfig.

        Keys "method", "energy" and "optimization"; fields that are left out keep their defaults.
        """

    @property
    @abstractmethod
    def smoothing(self) -> float:
        """sigma of the Gaussian that the estimated density is convolved with; 0 for p itself."""

    @abstractmethod
    def display_sampler(self, shape: Shape) -> Sampler:
        """The sampler of the chains that are shown and that `ebm sample` runs."""

    @abstractmethod
    def learner(self, task: Task) -> Learner:
        """A new learner."""

    def network(self, energy: Energy, shape: Shape) -> EnergyNetwork:
        """What it trains: the energy's network, where a method does not wrap it."""
        return energy.build(shape)

    def shown(self, network: EnergyNetwork) -> EnergyNetwork:
        """The energy that is evaluated and shown: `network`, where that is no family of them."""
        return network


__all__ = [
    "Chains",
    "Dataset",
    "Descent",
    "Energy",
    "EnergyNetwork",
    "Family",
    "Learner",
    "Method",
    "Metrics",
    "Picture",
    "PlugIn",
    "Sampler",
    "Shape",
    "Task",
    "setting",
]
