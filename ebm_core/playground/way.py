"""Chains of images from starts of one's own, by the energy of a run's moment, and E on their way.

Without a chain, the way is the straight line between two images.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.chains.schedules import steps_behind
from ebm_core.contracts import EnergyNetwork, LogitNetwork, Sampler
from ebm_core.playground.asked_way import Image, Way
from ebm_core.playground.conditions import Clamped, OfClass
from ebm_core.playground.moment import moment_of
from ebm_core.runs.display import as_array, energies
from ebm_core.runs.drawing import ENOUGH
from ebm_core.runs.trained import TrainedEnergy

KEPT = 96
"""Moments of a way that are kept, beside its start."""


@dataclass(frozen=True)
class Outcome:
    """A way, at its start and at `KEPT` moments after it or fewer."""

    step: int
    """The update whose energy it is."""
    description: str
    """Which way it is, for people."""
    at: NDArray[np.floating]
    """(kept,): chain steps until then; of a line its share."""
    images: NDArray[np.floating]
    """(kept, chains, c, h, w)."""
    energies: NDArray[np.floating]
    """(kept, chains): E(x), or E(x, y) of a class."""
    ends: dict[str, NDArray[np.floating]]
    """Of the training images nearest to the ends, by `NearestImages`, where there are some; and
    `class_shares` (chains, classes), p(y | x) of the ends, where the energy knows classes."""
    seconds: float


class Walked(NamedTuple):
    """The moments of a way."""

    description: str
    at: list[float]
    images: Float[Tensor, "kept n c h w"]


def outcome(way: Way, directory: Path, limit: float = torch.inf) -> Outcome:
    """Makes a way; the same one each time.

    Args:
        directory: Of the run.
        limit: Seconds that it may take.

    Raises:
        FileNotFoundError, NoSnapshot, ValueError: As in `moment_of`.
        ValueError: An image, the hole or the class does not fit the run; chains left all bounds.
        TimeoutError: It is not done in time.
    """
    begin = time.perf_counter()
    step, trained, nearest = moment_of(directory, way.step)
    energy = conditioned(way, trained)
    if way.start is not None and way.to is not None:
        walked = line(way.start, way.to, trained, way.seed)
    else:
        walked = chains(way, energy, trained, begin + limit)
    images = walked.images
    values = energies(energy, images.flatten(0, 1)).view(images.shape[:2])
    found = nearest(images[-1]) if nearest else {}
    if isinstance(trained.network, LogitNetwork):
        found["class_shares"] = trained.network.logits(images[-1]).detach().softmax(1)
    return Outcome(
        step,
        walked.description,
        np.array(walked.at, np.float32),
        as_array(images),
        as_array(values),
        {name: as_array(array) for name, array in found.items()},
        time.perf_counter() - begin,
    )


def conditioned(way: Way, trained: TrainedEnergy) -> EnergyNetwork:
    """The energy, of the class that is asked for.

    Raises:
        ValueError: It knows no classes, or not this one.
    """
    if way.label is None:
        return trained.network
    network, classes = trained.network, trained.config.dataset.classes
    if not isinstance(network, LogitNetwork):
        raise ValueError(
            f"the energy of {trained.config.method.title} knows no classes; leave out the class, "
            "or train by JEM"
        )
    if way.label >= classes:
        raise ValueError(f"class {way.label} is none of these data, which have 0 to {classes - 1}")
    return OfClass(network, way.label)


def line(start: Image, end: Image, trained: TrainedEnergy, seed: int) -> Walked:
    """The straight line between two images."""
    generator = torch.Generator(trained.device).manual_seed(seed)
    first, last = (image.drawn(trained, 1, generator) for image in (start, end))
    shares = torch.linspace(0, 1, KEPT + 1, device=trained.device)
    images = torch.lerp(first[None], last[None], shares.view(-1, 1, 1, 1, 1))
    told = "the straight line between two images"
    return Walked(told, shares.tolist(), images)


def chains(way: Way, energy: EnergyNetwork, trained: TrainedEnergy, deadline: float) -> Walked:
    """Chains of the method's own sampler."""
    config, device = trained.config, trained.device
    sampler = config.method.display_sampler(config.dataset.shape)
    generator = torch.Generator(device).manual_seed(way.seed)
    points = config.dataset.starts(way.chains, generator)
    behind, begun = 0, "noise"
    hole = way.open(config.dataset.shape)
    clamped: Clamped | None = None
    if way.start is not None:
        image = way.start.drawn(trained, way.chains, generator)
        begun = f"an image with noise of {way.start.noise:g}" if way.start.noise else "an image"
        if hole is None:
            points, behind = image, steps_behind(sampler, way.start.noise)
        else:
            clamped = Clamped(energy, image, hole.to(device), generator)
            begun = "noise, within a hole of an image"
    steps = way.steps or (config.method.sample_steps or behind + ENOUGH) - behind
    moving = Moving(sampler, clamped or energy, trained, generator, behind)
    at, found = moving.walk(points, steps, deadline)
    images = torch.stack([clamped.whole(moved) if clamped else moved for moved in found])
    counted = "1 step" if steps == 1 else f"{steps} steps"
    return Walked(f"{counted} of {sampler.title} from {begun}", at, images)


class Moving(NamedTuple):
    """What moves chains."""

    sampler: Sampler
    energy: EnergyNetwork
    trained: TrainedEnergy
    generator: torch.Generator
    behind: int
    """Steps of the sampler's schedule that are behind already."""

    def walk(
        self, points: Float[Tensor, "n c h w"], steps: int, deadline: float
    ) -> tuple[list[float], list[Float[Tensor, "n c h w"]]]:
        """The start and the moments after it, each with the steps until then.

        Args:
            deadline: On the clock of `time.perf_counter`.

        Raises:
            ValueError: The chains left all bounds.
            TimeoutError: It is not done in time.
        """
        ages = torch.full((len(points),), float(self.behind), device=points.device)
        tuning, made = self.trained.tuning, 0
        at, found = [0.0], [points]
        kept = min(KEPT, steps)
        for part in range(1, kept + 1):
            count = part * steps // kept - made
            ends = run(self.sampler, self.energy, found[-1], count, self.generator, tuning, ages)
            tuning, ages, made = ends.tuning, ages + count, made + count
            if not ends.points.isfinite().all():
                raise ValueError(
                    f"the chains leave all bounds within {made} steps: slopes of this energy are "
                    "too steep for the sampler; take another moment, or train with smaller steps"
                )
            at.append(float(made))
            found.append(ends.points)
            if time.perf_counter() > deadline and made < steps:
                raise TimeoutError(
                    f"step {made} of {steps} was reached in the time there is; take fewer steps "
                    "or fewer chains"
                )
        return at, found
