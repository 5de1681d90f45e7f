"""log Z beyond the plane: annealed importance sampling, forward and in reverse."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Self, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.contracts import EnergyNetwork, Sampler, Tuning

PILOTS = 64
"""Chains that find the step sizes."""
PILOT_STEPS = 3
"""Steps of theirs at each bridge."""


@dataclass(frozen=True)
class Base:
    """The Gaussian with independent coordinates that annealing starts from."""

    mean: Float[Tensor, "..."]
    """Shaped as one point."""
    spread: Float[Tensor, "..."]
    """Standard deviation of each coordinate."""

    @classmethod
    def around(cls, points: Float[Tensor, "n ..."], widening: float = 1.2) -> Self:
        """With the points' mean, and their spread times `widening`: too wide costs less than too
        narrow. No coordinate's spread is below a hundredth of the widest."""
        spread = widening * points.std(0)
        return cls(points.mean(0), spread.clamp(min=float(spread.max()) / 100))

    @property
    def log_z(self) -> float:
        """log of the integral of exp(-E), in nats, for `energies`."""
        log_spreads = self.spread.double().log().sum()
        return float(log_spreads) + self.mean.numel() / 2 * math.log(2 * math.pi)

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."]:
        """Independent points."""
        points = torch.empty(count, *self.mean.shape, device=self.mean.device)
        return points.normal_(generator=generator).mul_(self.spread).add_(self.mean)

    def energies(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        """|x - mean|^2 / (2 spread^2), summed over the coordinates."""
        return ((points - self.mean) / self.spread).square().flatten(1).sum(1) / 2

    def gradients(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n ..."]:
        """The gradient of `energies`."""
        return (points - self.mean) / self.spread.square()


@final
class Bridge(EnergyNetwork):
    """(1 - b) E_base + b E: what lies between the base, b = 0, and the energy, b = 1."""

    def __init__(self, energy: EnergyNetwork, base: Base, share: float) -> None:
        super().__init__()
        self.energy, self.base, self.share = energy, base, share

    def forward(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        return torch.lerp(self.base.energies(points), self.energy(points), self.share)

    def with_gradient(
        self, points: Float[Tensor, "n ..."]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
        energies, gradients = self.energy.with_gradient(points)
        return (
            torch.lerp(self.base.energies(points), energies, self.share),
            torch.lerp(self.base.gradients(points), gradients, self.share),
        )


class Estimate(NamedTuple):
    """One estimate of log Z."""

    log_z: float
    """In nats."""
    error: float
    """Its standard error, by the spread of the weights: too small where they are few."""
    effective: float
    """How many equal weights would be as good: 1 / sum of squares. Below about 10, trust none."""


@dataclass(frozen=True)
class Bracket:
    """log Z from both sides.

    E[Z estimated] = Z forward, so its log is too small on average, and hardly ever far too
    large (Markov); in reverse it is the other way round. Where they meet, both are right.
    """

    forward: Estimate
    """From the base to the energy: a lower bound, on average."""
    reverse: Estimate
    """From samples of the energy back to the base: an upper bound, on average, if the samples are
    the energy's own. Ones that miss a mode make it too small."""

    @property
    def gap(self) -> float:
        """reverse - forward, in nats; below 0 by more than the errors, the samples are wrong."""
        return self.reverse.log_z - self.forward.log_z

    @property
    def middle(self) -> float:
        """The best single figure."""
        return (self.forward.log_z + self.reverse.log_z) / 2


def bracket_log_z(
    energy: EnergyNetwork,
    sampler: Sampler,
    base: Base,
    samples: Float[Tensor, "n ..."] | None = None,
    *,
    temperatures: int = 500,
    chains: int = 256,
    settling: int = 500,
    seed: int = 0,
) -> Bracket:
    """log of the integral of exp(-E), in nats, bracketed by annealed importance sampling.

    The sampler needs a Metropolis test and the temperature 1, such as `Hmc()` or `Mala()`, since
    every bridge must be kept exactly. A pilot run finds a step size for each bridge, so that the
    weighed chains have no say in how they move.

    Args:
        samples: Samples of exp(-E) for the way back: exact ones where there are any. Without them
            the forward run's ends are resampled by their weights and moved `settling` steps on;
            the upper bound then holds as far as these have mixed.
        temperatures: Bridges between the base and the energy; the gap shrinks as their inverse.
        chains: Weights of the forward estimate, and of the reverse one without `samples`.

    Raises:
        ValueError: The sampler does not sample exp(-E), or an energy is not finite.

    Source:
        Neal (2001), https://doi.org/10.1023/A:1008923215028; in reverse: Burda, Grosse and
        Salakhutdinov (2015), https://arxiv.org/abs/1412.8566
    """
    if sampler.sampled_temperature != 1:
        raise ValueError(
            f"the sampler's temperature is {sampler.sampled_temperature:g}; annealed importance "
            "sampling needs 1"
        )
    if temperatures < 2 or chains < 2:
        raise ValueError(
            f"{temperatures} temperatures and {chains} chains give no estimate; take 2 at least"
        )
    generator = torch.Generator(base.mean.device).manual_seed(seed)
    path = Path(energy, base, sampler, spaced(temperatures))
    path.tune(base.sample(PILOTS, generator), generator)
    weights, ends = path.weigh(base.sample(chains, generator), generator)
    if samples is None:
        drawn = weights.softmax(0).multinomial(chains, replacement=True, generator=generator)
        samples = path.settle(ends[drawn], settling, generator)
    returning, _ = path.weigh(samples, generator, back=True)
    forward, reverse = estimate(weights), estimate(returning)
    return Bracket(
        forward._replace(log_z=base.log_z + forward.log_z),
        reverse._replace(log_z=base.log_z - reverse.log_z),
    )


def spaced(count: int) -> list[float]:
    """From 0 to 1 along a logistic curve: neighbours near both ends differ the most."""
    places = torch.linspace(-4, 4, count, dtype=torch.float64).sigmoid()
    shares: list[float] = ((places - places[0]) / (places[-1] - places[0])).tolist()
    return shares


class Path:
    """The bridges of one energy, with a step size for each."""

    def __init__(
        self, energy: EnergyNetwork, base: Base, sampler: Sampler, shares: list[float]
    ) -> None:
        self.energy, self.base, self.sampler, self.shares = energy, base, sampler, shares
        self.tuning: list[Tuning | None] = [None] * len(shares)

    def tune(self, points: Float[Tensor, "n ..."], generator: torch.Generator) -> None:
        """Finds the step sizes on one way; each bridge starts with the last one's."""
        tuning: Tuning | None = None
        for place, share in enumerate(self.shares):
            bridge = Bridge(self.energy, self.base, share)
            ends = run(self.sampler, bridge, points, PILOT_STEPS, generator, tuning)
            tuning = ends.tuning._replace(steps=0)
            self.tuning[place], points = tuning, ends.points

    def weigh(
        self, points: Float[Tensor, "n ..."], generator: torch.Generator, *, back: bool = False
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
        """Log weights in float64, and where the chains end; one sampler step at each bridge."""
        order = range(len(self.shares))
        log_weights = torch.zeros(len(points), dtype=torch.float64, device=points.device)
        for here, there in pairwise(reversed(order) if back else order):
            log_weights -= (self.shares[there] - self.shares[here]) * self.difference(points)
            if there:  # nothing is weighed after the base
                bridge = Bridge(self.energy, self.base, self.shares[there])
                points = run(self.sampler, bridge, points, 1, generator, self.tuning[there]).points
        if not log_weights.isfinite().all():
            raise ValueError(
                "an energy on the way is not finite, so it has no weight; choose a base that is "
                "nearer to the energy's samples"
            )
        return log_weights, points

    @torch.no_grad()
    def difference(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        """E - E_base, in float64."""
        energies: Tensor = self.energy(points)
        return energies.double() - self.base.energies(points).double()

    def settle(
        self, points: Float[Tensor, "n ..."], steps: int, generator: torch.Generator
    ) -> Float[Tensor, "n ..."]:
        """The points after some steps at the energy itself."""
        return run(self.sampler, self.energy, points, steps, generator, self.tuning[-1]).points


def estimate(log_weights: Float[Tensor, " n"]) -> Estimate:
    """log of the mean weight."""
    count = len(log_weights)
    shares = log_weights.softmax(0)
    effective = float(1 / shares.square().sum())
    # the relative variance of the weights is n sum of squares - 1
    error = math.sqrt(max(0.0, count / effective - 1) / count)
    return Estimate(float(log_weights.logsumexp(0)) - math.log(count), error, effective)
