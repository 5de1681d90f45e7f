"""What a method is, and its learner: the mutable half."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol, TypedDict

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ebm_core.contracts.energy import Energy, EnergyNetwork
from ebm_core.contracts.groups import Groups
from ebm_core.contracts.plug_in import PlugIn, Shape
from ebm_core.contracts.sampler import Sampler, Tuning
from ebm_core.optimization import Schedule
from ebm_core.ranks import Ranks

Family = Literal["mcmc", "learned_sampler", "score_matching", "hybrid"]


@dataclass
class Task:
    """What a method learns with: the run's parts, made once."""

    shape: Shape
    energy: EnergyNetwork
    sample_data: Callable[[int], Float[Tensor, "n ..."]]
    """Fresh training points on the device."""
    sample_noise: "NoiseSource"
    """Points that know nothing of the data, spread over the region where it lies."""
    schedule: Schedule
    generator: torch.Generator
    """The only source of randomness in training, on the device."""
    device: torch.device
    classes: int
    """Classes of the data; 1 where there is nothing to tell apart."""
    sample_labelled: Callable[[int], tuple[Float[Tensor, "n ..."], Int[Tensor, " n"]]]
    """Fresh training points on the device, and their classes."""
    held_out_labelled: Callable[[int], tuple[Float[Tensor, "n ..."], Int[Tensor, " n"]]]
    """At most so many clean points that training never sees, on the device, and their classes."""
    groups: Groups | None = None
    """Separate groups of the data, where there are any."""
    averaged: Callable[[], EnergyNetwork] | None = None
    """The energy with averaged weights, as it is shown, evaluated and saved."""

    @property
    def sampled(self) -> EnergyNetwork:
        """The energy that samples are drawn from: that with averaged weights, where they are."""
        return self.energy if self.averaged is None else self.averaged()

    @property
    def ranks(self) -> Ranks:
        """The processes that train the run, each with its share of the batch and of the fields that
        are marked as divided. Every `Descent` averages their gradients by itself; what else is of
        the whole batch, such as weights that sum to one, is asked of them."""
        return self.schedule.ranks


class NoiseSource(Protocol):
    """Draws `count` points by the task's generator, or by another one."""

    def __call__(
        self, count: int, generator: torch.Generator | None = None, /
    ) -> Float[Tensor, "n ..."]: ...


Metrics = Mapping[str, float | Tensor]


@dataclass
class Picture:
    """What a method has of its own to show, for a frame."""

    points: dict[str, Tensor] = field(default_factory=dict)
    """Point clouds by name: "chains" (the same row is the same chain), "generator", "negatives",
    "perturbed" (data with the noise of this update)."""
    values: dict[str, Tensor] = field(default_factory=dict)
    """Number series by name, such as "buffer_age"."""


class Learner(ABC):
    """The mutable half of a method: one run's networks, optimisers and buffers."""

    tuning: Tuning | None = None
    """What its sampler has settled on, for chains that start from noise."""

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

    def figures(self) -> Metrics:
        """What it can say of how good it is, beside what is known of any energy."""
        return {}

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """All that `update` depends on beside the energy: dicts of tensors, numbers, text."""

    @abstractmethod
    def load_state(self, state: dict[str, Any]) -> None:
        """The inverse of `state`, bit for bit."""


class Recipe(TypedDict, total=False):
    """A partial RunConfig: fields that are left out keep their defaults."""

    method: dict[str, Any]
    energy: dict[str, Any]
    optimization: dict[str, Any]


class Method(PlugIn, ABC):
    """A way to train an energy."""

    family: ClassVar[Family]
    equation: ClassVar[str]
    """The update in one line of TeX."""
    source: ClassVar[str]
    """The paper: authors, year, address."""
    stage_note: ClassVar[str] = ""
    """What the energy on the stage is of, where it is not of the data alone: a sentence's end with
    fields in braces; {smoothing} is the property below."""
    image_note: ClassVar[str] = ""
    """What is to be said of it on images, where it is at its limits there: a sentence."""
    promises: ClassVar[Literal["density", "samples"]] = "density"
    """Whether its energy is that of a density, or only what its own sampler needs."""
    settling: ClassVar[int] = 50
    """Steps of its sampler that lead from the method's own samples to others; 0 where these are
    drawn afresh each time. Of an energy that is right only near the data, many lead away."""
    series: ClassVar[Mapping[str, str]] = {}
    """Titles of the series in its picture, by name."""

    @classmethod
    @abstractmethod
    def recipe(cls, shape: Shape) -> Recipe:
        """The settings that pressing play gives for points of `shape`."""

    @property
    @abstractmethod
    def smoothing(self) -> float:
        """sigma of the Gaussian that the estimated density is convolved with; 0 for p itself."""

    @property
    def sample_steps(self) -> int | None:
        """Steps of its sampler from noise to a sample, where they are part of what it learns:
        fewer do not arrive, and more lead away. None where chains may go on for ever."""
        return None

    def refuse(self, classes: int, network: EnergyNetwork) -> None:
        """Raises ValueError where it cannot train what `network` made on data of so many classes,
        or where its own settings contradict each other; it is asked before a run is begun."""

    def rise(self, shape: Shape) -> float:
        """Nats by which its energy is meant to stand higher at the points that it trains on than
        at the data, where these are far from the data."""
        return 0.0

    @abstractmethod
    def display_sampler(self, shape: Shape) -> Sampler:
        """The sampler of the chains that are shown and that `ebm sample` runs."""

    @abstractmethod
    def learner(self, task: Task) -> Learner:
        """A new learner."""

    @abstractmethod
    def network(self, energy: Energy, shape: Shape) -> EnergyNetwork:
        """What it trains: a new network of the energy, or one that wraps it."""

    @abstractmethod
    def shown(self, network: EnergyNetwork) -> EnergyNetwork:
        """The energy that is evaluated and shown, of what `network` made."""


class Unconditional(Method, ABC):
    """A method that trains an energy as it is, and shows what it trains. Most are."""

    def network(self, energy: Energy, shape: Shape) -> EnergyNetwork:
        return energy.build(shape)

    def shown(self, network: EnergyNetwork) -> EnergyNetwork:
        return network
