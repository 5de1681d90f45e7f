"""A trained energy as a function in the data's own coordinates."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import torch
from jaxtyping import Float
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.contracts import EnergyNetwork, Learner
from ebm_core.evaluation.partition import CHUNK, ExactEvaluation
from ebm_core.runs import checkpoint
from ebm_core.runs.arrays import alike, as_tensor
from ebm_core.runs.config import RunConfig, written


class TrainedEnergy:
    """Call it on points to have their energies; p(x) = exp(-E(x)) / Z.

    Points are (n, 2) or (n, channels, height, width), in the data's own coordinates: a tensor of
    any real type, a NumPy array or rows. A tensor gives a tensor on its device, anything else a
    NumPy array. Energies are in float32, as the network computes; a score is in float64 where the
    data's units are not the model's. Where a tensor requires its gradient, results have a graph.

    Args:
        learner: Whose own samples chains start from, if there are any.
        state: What a checkpoint holds beside the config; None for a past moment of a run.
    """

    def __init__(
        self,
        config: RunConfig,
        network: EnergyNetwork,
        learner: Learner | None = None,
        state: dict[str, Any] | None = None,
    ) -> None:
        self.config = config
        self.network = copy.deepcopy(network)
        self.device = torch.device(config.device)
        self.learner = learner
        self.state = state

    @overload
    def __call__(self, points: Tensor) -> Tensor: ...
    @overload
    def __call__(self, points: ArrayLike) -> NDArray[Any]: ...
    def __call__(self, points: ArrayLike | Tensor) -> Tensor | NDArray[Any]:
        """E(x), one value a point.

        Raises:
            ValueError: The points are shaped otherwise, or are no real numbers.
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
            ValueError: The points are shaped otherwise, or are no real numbers.
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
        return ExactEvaluation(self.config.dataset, size=384, device=self.device)(self.network)[
            "log_z"
        ]

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

    def sample(self, count: int, steps: int = 500, seed: int = 0) -> Float[Tensor, "count ..."]:
        """Chains of the method's sampler, `steps` each, in the data's own coordinates.

        They start from the method's own samples (buffer or generator), or from noise where it has
        none, as of a past moment.
        """
        if count < 1:
            raise ValueError(f"count is {count}; 1 or more samples can be drawn")
        generator = torch.Generator(self.device).manual_seed(seed)
        points = self.learner.samples(count, generator) if self.learner else None
        if points is None:
            points = self.config.dataset.starts(count, generator)
        elif len(points) < count:
            rows = torch.randint(len(points), (count,), generator=generator, device=points.device)
            points = points[rows]
        sampler = self.config.method.display_sampler(self.config.dataset.shape)
        ends = run(sampler, self.network, points, steps, generator)
        return self.config.dataset.from_model(ends.points.cpu())
