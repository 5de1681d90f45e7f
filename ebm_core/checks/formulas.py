"""What holds for every energy in closed form."""

import math

import torch
from torch import Tensor

from ebm_core.analytic import ANALYTIC_ENERGIES
from ebm_core.checks.expectation import Check, expect, form_is_whole
from ebm_core.contracts import AnalyticEnergy


def grid(formula: AnalyticEnergy, size: int, margin: float) -> tuple[Tensor, float]:
    """Midpoints over the window, widened by a share of it, and the area of a cell."""
    axes, area = [], 1.0
    for low, high in formula.window:
        extra = margin * (high - low)
        edges = torch.linspace(low - extra, high + extra, size + 1, dtype=torch.float64)
        axes.append((edges[1:] + edges[:-1]) / 2)
        area *= (high - low + 2 * extra) / size
    return torch.cartesian_prod(*axes), area


def log_z(formula: AnalyticEnergy, margin: float) -> float:
    """By a sum over the grid."""
    points, area = grid(formula, 1200, margin)
    return float((-formula.energies(points)).logsumexp(0)) + math.log(area)


def has_a_form(kind: str) -> None:
    """Its fields have titles, descriptions and bounds."""
    form_is_whole(ANALYTIC_ENERGIES[kind])


def gradient_is_autograds(kind: str) -> None:
    """`gradients` gives those of `energies`."""
    formula = ANALYTIC_ENERGIES[kind]()
    points, _ = grid(formula, 12, 0.2)
    x = points.clone().requires_grad_()
    (slopes,) = torch.autograd.grad(formula.energies(x).sum(), x)
    same = torch.allclose(formula.gradients(points), slopes, rtol=1e-9, atol=1e-9)
    expect(same, "`gradients` gives others than autograd of `energies`")


def window_holds_the_mass(kind: str) -> None:
    """And log Z is the integral over it."""
    formula = ANALYTIC_ENERGIES[kind]()
    wide, inside = log_z(formula, 0.3), log_z(formula, 0.0)
    expect(
        abs(inside - wide) < 5e-3,
        f"log Z is {inside:.6g} inside the window and {wide:.6g} around it: widen the window",
    )
    if formula.log_z is not None:
        told = formula.log_z
        expect(abs(told - wide) < 1e-5, f"log_z is {told:.8g}, not {wide:.8g}")


CHECKS: tuple[Check, ...] = (has_a_form, gradient_is_autograds, window_holds_the_mass)
