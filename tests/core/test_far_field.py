"""The hinge against mass far from all data."""

import torch
from torch import Tensor

from ebm_core.contracts import EnergyNetwork
from ebm_core.methods.score_matching._far_field import EVERY, Batch, FarField, far_points


class Bowl(EnergyNetwork):
    """Height times |x|^2; how often it was asked is counted."""

    def __init__(self, height: float) -> None:
        super().__init__()
        self.height = torch.nn.Parameter(torch.tensor(height))
        self.asked = 0

    def forward(self, points: Tensor) -> Tensor:
        self.asked += 1
        return self.height * points.square().flatten(1).sum(1)

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self(points), 2 * self.height * points


def hinges(bowl: Bowl, updates: int) -> list[Tensor | None]:
    generator = torch.Generator().manual_seed(0)
    data = torch.randn(256, 2, generator=generator)
    far_field = FarField()
    found = []
    for step in range(updates):
        batch = Batch(bowl, bowl.height * data.square().sum(1), 0.0)
        found.append(far_field.hinge(step, batch, data, 2.0, generator))
    return found


def test_where_far_energies_are_high_they_are_looked_at_seldom_and_change_nothing() -> None:
    bowl = Bowl(5.0)
    assert hinges(bowl, 2 * EVERY) == [None] * 2 * EVERY
    assert bowl.asked == 2


def test_where_mass_flees_every_update_pulls_it_back() -> None:
    bowl = Bowl(-1.0)
    found = hinges(bowl, EVERY)
    for hinge in found:
        assert hinge is not None
        (slope,) = torch.autograd.grad(hinge, bowl.height)
        assert hinge > 0
        assert slope < 0  # a descent makes the bowl's walls rise


def test_far_points_lie_beyond_all_data_in_every_direction() -> None:
    generator = torch.Generator().manual_seed(0)
    data = torch.randn(500, 2, generator=generator)
    far = far_points(data, 2000, 0.0, generator)
    assert far.norm(dim=1).min() > data.norm(dim=1).max()
    angles = torch.atan2(far[:, 1], far[:, 0])
    assert torch.histc(angles, 8, -torch.pi, torch.pi).min() > 2000 / 8 * 0.7
