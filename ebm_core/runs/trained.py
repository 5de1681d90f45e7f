"""A trained energy as a function in the data's own coordinates."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from numbers import Integral
from pathlib import Path
from typing import Any, overload

import torch
from jaxtyping import Float
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, Learner, Tuning
from ebm_core.evaluation.partition import HELD_OUT, SMOOTHED
from ebm_core.evaluation.plane import CHUNK, Mass, Plane
from ebm_core.runs import checkpoint
from ebm_core.runs.arrays import alike, as_tensor
from ebm_core.runs.config import RunConfig, written
from ebm_core.runs.drawing import Drawing, drawing

FINE = 384
"""Cells along a side of the box that log Z is computed in, as at a run's end."""

MOST_SAMPLES = 10_000_000
MOST_STEPS = 1_000_000
"""Of each sample's chain."""


class TrainedEnergy:
    """Call it on points to have their energies; p(x) = exp(-E(x)) / Z.

    Points are (n, 2) or (n, channels, height, width), in the data's own coordinates: a tensor of
    any real type, a NumPy array or rows. A tensor gives a tensor on its device, anything else a
    NumPy array. Energies are in float32, as the network computes; a score is in float64 where the
    data's units are not the model's. Where a tensor requires its gradient, results have a graph.

    Args:
        learner: Whose own samples chains of images start from, if there are any.
        tuning: What its sampler had settled on.
        state: What a checkpoint holds beside the config; None for a past moment of a run.
    """

    def __init__(
        self,
        config: RunConfig,
        network: EnergyNetwork,
        learner: Learner | None = None,
        tuning: Tuning | None = None,
        state: dict[str, Any] | None = None,
    ) -> None:
        self.config = config
        self.network = copy.deepcopy(network)
        self.device = torch.device(config.device)
        self.learner = learner
        self.tuning = tuning
        self.state = state

    @overload
    def __call__(self, points: Tensor) -> Tensor: ...
    @overload
    def __call__(self, points: ArrayLike) -> NDArray[Any]: ...
    def __call__(self, points: ArrayLike | Tensor) -> Tensor | NDArray[Any]:
        """E(x), one value a point.

        Raises:
            ValueError: The points are shaped otherwise, or are no finite real numbers.
        """
        with self._inside(points) as inside:
            values = self._by_chunk(self.network, inside)
        return alike(values, points)

    @overload
    def score(self, points: Tensor) -> Tensor: ...
    @overload
    def score(self, points: ArrayLike) -> NDArray[Any]: ...
    def score(self, points: ArrayLike | Tensor) -> Tensor | NDArray[Any]:
        """grad log p(x) = -grad E(x), in nats per unit of the data; shaped as the points.

        Raises:
            ValueError: The points are shaped otherwise, or are no finite real numbers.
        """
        with self._inside(points) as inside:
            gradients = self._by_chunk(lambda part: self.network.with_gradient(part)[1], inside)
            values = -self.config.dataset.units.directions_from_model(gradients)
        return alike(values, points)

    @overload
    def log_prob(self, points: Tensor) -> Tensor: ...
    @overload
    def log_prob(self, points: ArrayLike) -> NDArray[Any]: ...
    def log_prob(self, points: ArrayLike | Tensor) -> Tensor | NDArray[Any]:
        """log p(x) = -E(x) - log Z in nats, of the density in the data's own units.

        It is the density of exp(-E): of the data blurred by the method's `smoothing`, and no more
        than that of exp(-E) where the method promises samples alone.

        Raises:
            ValueError: As of `log_z`, or of the points.
        """
        return -(self(points) + self.log_z)

    @cached_property
    def log_z(self) -> float:
        """log Z by refined quadrature, as a finished run tells it: over the data's own units.

        Raises:
            ValueError: The points are images, or exp(-E) has no finite mass.
        """
        if len(self.config.dataset.shape) != 1:
            raise ValueError(
                "log Z can be had in the plane alone, and these points are images of shape "
                f"{self.config.dataset.shape}; compare energies, which differ from -log p by log Z"
            )
        return self._mass.partition.log_z.item() + self.config.dataset.units.log_volume

    @cached_property
    def _mass(self) -> Mass:
        dataset, generator = self.config.dataset, torch.Generator().manual_seed(0)
        data = (dataset.held_out(HELD_OUT, generator), dataset.trained_on(SMOOTHED, generator))
        near = dataset.to_model(torch.cat(data)).to(self.device)
        return Plane(dataset, FINE, self.device).mass(self.network, near)

    @contextmanager
    def _inside(self, points: ArrayLike | Tensor) -> Iterator[Tensor]:
        """Points in the model's units on its device, and a graph where they ask for one."""
        given = as_tensor(points, self.config.dataset.shape)
        with torch.set_grad_enabled(given.requires_grad and torch.is_grad_enabled()):
            yield self.config.dataset.to_model(given).to(self.device)

    def _by_chunk(self, function: Callable[[Tensor], Tensor], inside: Tensor) -> Tensor:
        return torch.cat([function(part) for part in inside.split(CHUNK)])

    def save(self, directory: Path | str) -> None:
        """Writes a run's checkpoint, as of the moment that this energy is of; `load` reads it.

        Raises:
            ValueError: This is a past moment, of which the weights alone are known.
            OSError: The directory cannot be written.
        """
        if self.state is None:
            raise ValueError(
                "this is the energy of a past moment of a run; its weights are kept as a snapshot "
                "in the run's directory: copy that"
            )
        folder = Path(directory)
        checkpoint.save(folder, {"config": written(self.config, folder), **self.state})

    def sample(
        self,
        count: int,
        steps: int | None = None,
        seed: int = 0,
        progress: Callable[[int], object] | None = None,
    ) -> Float[Tensor, "count ..."]:
        """Samples of what the method promises, in the data's own coordinates.

        They are in float64 where the data's units are not the model's. `drawing` says which way
        they are made.

        Args:
            steps: Chain steps of each; as many as the way takes where it is left out.
            progress: Told now and then how many more are made.

        Raises:
            ValueError: Less than one is asked for or more than `MOST_SAMPLES`, or so few steps do
                not suffice.
        """
        refuse_other_counts("count", count, MOST_SAMPLES)
        if steps is not None:
            refuse_other_counts("steps", steps, MOST_STEPS)
        if not -(2**63) <= seed < 2**64:
            raise ValueError(f"seed is {seed}; it must be from -2^63 to 2^64 - 1")
        generator = torch.Generator(self.device).manual_seed(seed)
        points = self.drawing(steps).samples(self.network, count, generator, progress)
        return self.config.dataset.from_model(points)

    def drawing(self, steps: int | None = None) -> Drawing:
        """The way in which `sample` makes samples; its `description` is a sentence on it.

        Raises:
            ValueError: So few steps do not suffice.
        """
        own = self.learner.samples if self.learner else None
        return drawing(self.config, steps, lambda: self._mass, self.tuning, own)


def refuse_other_counts(name: str, count: object, most: int) -> None:
    """Raises ValueError for what is no number of things."""
    if not isinstance(count, Integral) or not 1 <= int(count) <= most:
        raise ValueError(f"{name} is {count!r}; a whole number from 1 to {most:,} is needed")
