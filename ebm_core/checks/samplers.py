"""What holds for every sampler."""

import math

import torch
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.checks.expectation import Check, expect, form_is_whole
from ebm_core.contracts import EnergyNetwork
from ebm_core.samplers import SAMPLERS

WARM_UP = 400
"""Steps until a schedule has come to its end."""


class Quadratic(EnergyNetwork):
    """E(x) = |x|^2 / 2: the standard normal."""

    def forward(self, points: Tensor) -> Tensor:
        return points.square().flatten(1).sum(1) / 2

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self(points), points.clone()


def normal(count: int) -> Tensor:
    """Draws of the standard normal in the plane."""
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(1))


def stepped(kind: str, points: Tensor, steps: int, warm_up: int = 0) -> Tensor:
    """Where chains on the standard normal are after some steps.

    Args:
        warm_up: Steps of chains before, whose tuning is handed on.
    """
    sampler, energy = SAMPLERS[kind](), Quadratic()
    generator = torch.Generator().manual_seed(0)
    tuning = run(sampler, energy, points, warm_up, generator).tuning
    return run(sampler, energy, points, steps, generator, tuning).points


def has_a_form(kind: str) -> None:
    """Its fields have titles, descriptions and bounds."""
    form_is_whole(SAMPLERS[kind])


def keeps_a_standard_normal(kind: str) -> None:
    """Points of the distribution are such points after any number of steps."""
    x = stepped(kind, normal(4000), 40, WARM_UP)
    temperature = SAMPLERS[kind]().sampled_temperature
    mean, variance = float(x.mean()), float(x.var()) / temperature
    expect(abs(mean) < 4 / math.sqrt(x.numel()), f"points of mean 0 have mean {mean:.3g} after it")
    # 2 % more for the discretisation of samplers that never reject
    error = 4 * math.sqrt(2 / x.numel()) + 0.02
    expect(
        abs(variance - 1) < error,
        f"points of variance {temperature:g} have {temperature * variance:.4g} after it",
    )


def the_seed_decides_the_path(kind: str) -> None:
    """And torch's global generator is left alone."""
    before = torch.random.get_rng_state()
    starts = normal(16)
    first, again = stepped(kind, starts, 7), stepped(kind, starts, 7)
    expect(torch.equal(first, again), "the same seed leads elsewhere")
    expect(not torch.equal(first, starts), "the chains do not move")
    expect(torch.equal(starts, normal(16)), "it moves the points that it was given; make new ones")
    expect(
        torch.equal(before, torch.random.get_rng_state()),
        "torch's global generator was used; draw from the generator that is given",
    )


CHECKS: tuple[Check, ...] = (has_a_form, keeps_a_standard_normal, the_seed_decides_the_path)
