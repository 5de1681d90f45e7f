"""A trained energy as a function in the data's own coordinates."""

import copy
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.noise import noise
from ebm_core.training import Training


class TrainedEnergy:
    """Call it on a tensor of points to have their energies."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.config = training.config
        self.network = copy.deepcopy(training.network)

    @torch.no_grad()
    def __call__(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        """E(x) for points (n, 2) or (n, channels, height, width). p(x) = exp(-E(x)) / Z.

        Raises:
            ValueError: The points are shaped otherwise.
        """
        shape = self.config.dataset.shape
        if tuple(points.shape[1:]) != shape:
            raise ValueError(
                f"points have shape {tuple(points.shape)}; this energy takes "
                f"(n, {', '.join(map(str, shape))})"
            )
        inside = self.config.dataset.to_model(points)
        energies: Tensor = self.network(inside.to(self.training.device))
        return energies.to(points.device)

    def sample(self, count: int, steps: int = 500, seed: int = 0) -> Float[Tensor, "count ..."]:
        """Chains of the method's sampler, `steps` each, in the data's own coordinates.

        They start from the method's own samples (buffer or generator), or from noise where it has
        none.
        """
        training = self.training
        generator = torch.Generator(training.device).manual_seed(seed)
        points = training.learner.samples(count, generator)
        if points is None:
            points = noise(self.config.dataset.shape, count, generator)
        elif len(points) < count:
            rows = torch.randint(len(points), (count,), generator=generator, device=points.device)
            points = points[rows]
        sampler = self.config.method.display_sampler(self.config.dataset.shape)
        chains = sampler.start(self.network, points)
        for _ in range(steps):
            chains = sampler.step(self.network, chains, generator)
        return self.config.dataset.from_model(chains.points.cpu())


def load(directory: Path | str) -> TrainedEnergy:
    """The trained energy of a run's directory, with averaged weights where the run keeps them.

    Raises:
        FileNotFoundError: There is no checkpoint in it.
    """
    return TrainedEnergy(Training.resume(Path(directory)))
