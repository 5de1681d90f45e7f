"""Analytic energies: their gradients, partition functions and landmarks."""

import math

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from ebm_core.analytic import ANALYTIC_ENERGIES, AnyAnalyticEnergy
from ebm_core.analytic.double_well import DoubleWell
from ebm_core.analytic.gaussian_mixture import GaussianMixture
from ebm_core.analytic.muller_brown import MullerBrown
from ebm_core.chains.run import run
from ebm_core.checks.formulas import grid, log_z
from ebm_core.energies import ENERGIES
from ebm_core.registry import Shelved
from ebm_core.samplers.hmc import Hmc


@pytest.mark.parametrize(("barrier", "separation"), [(0.3, 1.0), (30.0, 2.5)])
def test_log_z_of_low_and_high_barriers(barrier: float, separation: float) -> None:
    formula = DoubleWell(barrier=barrier, separation=separation)
    assert formula.log_z == pytest.approx(log_z(formula, 0.3), abs=1e-6)


def test_log_z_in_many_dimensions() -> None:
    centre = (0.5,) * 64
    assert GaussianMixture(centers=(centre,), spread=2.0).log_z == pytest.approx(
        32 * math.log(2 * math.pi * 4)
    )
    more = DoubleWell(dimensions=5).log_z - DoubleWell().log_z
    assert more == pytest.approx(1.5 * math.log(2 * math.pi))


@pytest.mark.parametrize(
    ("place", "height"),
    [
        ((-0.558, 1.442), -146.70),
        ((0.623, 0.028), -108.17),
        ((-0.050, 0.467), -80.77),
        ((-0.822, 0.624), -40.66),
        ((0.212, 0.293), -72.25),
    ],
)
def test_muller_brown_has_the_published_wells_and_passes(
    place: tuple[float, float], height: float
) -> None:
    formula = MullerBrown(heat=1.0)
    point = torch.tensor([place], dtype=torch.float64)
    assert formula.energies(point).item() == pytest.approx(height, abs=0.01)
    # places are rounded to 1e-3 where curvatures are some thousands
    assert formula.gradients(point).norm() < 3


def test_weights_are_the_masses_of_the_modes() -> None:
    formula = GaussianMixture(centers=((-3.0, 0.0), (3.0, 0.0)), weights=(3.0, 1.0), spread=0.4)
    points, _ = grid(formula, 400, 0.2)
    mass = (-formula.energies(points)).softmax(0)
    assert mass[points[:, 0] < 0].sum().item() == pytest.approx(0.75, abs=1e-6)


def test_a_mixture_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValidationError, match="2 and 3 coordinates"):
        GaussianMixture(centers=((0.0, 0.0), (1.0, 1.0, 1.0)))
    with pytest.raises(ValidationError, match="1 weights for 3 centres"):
        GaussianMixture(weights=(1.0,))


@pytest.mark.parametrize("kind", ANALYTIC_ENERGIES)
def test_it_survives_json_but_is_no_energy_to_train(kind: str) -> None:
    formula = ANALYTIC_ENERGIES[kind]()
    shelf: TypeAdapter[Shelved] = TypeAdapter(AnyAnalyticEnergy)
    assert shelf.validate_json(formula.model_dump_json()) == formula
    assert kind not in ENERGIES


@pytest.mark.parametrize("kind", ANALYTIC_ENERGIES)
def test_hmc_finds_the_mean_of_each(kind: str) -> None:
    formula, random = ANALYTIC_ENERGIES[kind](), torch.Generator().manual_seed(0)
    points, _ = grid(formula, 400, 0.0)
    mass = (-formula.energies(points)).softmax(0)
    draws = mass.multinomial(4000, replacement=True, generator=random)
    sampler = Hmc(step_size=0.05, adaptation=0)
    ends = run(sampler, formula.network(), points[draws].float(), 5, random).points
    exact = (mass[:, None] * points).sum(0)
    error = 4 * ends.std(0).double() / np.sqrt(len(ends))
    assert ((ends.mean(0) - exact).abs() < error).all()
