"""Samples of what was learned, made in the way that its method promises."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.contracts import EnergyNetwork, Sampler, Tuning
from ebm_core.contracts.groups import Groups
from ebm_core.evaluation.plane import Mass
from ebm_core.runs.config import RunConfig
from ebm_core.runs.shares import in_shares, noise_near
from ebm_core.samplers.mala import Mala

CHUNK = 8192
"""Chains that are moved together."""
WITHIN = 10
"""Steps within a cell of the grid, where the density is even to a thousandth already."""
STRAYED = 0.05
"""The share of the mass far from all data that is told."""
ENOUGH = 500
"""Steps from noise, where nothing says how many it takes."""

Source = Callable[[int, torch.Generator], Float[Tensor, "n ..."] | None]


@dataclass(frozen=True)
class Drawing:
    """Where chains start, and how they move on."""

    description: str
    """A sentence, for people."""
    starts: Callable[[int, torch.Generator], Float[Tensor, "n ..."]]
    sampler: Sampler
    steps: int
    tuning: Tuning | None = None
    groups: Groups | None = None
    """Separate groups of points that are to hold their shares, where chains do not see to it."""

    def samples(
        self,
        energy: EnergyNetwork,
        count: int,
        generator: torch.Generator,
        progress: Callable[[int], object] | None = None,
    ) -> Float[Tensor, "count ..."]:
        """The chains' ends, in the model's units, on the CPU.

        Raises:
            ValueError: Hardly a chain ends in one of the groups.
        """
        groups = self.groups
        if groups is None:
            ends = []
            for done in range(0, count, CHUNK):
                size = min(CHUNK, count - done)
                ends.append(self.ends(energy, self.starts(size, generator), generator))
                if progress is not None:
                    progress(size)
            return torch.cat(ends)

        def more(wanted: Int[Tensor, " n"]) -> Float[Tensor, "n 2"]:
            ends = []
            for part in torch.split(wanted, CHUNK):
                near = noise_near(groups, part, lambda size: self.starts(size, generator))
                ends.append(self.ends(energy, near.to(generator.device), generator))
            return torch.cat(ends)

        return in_shares(groups, count, more, generator, progress)

    def ends(
        self, energy: EnergyNetwork, starts: Float[Tensor, "n ..."], generator: torch.Generator
    ) -> Float[Tensor, "n ..."]:
        """Where chains end, on the CPU."""
        if not self.steps:
            return starts.cpu()
        return run(self.sampler, energy, starts, self.steps, generator, self.tuning).points.cpu()


def drawing(
    config: RunConfig,
    steps: int | None,
    mass: Callable[[], Mass],
    tuning: Tuning | None,
    own: Source | None,
) -> Drawing:
    """The way to samples of a run's energy.

    A method whose steps from noise are part of what it learns makes those and no others. Of a
    density in the plane, points are drawn from a grid that has its mass exactly, since chains do
    not cross between far modes, and moved within. All else are the method's own samples, moved on
    where it keeps no more than some, or comes from noise.

    Args:
        steps: Chain steps that are asked for, if any are.
        mass: Where the mass of exp(-E) is.
        tuning: What the method's sampler has settled on.
        own: Draws the method's own samples, where it has some.

    Raises:
        ValueError: So few steps do not suffice.
    """
    method, dataset = config.method, config.dataset
    sampler = method.display_sampler(dataset.shape)
    fixed, planar = method.sample_steps, len(dataset.shape) == 1
    if steps is not None and steps < (fixed or 0):
        raise ValueError(
            f"steps is {steps}; samples of {method.title} are ends of {fixed} steps from noise: "
            "leave steps out, or give at least so many"
        )
    if fixed is not None:
        more = "" if steps is None or steps == fixed else f" (and no more, though {steps} may be)"
        told = f"{fixed} steps of {sampler.title} from noise, the whole way of {method.title}{more}"
        groups = dataset.groups if method.promises == "density" else None
        if groups is not None:
            told += "; each starts near a separate group, drawn by its share, and ends in it"
        return Drawing(told, dataset.starts, sampler, fixed, tuning, groups)
    if planar and method.promises == "density":
        found, count = mass(), WITHIN if steps is None else steps
        told = (
            f"drawn from exp(-E) / Z on a grid, whose log Z is right to "
            f"{max(found.partition.error, 1e-4):.1g} nats, and moved by {count} steps of MALA"
        )
        if found.outside > STRAYED:
            told += f"; {found.outside:.0%} of the mass lies far from all data: no density of them"
        return Drawing(told, inside(found), Mala(), count)
    if own is not None and own(1, torch.Generator(config.device).manual_seed(0)) is not None:
        count = method.settling if steps is None else steps
        told = f"{count} steps of {sampler.title} from the method's own samples"
        return Drawing(told if count else "the method's own samples", repeated(own), sampler, count)
    count = ENOUGH if steps is None else steps
    told = f"{count} steps of {sampler.title} from noise"
    return Drawing(told, dataset.starts, sampler, count)


def inside(mass: Mass) -> Callable[[int, torch.Generator], Float[Tensor, "n 2"]]:
    """Draws of the grid, in single precision as an energy takes them."""
    return lambda count, generator: mass.sample(count, generator).float()


def repeated(own: Source) -> Callable[[int, torch.Generator], Float[Tensor, "n ..."]]:
    """Draws of the method's own samples; where they are fewer, they are drawn with repetition."""

    def starts(count: int, generator: torch.Generator) -> Float[Tensor, "n ..."]:
        points = own(count, generator)
        assert points is not None
        if len(points) >= count:
            return points
        rows = torch.randint(len(points), (count,), generator=generator, device=points.device)
        return points[rows]

    return starts
