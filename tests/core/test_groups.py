"""Groups of points with nothing between are found, and hold their shares of what is learned."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from ebm_core import RunConfig, Training, load
from ebm_core.contracts import EnergyNetwork
from ebm_core.contracts.groups import Groups
from ebm_core.datasets._grouping import finest_detail, groups_in
from ebm_core.datasets.points import Points
from ebm_core.derivatives.gradient import by_autograd
from ebm_core.evaluation.plane import Plane
from ebm_core.evaluation.weighing import offsets
from ebm_core.networks.noise_conditioning import NoiseConditional, annealed_gradient
from ebm_core.networks.weighed import Weighed
from ebm_core.runs.shares import in_shares, noise_near
from ebm_core.runs.train import train

torch.set_num_threads(1)


def two(count: int, share: float, distance: float, seed: int = 0) -> NDArray[np.float64]:
    table = np.random.default_rng(seed).normal(0, 0.3, (count, 2))
    table[: round(share * count), 0] += distance
    return table


@pytest.mark.parametrize(
    ("count", "share", "distance"),
    [(300, 0.1, 5.0), (2000, 0.25, 10.0), (20_000, 0.02, 10.0), (20_000, 0.02, 300.0)],
)
def test_far_clusters_are_groups(count: int, share: float, distance: float) -> None:
    data = Points.model_validate({"values": two(count, share, distance)})
    assert data.groups is not None
    found = sorted(data.groups.shares.tolist())
    assert found == pytest.approx([share, 1 - share], abs=0.02)
    assert any("2 separate groups" in remark for remark in data.remarks)
    told = Points.model_validate({"values": data.values, "group_weights": "as learned"})
    assert told.groups is None
    assert told.remarks == ()


@pytest.mark.parametrize("count", [100, 300, 1000])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("angle", [0.0, 0.3, math.pi / 4, math.pi / 2])
def test_far_clusters_are_groups_from_few_points_and_wherever_they_lie(
    count: int, seed: int, angle: float
) -> None:
    """All together whitened, each is a thin stripe."""
    for distance in (10, 40):
        table = np.random.default_rng(seed).normal(size=(count, 2))
        table[: count // 4] += distance * np.array([math.cos(angle), math.sin(angle)])
        groups = Points.model_validate({"values": table}).groups
        assert groups is not None
        assert sorted(groups.shares.tolist()) == pytest.approx([0.25, 0.75])


@pytest.mark.parametrize("seed", range(3))
def test_values_of_a_rating_are_no_groups(seed: int) -> None:
    draws = np.random.default_rng(seed)
    table = np.c_[draws.integers(1, 6, 2000), draws.normal(size=2000)]
    assert Points.model_validate({"values": table}).groups is None


def test_persistent_chains_follow_groups_that_lie_far_apart() -> None:
    """At the whole learning rate energies ran away between them, at update 444."""
    table = np.random.default_rng(0).normal(size=(1000, 2))
    table[:250] += 40 / math.sqrt(2)
    config = {"dataset": {"kind": "points", "values": table}, "method": {"kind": "persistent"}}
    training = Training(RunConfig.model_validate({**config, "updates": 900}))
    training.update()
    whole = training.schedule.options.learning_rate * training.schedule.factor
    assert training.metrics["learning_rate"] < 0.2 * whole  # it is told as it is
    while not training.finished:
        training.update()
    figures = training.evaluate(thorough=True)
    assert figures["nll"] < figures["nll_kde"] + 0.1


@pytest.mark.parametrize("count", [100, 1000, 10_000])
@pytest.mark.parametrize("seed", range(3))
def test_one_cloud_is_one_group(count: int, seed: int) -> None:
    draws = np.random.default_rng(seed)
    angles = draws.uniform(0, 2 * math.pi, count)
    clouds = {
        "normal": draws.normal(size=(count, 2)),
        "heavy tails": draws.standard_t(2, (count, 2)),
        "square": draws.uniform(size=(count, 2)),
        "ring": np.c_[np.cos(angles), np.sin(angles)] + draws.normal(0, 0.05, (count, 2)),
        "dice": draws.integers(1, 7, (count, 2)).astype(float),
        "ratings": np.c_[draws.integers(1, 6, count), draws.integers(0, 4, count)].astype(float),
        "line": np.c_[draws.normal(size=count), np.zeros(count)],
    }
    for name, table in clouds.items():
        whitened = 1.6 * table / np.maximum(table.std(axis=0), 1e-9)
        assert groups_in(whitened) is None, name


def test_repeated_values_tell_no_finer_detail_than_their_neighbours() -> None:
    dice = np.random.default_rng(0).integers(1, 7, (20_000, 2)).astype(float)
    assert finest_detail(dice) == finest_detail(np.unique(dice, axis=0)) > 0.1


class Pair(EnergyNetwork):
    """-log of two normal densities of equal weight, at x = -2 and x = 2."""

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        middles = torch.tensor([[-2.0, 0.0], [2.0, 0.0]])
        energies: torch.Tensor = -(-torch.cdist(points, middles).square() / 2).logsumexp(1)
        return energies

    def with_gradient(self, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return by_autograd(self, points)


def uneven() -> Groups:
    shares = torch.tensor([0.9, 0.1], dtype=torch.float64)
    means = torch.tensor([[-2.0, 0.0], [2.0, 0.0]], dtype=torch.float64)
    return Groups(shares, means, torch.eye(2, dtype=torch.float64).expand(2, 2, 2))


def test_offsets_are_the_most_likely_ones_where_groups_overlap() -> None:
    # log(.9 / .1) is what takes equal weights to these; here the belonging is the posterior
    groups = uneven()
    count = 200_000
    data = torch.randn(count, 2, generator=torch.Generator().manual_seed(0))
    data[:, 0] += torch.where(torch.arange(count) < 0.9 * count, -2.0, 2.0)
    plane = Plane(Points.model_validate({"values": two(300, 0.5, 3.0)}), 192, torch.device("cpu"))
    found = offsets(groups, plane.mass(Pair(), torch.empty(0, 2)), data)
    weighed = Weighed(Pair(), groups, found.float())
    mass = plane.mass(weighed, torch.empty(0, 2))
    shares = torch.softmax(mass.log_mass, 0) @ groups.belonging(mass.points)
    wanted = groups.belonging(data.double()).mean(0)
    assert shares.tolist() == pytest.approx(wanted.tolist(), abs=1e-5)
    assert found.sum().abs() < 1e-9


def test_gradient_is_that_of_the_energy() -> None:
    weighed = Weighed(Pair(), uneven(), torch.tensor([1.5, -1.5]))
    points = torch.randn(50, 2, generator=torch.Generator().manual_seed(1))
    energies, gradients = weighed.with_gradient(points)
    expected, slopes = by_autograd(weighed, points)
    assert energies.tolist() == pytest.approx(expected.tolist(), abs=1e-5)
    assert gradients.flatten().tolist() == pytest.approx(slopes.flatten().tolist(), abs=1e-5)
    at_last = annealed_gradient(weighed, points, torch.full((50,), 0.1), 0.1)
    assert at_last.flatten().tolist() == pytest.approx(slopes.flatten().tolist(), abs=1e-5)


@pytest.mark.parametrize(
    ("method", "share", "distance"),
    [
        ("denoising", 0.1, 10.0),
        ("persistent", 0.25, 40.0),
        ("variational", 0.02, 10.0),
        ("exact", 0.25, 10.0),
        ("noise_conditional", 0.1, 10.0),
    ],
)
def test_samples_and_energy_hold_the_shares(method: str, share: float, distance: float) -> None:
    table = two(2000, share, distance)
    config = {"dataset": {"kind": "points", "values": table}, "method": {"kind": method}}
    frames = train({**config, "updates": 300, "seed": 1})
    for _ in frames:
        pass
    energy = frames.energy
    drawn = energy.sample(20_000)
    assert (drawn[:, 0] > distance / 2).double().mean().item() == pytest.approx(share, abs=0.02)
    assert energy.log_prob(table).mean() > -15


def test_resumed_runs_and_loaded_energies_keep_the_offsets(tmp_path: Path) -> None:
    config = RunConfig.model_validate(
        {
            "dataset": {"kind": "points", "values": two(400, 0.1, 10.0)},
            "method": {"kind": "denoising"},
            "updates": 330,
        }
    )
    whole = Training(config)
    part = Training(config)
    while part.step < 260:
        part.update()
    part.save(tmp_path)
    part = Training.resume(tmp_path)
    assert part.shown.offsets.abs().max() > 0
    for run in (whole, part):
        while not run.finished:
            run.update()
    assert torch.equal(whole.shown.offsets, part.shown.offsets)
    assert whole.evaluate() == part.evaluate()
    part.save(tmp_path)
    points = torch.tensor(two(50, 0.5, 10.0, seed=3))
    assert torch.equal(load(tmp_path)(points), whole.trained()(points))


def test_a_group_that_no_sample_reaches_is_told() -> None:
    groups = uneven()
    near = groups.means[0].float()
    with pytest.raises(ValueError, match="hardly a sample is of the group that holds"):
        in_shares(groups, 50, lambda wanted: near.expand(len(wanted), 2), torch.Generator())


def test_samples_in_shares_are_as_many_as_asked_and_fresh() -> None:
    groups = uneven()
    generator = torch.Generator().manual_seed(0)

    def more(wanted: Tensor) -> Tensor:  # weights the other way round, .1 and .9
        rare = torch.rand(len(wanted), generator=generator) < 0.1
        return 0.5 * torch.randn(len(wanted), 2, generator=generator) + torch.where(
            rare[:, None], groups.means[0].float(), groups.means[1].float()
        )

    drawn = in_shares(groups, 4000, more, generator)
    assert drawn.isfinite().all()
    assert len(drawn.unique(dim=0)) == 4000
    held = torch.bincount(groups.belonging(drawn.double()).argmax(1), minlength=2) / 4000
    assert held.tolist() == pytest.approx(groups.shares.tolist(), abs=0.03)


def test_noise_lies_near_the_group_that_it_is_for() -> None:
    groups = uneven()
    generator = torch.Generator().manual_seed(0)
    wanted = torch.tensor([0, 1, 1]).repeat(200)
    noise = noise_near(groups, wanted, lambda size: 20 * torch.rand(size, 2, generator=generator))
    assert torch.equal(groups.belonging(noise.double()).argmax(1), wanted)
    assert len(noise.unique(dim=0)) == 600


def test_of_a_group_that_no_noise_is_near_to_it_is_taken_as_it_comes() -> None:
    groups = uneven()
    beside = groups.means[0].float()
    noise = noise_near(groups, torch.tensor([0, 1]), lambda size: beside.expand(size, 2))
    assert torch.equal(noise, beside.expand(2, 2))


def test_the_confinement_of_all_noise_levels_reaches_the_farthest_group() -> None:
    """A quadratic of width 3 would pull from a group that lies 15 away, and its score be lost."""
    given = {"kind": "points", "values": two(2000, 0.02, 40.0)}
    run = Training(
        RunConfig.model_validate({"dataset": given, "method": {"kind": "noise_conditional"}})
    )
    assert isinstance(run.energy, NoiseConditional)
    assert run.dataset.groups is not None
    reach = float(run.dataset.groups.means.norm(dim=1).max())
    assert reach > 10
    assert run.energy.confinement == pytest.approx((3**2 + reach**2) ** 0.5)


def test_a_run_away_between_far_groups_is_told_by_its_cause() -> None:
    table = np.random.default_rng(0).normal(size=(1000, 2))
    table[:250] += 20 / math.sqrt(2)
    assert "groups of points lie so far apart" in str(
        Points.model_validate({"values": table}).hazard
    )
    near = Points.model_validate({"values": two(300, 0.25, 2.0)})
    assert near.hazard is None
