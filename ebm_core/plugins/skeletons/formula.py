"""A formula of your own for an energy, to try samplers on. It runs as it is (a banana).

ebm check my_formula.py            the tests that every formula passes
ebm serve --plugin my_formula.py   it can be chosen under Samplers in the browser
"""

import math
from typing import ClassVar, Literal, final

import torch
from torch import Tensor

from ebm_core.kit import AnalyticEnergy, Shape, setting


@final
class MyFormula(AnalyticEnergy):
    """E(x) = x0^2 / 2 + (x1 - c (x0^2 - 1))^2 / 2."""

    title: ClassVar[str] = "My formula"
    summary: ClassVar[str] = "What makes it hard for a sampler, in one sentence."

    kind: Literal["my_formula"] = "my_formula"  # its name in files
    bend: float = setting(
        0.5, title="Bend", symbol="c", ge=0, le=1, description="How much the valley bends."
    )

    @property
    def shape(self) -> Shape:
        return (2,)

    @property
    def window(self) -> tuple[tuple[float, float], ...]:
        """Low and high of each coordinate, about all of the mass."""
        return ((-5.0, 5.0), (-5.0 - self.bend, 5.0 + 20 * self.bend))

    @property
    def log_z(self) -> float | None:
        """log of the integral of exp(-E); None where there is no closed form."""
        return math.log(2 * math.pi)

    def energies(self, points: Tensor) -> Tensor:
        x, y = points.unbind(1)
        return x.square() / 2 + (y - self.bend * (x.square() - 1)).square() / 2

    def gradients(self, points: Tensor) -> Tensor:
        """grad E, which `ebm check` compares with autograd's."""
        x, y = points.unbind(1)
        off = y - self.bend * (x.square() - 1)
        return torch.stack([x - 2 * self.bend * x * off, off], 1)
