"""A trained energy as a function in the data's own coordinates."""

import copy
import warnings
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.contracts import EnergyNetwork, Learner
from ebm_core.runs import snapshots
from ebm_core.runs.config import RunConfig
from ebm_core.runs.training import Training


class TrainedEnergy:
    """Call it on a tensor of points to have their energies.

    Args:
        learner: Whose own samples chains start from, if there are any.
    """

    def __init__(
        self, config: RunConfig, network: EnergyNetwork, learner: Learner | None = None
    ) -> None:
        self.config = config
        self.network = copy.deepcopy(network)
        self.device = torch.device(config.device)
        self.learner = learner

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
        energies: Tensor = self.network(inside.to(self.device))
        return energies.to(points.device)

    def sample(self, count: int, steps: int = 500, seed: int = 0) -> Float[Tensor, "count ..."]:
        """Chains of the method's sampler, `steps` each, in the data's own coordinates.

        They start from the method's own samples (buffer or generator), or from noise where it has
        none, as of a past moment.
        """
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


def load(directory: Path | str, step: int | None = None) -> TrainedEnergy:
    """The trained energy of a run's directory, with averaged weights where the run keeps them.

    Args:
        step: A past update; `runs.snapshots.steps` lists those that the laboratory has kept.

    Where a plug-in that the run uses has changed since, a warning says so.

    Raises:
        FileNotFoundError: There is no checkpoint in it.
        PlugInMissing: A ValueError: it uses a plug-in from outside that is not loaded.
        ValueError: It is damaged.
        NoSnapshot: A ValueError: the directory keeps no snapshot of this update.
    """
    folder = Path(directory)
    training = Training.resume(folder) if step is None else snapshots.read(folder, step)
    for change in training.plugin_changes:
        warnings.warn(change, stacklevel=2)
    learner = training.learner if step is None else None
    return TrainedEnergy(training.config, training.network, learner)
