"""What a dataset is: a distribution to learn."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ebm_core.contracts.groups import Groups
from ebm_core.contracts.plug_in import PlugIn, Shape
from ebm_core.contracts.units import SAME, Units

Region = tuple[tuple[float, float], ...]
"""Lowest and highest on each axis."""

Window = tuple[tuple[float, float], tuple[float, float]]
"""Lowest and highest x, and y, of a part of the plane."""


class Dataset(PlugIn, ABC):
    """A distribution to learn.

    Its points are in its own units; an energy is trained on `to_model` of them, which is the
    identity unless `units` says otherwise.
    """

    fields_of_before: ClassVar[Mapping[str, Any]] = {}
    """What fields that are new stand for in a run that was saved before there were any."""

    @classmethod
    @abstractmethod
    def example(cls) -> Self:
        """One to show in a catalogue: the defaults, where every field has one."""

    @property
    def at_hand(self) -> bool:
        """Whether it can be drawn from without fetching anything."""
        return True

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

    def sample_under(
        self, noise: float, count: int, generator: torch.Generator
    ) -> tuple[Float[Tensor, "count ..."], Int[Tensor, " count"]]:
        """As `sample_labelled`, for a method that adds noise of its own to what it trains on.

        Given points that are smoothed anyway are smoothed so much less.

        Args:
            noise: Its standard deviation in the model's units.
        """
        return self.sample_labelled(count, generator)

    @property
    def entry_names(self) -> tuple[str, ...]:
        """What the entries of a point are called where points are written, in their order."""
        if self.shape == (2,):
            return ("x", "y")
        return tuple(f"pixel {place + 1}" for place in range(math.prod(self.shape)))

    @property
    @abstractmethod
    def classes(self) -> int:
        """How many classes its points fall into; 1 where there is nothing to tell apart."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the classes are called, where that is more than their number."""
        return ()

    @abstractmethod
    def sample_labelled(
        self, count: int, generator: torch.Generator
    ) -> tuple[Float[Tensor, "count ..."], Int[Tensor, " count"]]:
        """Points as from `sample`, and the class of each, from 0."""

    @abstractmethod
    def labelled(
        self, split: Literal["train", "test"]
    ) -> tuple[Float[Tensor, "n ..."], Int[Tensor, " n"]] | None:
        """Clean points of a split and their classes, from 0, where there is a list of them: all, or
        as many as is worth comparing with. Of one class all are of class 0.

        Images are judged against it (`ebm_core.evaluation.images`).
        """

    @abstractmethod
    def held_out_labelled(
        self, count: int, generator: torch.Generator
    ) -> tuple[Float[Tensor, "n ..."], Int[Tensor, " n"]]:
        """At most `count` clean points that training never sees (fresh ones where there is no end),
        and the class of each."""

    def held_out(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."]:
        """The points alone."""
        return self.held_out_labelled(count, generator)[0]

    @property
    def guarded(self) -> bool:
        """Whether a run on it is to keep its best moment and not its last."""
        return self.has_density

    def trained_on(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."]:
        """At most `count` clean points that training sees, in the data's own units."""
        return self.sample(count, generator)

    @property
    def baselines(self) -> Mapping[str, float]:
        """NLL of plain estimates on the held-out points, in nats, by name; where there are any."""
        return {}

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
    def units(self) -> Units:
        """What brings points to where energies are trained, within about [-4, 4]."""
        return SAME

    @property
    def detail(self) -> float | None:
        """The finest length that given points can tell, in the model's units; None where points
        have no end."""
        return None

    @property
    def region(self) -> Region:
        """Where the data lie in the model's units, on each axis (or one for all axes): noise that
        chains start from is uniform over it, and integrals are finest there."""
        return ((-4.0, 4.0),) if len(self.shape) == 1 else ((-1.0, 1.0),)

    @property
    def groups(self) -> Groups | None:
        """Separate groups of points whose shares an energy is to be given; None for one or none."""
        return None

    @property
    def window(self) -> Window:
        """What a map of the plane shows, on each axis, in the data's own units."""
        return ((-4.5, 4.5), (-4.5, 4.5))

    @property
    def noise_added(self) -> bool:
        """Whether values repeat or lie on a line, so that figures depend on noise that is added."""
        return False

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should know of these data, in sentences.

        A setting in them is a path in back quotes, such as `dataset.far_rows=keep`: the command
        line and the page each say it in their own words.
        """
        return ()

    @property
    def hazard(self) -> str | None:
        """What about these data makes training diverge, and what to do, if there is anything."""
        return None

    def to_model(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n ..."]:
        """Points in the units that energies are trained in, float32."""
        return self.units.to_model(points)

    def from_model(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n ..."]:
        """The inverse of `to_model`, as fine as the data."""
        return self.units.from_model(points)

    def starts(self, count: int, generator: torch.Generator) -> Float[Tensor, "count ..."]:
        """Points that know nothing of the data, uniform over `region`, in the model's units."""
        points = torch.empty(count, *self.shape, device=generator.device)
        if len(self.region) == 1:
            return points.uniform_(*self.region[0], generator=generator)
        low, high = torch.tensor(self.region, device=generator.device).T
        return points.uniform_(0, 1, generator=generator).mul_(high - low).add_(low)
