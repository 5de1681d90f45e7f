"""What a dataset is: a distribution to learn."""

from abc import ABC, abstractmethod
from typing import Literal, Self

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ebm_core.contracts.plug_in import PlugIn, Shape


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
    def labelled(
        self, split: Literal["train", "test"]
    ) -> tuple[Float[Tensor, "n ..."], Int[Tensor, " n"]] | None:
        """Every clean point of a split and its class, from 0, where there is such a list of them.

        Images are judged against it (`ebm_core.evaluation.images`).
        """

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
