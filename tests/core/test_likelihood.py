"""Bits a dimension against a density whose log Z and likelihood are known."""

import math

import pytest
import torch
from torch import Tensor

from ebm_core.contracts import EnergyNetwork
from ebm_core.evaluation.likelihood import Tempered, likelihood
from ebm_core.samplers.hmc import Hmc

EDGE, SD, LEVELS = 8, 0.3, 255
SIZE = EDGE * EDGE


class Clouds(EnergyNetwork):
    """T |x - .1|^2 / (2 sd^2): at the temperature T a Gaussian of 64 independent pixels."""

    def __init__(self, temperature: float) -> None:
        super().__init__()
        self.scale = temperature / SD**2

    def forward(self, points: Tensor) -> Tensor:
        return self.scale * (points - 0.1).square().flatten(1).sum(1) / 2

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self(points), self.scale * (points - 0.1)


def images(count: int, seed: int) -> Tensor:
    """Draws of it, as grey values."""
    generator = torch.Generator().manual_seed(seed)
    drawn = 0.1 + SD * torch.randn(count, 1, EDGE, EDGE, generator=generator)
    return ((drawn + 1) * LEVELS / 2).round().clamp(0, LEVELS).to(torch.uint8)


@pytest.mark.parametrize("temperature", [1.0, 0.01])
def test_bits_of_a_gaussian_are_its_entropy(temperature: float) -> None:
    train = images(2000, 0).float() * (2 / LEVELS) - 1
    found = likelihood(
        Clouds(temperature),
        temperature,
        Hmc(),
        train,
        images(500, 1),
        LEVELS,
        temperatures=120,
        chains=32,
    )
    log_z = SIZE * math.log(SD * math.sqrt(2 * math.pi))
    assert found["log_z_low"] == pytest.approx(log_z, abs=0.3)
    assert found["log_z_high"] == pytest.approx(log_z, abs=0.3)
    entropy = 0.5 * math.log(2 * math.pi * math.e * SD**2)  # nats a pixel
    bits = entropy / math.log(2) + math.log2(LEVELS / 2)
    assert found["bits_low"] == pytest.approx(bits, abs=0.02)
    assert found["bits_high"] == pytest.approx(bits, abs=0.02)
    assert found["bits_gaussian"] == pytest.approx(bits, abs=0.1)
    assert found["bits_uniform"] == 8


def test_a_tempered_energy_has_autograds_gradient() -> None:
    x = torch.randn(5, 1, EDGE, EDGE, generator=torch.Generator().manual_seed(0)).requires_grad_()
    energy = Tempered(Clouds(2.0), 0.5)
    (slopes,) = torch.autograd.grad(energy(x).sum(), x)
    torch.testing.assert_close(energy.with_gradient(x)[1], slopes)
