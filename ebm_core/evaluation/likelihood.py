"""The likelihood of held-out images: bits a dimension, with log Z from both sides."""

import math
from typing import final

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, Sampler
from ebm_core.evaluation.annealed_importance import Base, bracket_log_z


@final
class Tempered(EnergyNetwork):
    """E / T."""

    def __init__(self, energy: EnergyNetwork, temperature: float) -> None:
        super().__init__()
        self.energy, self.temperature = energy, temperature

    def forward(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        energies: Tensor = self.energy(points) / self.temperature
        return energies

    def with_gradient(
        self, points: Float[Tensor, "n ..."]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
        energies, gradients = self.energy.with_gradient(points)
        return energies / self.temperature, gradients / self.temperature


def likelihood(
    energy: EnergyNetwork,
    temperature: float,
    sampler: Sampler,
    train: Float[Tensor, "n ..."],
    test: Integer[Tensor, "m ..."],
    levels: int,
    *,
    temperatures: int = 500,
    chains: int = 64,
    seed: int = 0,
) -> dict[str, float]:
    """What exp(-E / T) makes of images, by annealed importance sampling from a Gaussian.

    `log_z_low` and `log_z_high` bracket log Z on average, in nats (see `bracket_log_z`);
    `bits_low` and `bits_high` are the bits a dimension that follow from them. `bits_gaussian` is
    what the Gaussian itself gives, and `bits_uniform` that of no knowledge.

    Args:
        temperature: T, that of the chains that the energy was learned with.
        sampler: One that keeps exp(-E) exactly, such as `Hmc()`.
        train: Images on [-1, 1], around which the Gaussian lies.
        test: Images as whole numbers from 0 (-1) to `levels` (1); uniform noise fills the steps.

    Source:
        Theis, van den Oord and Bethge (2016), section 3.1, https://arxiv.org/abs/1511.01844, for
        the noise
    """
    generator = torch.Generator().manual_seed(seed)
    filled = test.float() + torch.rand(test.shape, generator=generator) - 0.5
    images = (filled * (2 / levels) - 1).to(train)
    tempered = Tempered(energy, temperature)
    base = Base.around(train)
    found = bracket_log_z(
        tempered, sampler, base, temperatures=temperatures, chains=chains, seed=seed
    )
    low, high = found.forward.log_z, found.reverse.log_z
    with torch.no_grad():
        mean = tempered(images).double().mean().item()
        plain = base.energies(images).double().mean().item() + base.log_z
    size = images[0].numel()

    def bits(nats: float) -> float:
        # a step of the grey values is 2 / levels wide
        return nats / (size * math.log(2)) + math.log2(levels / 2)

    return {
        "log_z_low": low,
        "log_z_high": high,
        "bits_low": bits(mean + low),
        "bits_high": bits(mean + high),
        "bits_gaussian": bits(plain),
        "bits_uniform": math.log2(levels + 1),
    }
