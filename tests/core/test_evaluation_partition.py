"""Exact evaluation: closed forms for Gaussians, mass far away, temperature, smoothing, coverage."""

import math

import pytest
import torch
from torch import Tensor

from ebm_core.contracts import Dataset
from ebm_core.datasets import DATASETS
from ebm_core.datasets.digits import Digits
from ebm_core.datasets.mixtures import Checkerboard, GaussianRing, Rings
from ebm_core.datasets.points import Points
from ebm_core.evaluation.partition import EnergyFunction, ExactEvaluation
from ebm_core.evaluation.plane import Plane

SD = 0.354
ONE = GaussianRing(count=1, radius=0.0, sd=SD)


def gaussian(sd: float, x: float = 0.0) -> EnergyFunction:
    center = torch.tensor([x, 0.0])
    return lambda points: (points - center).square().sum(1) / (2 * sd**2)


def energy_of(dataset: Dataset, temperature: float = 1.0) -> EnergyFunction:
    return lambda points: -dataset.log_density(points).clamp(min=-300) * temperature


@pytest.mark.parametrize("size", [192, 384])
@pytest.mark.parametrize("sd", [0.1, 0.354, 1.0, 3.0, 10.0])
def test_gaussian_energy_gives_the_closed_forms(sd: float, size: int) -> None:
    figures = ExactEvaluation(ONE, size=size)(gaussian(sd))
    log_z = math.log(2 * math.pi * sd**2)
    cross_entropy = log_z + SD**2 / sd**2
    divergence = math.log(sd**2 / SD**2) + SD**2 / sd**2 - 1
    assert figures["log_z"] == pytest.approx(log_z, abs=1e-4)
    assert figures["nll"] == pytest.approx(cross_entropy, abs=1e-4)
    assert figures["kl"] == pytest.approx(divergence, abs=1e-4)
    assert figures["kl_best_temperature"] == pytest.approx(0, abs=1e-4)
    assert figures["best_temperature"] == pytest.approx(SD**2 / sd**2, rel=1e-3)
    outside = 1 - math.erf(6 / (sd * math.sqrt(2))) ** 2
    assert figures["mass_outside"] == pytest.approx(outside, abs=1e-5)


def test_total_variation_of_shifted_gaussians_is_the_closed_form() -> None:
    figures = ExactEvaluation(ONE)(gaussian(SD, x=0.3))
    expected = math.erf(0.3 / 2 / SD / math.sqrt(2))
    assert figures["total_variation"] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("kind", [k for k in DATASETS if DATASETS[k].example().has_density])
def test_the_true_energy_has_no_divergence_and_a_sharper_one_the_right_temperature(
    kind: str,
) -> None:
    dataset = DATASETS[kind].example()
    exact = ExactEvaluation(dataset)
    figures = exact(energy_of(dataset))
    assert figures["kl"] == pytest.approx(0, abs=1e-3)
    assert figures["log_z"] == pytest.approx(0, abs=1e-3)
    assert figures["nll"] == pytest.approx(exact.entropy, abs=1e-3)
    assert figures["total_variation"] < 1e-3
    assert figures.get("mode_coverage", 1) == 1
    if kind != "checkerboard":  # a flat density is the same at every temperature
        sharper = exact(energy_of(dataset, 2.0))
        assert sharper["best_temperature"] == pytest.approx(2, rel=1e-3)
        assert sharper["kl_best_temperature"] < 1e-3 < sharper["kl"]


def test_energy_constants_change_log_z_alone() -> None:
    exact = ExactEvaluation(Rings())
    plain = exact(lambda x: x.square().sum(1) / 9)
    raised = exact(lambda x: x.square().sum(1) / 9 + 1000.0)
    assert raised.pop("log_z") == pytest.approx(plain.pop("log_z") - 1000, abs=1e-3)
    assert raised == pytest.approx(plain, abs=1e-3)


def test_mass_far_outside_the_box_is_seen() -> None:
    figures = ExactEvaluation(ONE)(lambda x: x.square().sum(1).clamp(max=36.0) / 6 / 4)
    # 1.5 nats deep, 6 wide: uniform beyond, over (192^2 - pi 36) e^-1.5
    far = (192**2 - math.pi * 36) * math.exp(-1.5)
    near = math.pi * 24 * (1 - math.exp(-1.5))
    corners = (144 - math.pi * 36) * math.exp(-1.5)
    assert figures["log_z"] == pytest.approx(math.log(far + near), abs=1e-3)
    assert figures["mass_outside"] == pytest.approx((far - corners) / (far + near), abs=1e-3)


@pytest.mark.parametrize(("at", "share"), [(0.0, 0.0), (40.0, 1.0)])
def test_mass_that_is_drawn_from_knows_what_lies_far_from_all_data(at: float, share: float) -> None:
    near = ONE.sample(100, torch.Generator().manual_seed(0))
    mass = Plane(ONE, 192, torch.device("cpu")).mass(gaussian(1.0, at), near)
    assert mass.outside == pytest.approx(share, abs=1e-3)


@pytest.mark.parametrize("sigma", [0.01, 0.05, 0.1, 0.5])
@pytest.mark.parametrize("dataset", [GaussianRing(), Rings()], ids=["gaussian_ring", "rings"])
def test_smoothed_target_is_the_density_with_added_variance(
    dataset: GaussianRing | Rings, sigma: float
) -> None:
    # beyond the fields' bounds for a wide sigma, so made without the check
    wider = dataset.model_copy(update={"sd": math.hypot(dataset.sd, sigma)})
    figures = ExactEvaluation(dataset, smoothing=sigma)(energy_of(wider))
    direct = ExactEvaluation(dataset)(energy_of(wider))
    assert figures["kl"] == pytest.approx(0, abs=1e-4)
    assert figures["kl_data"] == pytest.approx(direct["kl"], abs=1e-6)
    assert figures["nll"] == pytest.approx(direct["nll"], abs=1e-6)


def test_smoothed_checkerboard_has_the_edges_of_the_normal_distribution() -> None:
    sigma = 0.1

    def line(x: Tensor, low: float, high: float) -> Tensor:
        root = sigma * math.sqrt(2)
        return (torch.erf((x - low) / root) - torch.erf((x - high) / root)) / 2

    def energy(points: Tensor) -> Tensor:
        x, y = points.double().unbind(1)
        squares = [
            line(x, a - 1, a + 1) * line(y, b - 1, b + 1)
            for a, b in Checkerboard().modes().tolist()
        ]
        return -torch.stack(squares).sum(0).clamp(min=1e-30).log()

    figures = ExactEvaluation(Checkerboard(), smoothing=sigma)(energy)
    assert figures["kl"] == pytest.approx(0, abs=1e-3)


def test_mode_coverage_counts_modes_with_at_least_a_third_of_their_share() -> None:
    ring = GaussianRing()
    shares = torch.tensor([1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.2, 0.0])

    def energy(points: Tensor) -> Tensor:
        squares = torch.cdist(points.double(), ring.modes()).square() / (2 * ring.sd**2)
        return -(shares.log() - squares).logsumexp(1)

    exact = ExactEvaluation(ring)
    # the shares' sum is 5.7, so 0.2 is 0.28 of a fair share, and 0.5 is 0.7
    assert exact(energy)["mode_coverage"] == pytest.approx(6 / 8)
    assert exact(lambda x: x.square().sum(1) / 20000)["mode_coverage"] == 0


def test_points_are_judged_by_held_out_points_in_their_own_units() -> None:
    draws = torch.randn(4000, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    figures = []
    for factor in (1.0, 1e-3):
        data = Points.model_validate({"values": (factor * draws + 5 * factor).tolist()})

        def energy(points: Tensor, data: Points = data, factor: float = factor) -> Tensor:
            away = data.from_model(points) / factor - 5
            return away.square().sum(1) / 2

        figures.append(ExactEvaluation(data)(energy))
    near, far = figures
    assert near["log_z_error"] < 1e-6
    assert near["nll_gaussian"] == pytest.approx(near["nll"], abs=0.02)
    assert near["nll_gaussian"] < near["nll_kde"] < near["nll_gaussian"] + 0.1
    assert near["nll"] == pytest.approx(1 + math.log(2 * math.pi), abs=4 / math.sqrt(400))
    assert far["nll"] == pytest.approx(near["nll"] + 2 * math.log(1e-3), abs=1e-3)
    assert near["log_z"] == pytest.approx(math.log(2 * math.pi), abs=1e-3)


def test_energies_without_a_partition_function_are_refused() -> None:
    exact = ExactEvaluation(ONE)
    with pytest.raises(ValueError, match=r"energy is nan at \(.*last good weights"):
        exact(lambda x: torch.where(x[:, 0] > 5, torch.nan, 0.0))
    with pytest.raises(ValueError, match="energy is -inf"):
        exact(lambda x: torch.where(x[:, 0] > 5, -torch.inf, 0.0))


def test_images_and_negative_smoothing_are_refused() -> None:
    with pytest.raises(ValueError, match="Frechet"):
        ExactEvaluation(Digits())
    with pytest.raises(ValueError, match="at least 0"):
        ExactEvaluation(ONE, smoothing=-1.0)


def test_no_graph_is_built_and_weights_are_left_alone() -> None:
    weight = torch.ones(2, requires_grad=True)
    figures = ExactEvaluation(ONE)(lambda x: (x * weight).square().sum(1))
    assert weight.grad is None
    assert figures["log_z"] == pytest.approx(math.log(math.pi), abs=1e-4)
