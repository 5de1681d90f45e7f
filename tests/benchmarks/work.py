"""The work that is timed, and what all sides start from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

Task = Callable[[], object]
"""Does one unit of work."""
Side = Callable[["Setting"], dict[str, Task]]
"""One contestant's tasks, by the keys of `WORK`; it leaves out what it cannot do."""

STEP_SIZE = 0.01
LEAPFROG_STEPS = 10
CHAIN_STEPS = 20
NOISE_LEVEL = 0.1
LEARNING_RATE = 1e-3


class Work(NamedTuple):
    """A kind of work."""

    title: str
    units: int
    """Chain-steps, gradients, updates or points in one unit of work."""
    unit: str
    target: float | None
    """How many times as fast as the plain loop it must be."""


WORK = {
    "langevin_256": Work("Langevin, 256 chains, 20 steps", 256 * 20, "chain-steps", 1.8),
    "langevin_1024": Work("Langevin, 1,024 chains, 20 steps", 1024 * 20, "chain-steps", 1.4),
    "mala": Work("MALA, 1,024 chains, 20 steps", 1024 * 20, "chain-steps", None),
    "hmc": Work("HMC, 1,024 chains, 2 paths of 10", 1024 * 20, "gradients", None),
    "contrastive_divergence": Work("CD-20, batch 256", 1, "updates", 1.7),
    "sliced": Work("Sliced score matching, batch 1,024", 1, "updates", 1.4),
    "exact": Work("Exact score matching, batch 1,024", 1, "updates", 1.7),
    "denoising": Work("Denoising score matching, batch 1,024", 1, "updates", 1.2),
    "grid": Work("Energies on a 128 x 128 grid", 128 * 128, "points", None),
}


@dataclass(frozen=True)
class Setting:
    """What all sides start from."""

    layers: tuple[tuple[Tensor, Tensor], ...]
    """Weight and bias of each linear layer."""
    data: Tensor
    """(1024, 2)"""
    cells: Tensor
    """(128 * 128, 2)"""

    def network(self) -> nn.Sequential:
        """A net of one's own, (n, 2) to (n, 1)."""
        parts: list[nn.Module] = []
        for weight, bias in self.layers:
            linear = nn.Linear(weight.shape[1], weight.shape[0])
            linear.load_state_dict({"weight": weight.clone(), "bias": bias.clone()})
            parts += [linear, nn.SiLU()]
        return nn.Sequential(*parts[:-1])

    def chains(self, count: int) -> Tensor:
        """Where chains start."""
        return self.data[:count].clone()


def setting() -> Setting:
    """The same each time."""
    generator = torch.Generator().manual_seed(0)
    widths = ((2, 128), (128, 128), (128, 1))
    layers = tuple(
        (
            torch.randn(after, before, generator=generator) / before**0.5,
            0.1 * torch.randn(after, generator=generator),
        )
        for before, after in widths
    )
    axis = torch.linspace(-4.5, 4.5, 128)
    cells = torch.cartesian_prod(axis, axis)
    return Setting(layers, torch.randn(1024, 2, generator=generator), cells)
