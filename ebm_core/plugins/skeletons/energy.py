"""An energy of your own. It runs as it is (a plain net in a bowl): change a part at a time.

ebm check my_energy.py            the tests that every energy passes
ebm serve --plugin my_energy.py   it can be chosen in the form, for every method
"""

from typing import ClassVar, Literal, final

import torch
from torch import Tensor, nn

from ebm_core.kit import Energy, EnergyNetwork, Shape, by_autograd, setting


@final
class MyEnergy(Energy):
    """The settings: every field is one line of the form."""

    title: ClassVar[str] = "My energy"
    summary: ClassVar[str] = "What it is, in one sentence for the form."

    kind: Literal["my_energy"] = "my_energy"  # its name in files and on the command line
    width: int = setting(
        64, title="Width", ge=1, le=1024, description="Units of each of the two hidden layers."
    )

    def build(self, shape: Shape) -> EnergyNetwork:
        """A new network for points of `shape`: (2,) in the plane, (channels, height, width)."""
        return MyNetwork(self.width, torch.Size(shape).numel())


@final
class MyNetwork(EnergyNetwork):
    """E(x): low where there are many data. It has to rise far away, or there is no density."""

    def __init__(self, width: int, dimensions: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(dimensions, width),
            nn.SiLU(),  # smooth: methods and samplers need the gradient, some the second
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, 1),
        )

    def forward(self, points: Tensor) -> Tensor:
        """E(x), one value for each point."""
        x = points.flatten(1)
        heights: Tensor = self.layers(x)
        return heights.squeeze(1) + x.square().sum(1) / 18

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """E(x) and its gradient by x; write it out where that is faster."""
        return by_autograd(self, points)
