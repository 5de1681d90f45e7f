"""The hinge against mass far from all data."""

import torch
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, Task
from ebm_core.contracts.groups import Groups
from ebm_core.methods.score_matching._far_field import EARLY, EVERY, Batch, far_hinge, far_points
from ebm_core.methods.score_matching.exact import ExactScoreMatching
from ebm_core.optimization import Optimization, Schedule


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


def task(energy: EnergyNetwork, groups: Groups | None = None) -> Task:
    generator = torch.Generator().manual_seed(0)

    def sample_data(count: int) -> Tensor:
        return torch.randn(count, 2, generator=generator)

    def sample_noise(count: int, own: torch.Generator | None = None, /) -> Tensor:
        return torch.rand(count, 2, generator=own or generator) * 40 - 10

    return Task(
        shape=(2,),
        energy=energy,
        sample_data=sample_data,
        sample_noise=sample_noise,
        schedule=Schedule(Optimization(), horizon=100),
        generator=generator,
        device=torch.device("cpu"),
        classes=1,
        sample_labelled=lambda count: (sample_data(count), torch.zeros(count, dtype=torch.long)),
        held_out_labelled=lambda count: (sample_data(count), torch.zeros(count, dtype=torch.long)),
        groups=groups,
    )


def hinge(bowl: Bowl) -> Tensor | None:
    given = task(bowl)
    data = given.sample_data(256)
    return far_hinge(given, Batch(bowl, bowl.height * data.square().sum(1), 0.0), data, 2.0)


def test_where_far_energies_are_high_nothing_changes() -> None:
    bowl = Bowl(5.0)
    assert hinge(bowl) is None
    assert bowl.asked == 1


def test_where_mass_flees_it_is_pulled_back() -> None:
    bowl = Bowl(-1.0)
    found = hinge(bowl)
    assert found is not None
    (slope,) = torch.autograd.grad(found, bowl.height)
    assert found > 0
    assert slope < 0  # a descent makes the bowl's walls rise


def test_far_energies_are_looked_at_often_at_first_and_then_seldom() -> None:
    def seen_by(margin: float | None, begin: int) -> int:
        bowl = Bowl(5.0)
        given = task(bowl)
        given.schedule.step = begin
        learner = ExactScoreMatching.model_validate({"far_margin": margin}).learner(given)
        for _ in range(2 * EVERY):
            learner.update(given.sample_data(64))
            given.schedule.step += 1
        return bowl.asked

    assert seen_by(2.0, EARLY) == seen_by(None, EARLY) + 2
    assert seen_by(2.0, 0) == seen_by(None, 0) + 2 * EVERY


class Trough(Bowl):
    """A bowl with a deep hole half the way between two groups, at (10, 0)."""

    def forward(self, points: Tensor) -> Tensor:
        hole = (points - torch.tensor([10.0, 0.0])).norm(dim=1) < 4
        energies: Tensor = super().forward(points) - 1e5 * hole
        return energies


def test_mass_between_separate_groups_is_seen() -> None:
    means = torch.tensor([[0.0, 0.0], [20.0, 0.0]], dtype=torch.float64)
    groups = Groups(torch.tensor([0.5, 0.5]), means, torch.eye(2).double().expand(2, 2, 2))
    trough = Trough(100.0)
    given = task(trough, groups)
    data = given.sample_data(256)
    data[:128, 0] += 20
    batch = Batch(trough, trough(data), 0.0)
    found = far_hinge(given, batch, data, 2.0)
    assert found is not None
    assert found > 1e3
    assert far_hinge(task(trough), batch, data, 2.0) is None  # it looks around both alone


def test_far_points_lie_beyond_all_data_in_every_direction() -> None:
    generator = torch.Generator().manual_seed(0)
    data = torch.randn(500, 2, generator=generator)
    far = far_points(data, 2000, 0.0, generator)
    assert far.norm(dim=1).min() > data.norm(dim=1).max()
    angles = torch.atan2(far[:, 1], far[:, 0])
    assert torch.histc(angles, 8, -torch.pi, torch.pi).min() > 2000 / 8 * 0.7
