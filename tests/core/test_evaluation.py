"""Chains, distances and images: closed forms, invariances and floors."""

import math

import pytest
import torch
from scipy.signal import lfilter
from torch import Tensor

from ebm_core.chains import diagnostics as chains
from ebm_core.contracts import EnergyNetwork
from ebm_core.datasets import DATASETS
from ebm_core.datasets.digits import Digits
from ebm_core.evaluation.calibration import auroc
from ebm_core.evaluation.distances import (
    SampleDistances,
    maximum_mean_discrepancy,
    sliced_wasserstein,
)
from ebm_core.evaluation.guards import ImageGuards
from ebm_core.evaluation.images import ImageEvaluation, frechet, image_evaluation
from ebm_core.evaluation.outsiders import outsiders, told_apart
from ebm_core.evaluation.precision_recall import precision_and_recall


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def autoregression(phi: float, count: int = 4, draws: int = 20_000) -> Tensor:
    """Stationary chains x_t = phi x_(t-1) + noise of variance 1, after a long start."""
    noise = torch.randn(count, draws + 1000, generator=seeded(), dtype=torch.float64)
    walk = lfilter([math.sqrt(1 - phi**2)], [1, -phi], noise.numpy(), axis=1)
    return torch.from_numpy(walk[:, 1000:].copy())


@pytest.mark.parametrize("phi", [-0.5, 0.0, 0.5, 0.9])
def test_effective_sample_size_of_an_autoregression(phi: float) -> None:
    draws = autoregression(phi)
    expected = draws.numel() * (1 - phi) / (1 + phi)
    assert chains.effective_sample_size(draws) == pytest.approx(expected, rel=0.1)
    # a monotone map leaves it alone, heavy tails or not
    mapped = chains.effective_sample_size(draws.exp())
    assert mapped == pytest.approx(chains.effective_sample_size(draws), rel=1e-9)
    assert chains.r_hat(draws) < 1.01


def test_independent_draws_without_a_variance_count_in_full() -> None:
    cauchy = torch.empty(4, 1000, dtype=torch.float64).cauchy_(generator=seeded())
    assert chains.effective_sample_size(cauchy) == pytest.approx(4000, rel=0.1)


def test_autocorrelation_of_an_autoregression_falls_as_its_powers() -> None:
    correlation = chains.autocorrelation(autoregression(0.8)).mean(0)
    assert correlation[0] == 1
    for lag in (1, 2, 5, 10):
        assert correlation[lag].item() == pytest.approx(0.8**lag, abs=0.03)


def test_autocorrelation_is_the_plain_sum_of_products() -> None:
    draws = torch.randn(2, 50, generator=seeded(), dtype=torch.float64)
    centered = draws - draws.mean(1, keepdim=True)
    sums = [(centered[:, : 50 - lag] * centered[:, lag:]).sum(1) for lag in range(50)]
    torch.testing.assert_close(
        chains.autocorrelation(draws), torch.stack(sums, 1) / sums[0][:, None]
    )


def test_r_hat_sees_chains_in_different_places_of_different_widths_and_drifting() -> None:
    draws = torch.randn(4, 1000, generator=seeded())
    apart, wide, drift = draws.clone(), draws.clone(), draws.clone()
    apart[0] += 2
    wide[0] *= 4
    drift += torch.linspace(-2, 2, 1000)
    assert chains.r_hat(draws) < 1.01
    assert min(map(chains.r_hat, (apart, wide, drift))) > 1.1
    assert chains.effective_sample_size(apart) < 100 < chains.effective_sample_size(draws)


def test_r_hat_does_not_change_under_a_monotone_map() -> None:
    draws = torch.randn(4, 200, generator=seeded(), dtype=torch.float64)
    bulk = chains.r_hat_of(chains.normal_scores(chains.split(draws)))
    mapped = chains.r_hat_of(chains.normal_scores(chains.split(draws.exp())))
    assert mapped == pytest.approx(bulk, abs=1e-12)


def test_standing_chains_are_told_apart_or_not() -> None:
    still = torch.ones(3, 10)
    assert chains.r_hat(still) == 1
    assert (chains.autocorrelation(still) == 1).all()
    assert chains.r_hat(still * torch.tensor([[1.0], [2.0], [3.0]])) == math.inf


@pytest.mark.parametrize(
    ("draws", "message"),
    [(torch.ones(3, 3), "at least four"), (torch.full((2, 9), torch.nan), "draw 0 of chain 0")],
)
def test_draws_that_cannot_be_judged_are_refused(draws: Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        chains.r_hat(draws)


def test_sliced_wasserstein_of_a_shift_is_its_mean_projection() -> None:
    points = torch.randn(500, 2, generator=seeded())
    shifted = points + torch.tensor([3.0, 4.0])
    # the mean of |cos| over the circle is 2 / pi
    distance = sliced_wasserstein(points, shifted, seeded(1))
    assert distance == pytest.approx(5 * 2 / math.pi, rel=0.12)
    assert (
        sliced_wasserstein(points, points[torch.randperm(500, generator=seeded())], seeded()) == 0
    )
    twice = torch.cat((points, points))
    assert sliced_wasserstein(points, twice, seeded()) == pytest.approx(0, abs=1e-12)


def test_mmd_of_gaussians_is_the_closed_form() -> None:
    one = torch.randn(1500, 2, generator=seeded())
    two = torch.randn(1500, 2, generator=seeded(1)) + torch.tensor([1.0, 0.0])
    expected = 0.0
    for factor in (0.25, 0.5, 1.0, 2.0, 4.0):
        # E k = s^2 / (s^2 + 2) exp(-|shift|^2 / (2 (s^2 + 2))) for unit Gaussians in the plane
        s = factor**2
        expected += 2 * s / (s + 2) * (1 - math.exp(-1 / (2 * (s + 2)))) / 5
    assert maximum_mean_discrepancy(one, two, 1.0) == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize("kind", ["pinwheel", "digits"])
def test_fresh_data_are_at_the_floor_and_shifted_data_are_not(kind: str) -> None:
    dataset = DATASETS[kind].example()
    distances = SampleDistances(dataset, count=500)
    fresh = distances(dataset.sample(500, seeded(9)))
    wrong = distances(dataset.sample(500, seeded(9)) + 0.5)
    assert fresh["sliced_wasserstein"] < 2.5 * fresh["sliced_wasserstein_floor"]
    assert wrong["sliced_wasserstein"] > 3 * fresh["sliced_wasserstein_floor"]
    assert abs(fresh["mmd"]) < 0.005 < wrong["mmd"]
    assert fresh == distances(dataset.sample(500, seeded(9)))


def test_distances_refuse_samples_that_diverged() -> None:
    with pytest.raises(ValueError, match="not finite"):
        sliced_wasserstein(torch.full((5, 2), torch.nan), torch.zeros(5, 2), seeded())


def test_frechet_distance_of_known_moments() -> None:
    noise = torch.randn(200_000, 3, generator=seeded(), dtype=torch.float64)
    scale, shift = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 0.0, 2.0])
    # |shift|^2 + sum (sd1 - sd2)^2 for diagonal covariances
    assert frechet(noise, noise * scale + shift) == pytest.approx(5 + 1 + 4, rel=0.02)
    assert frechet(noise, noise) == pytest.approx(0, abs=1e-9)


@pytest.fixture(scope="module")
def judge() -> ImageEvaluation:
    before = torch.random.get_rng_state()
    evaluation = image_evaluation(Digits())
    assert torch.equal(before, torch.random.get_rng_state())
    return evaluation


def test_image_evaluation_ranks_real_gaussian_and_noise(judge: ImageEvaluation) -> None:
    images, _ = Digits().labelled("train")
    flat = images.flatten(1)
    factor = torch.linalg.cholesky(torch.cov(flat.T) + 1e-6 * torch.eye(64))
    normal = flat.mean(0) + torch.randn(500, 64, generator=seeded()) @ factor.T
    noise = 2 * torch.rand(500, 64, generator=seeded()) - 1
    figures = [judge(fake.view(-1, 1, 8, 8)) for fake in (normal, noise)]
    floor = figures[0]["frechet_floor"]
    assert judge.accuracy > 0.97
    assert 5 < floor < 15
    assert 5 * floor < figures[0]["frechet"] < 20 * floor
    assert 50 * floor < figures[1]["frechet"]
    assert figures[0]["confidence"] < figures[0]["confidence_floor"]


def test_copies_of_training_images_are_seen_as_memorised(judge: ImageEvaluation) -> None:
    images, _ = Digits().labelled("train")
    figures = judge(images[:400] + 0.01)
    assert figures["nearest_neighbour"] < 0.1 < figures["nearest_neighbour_floor"]
    assert figures["frechet"] < figures["frechet_floor"]


def test_the_same_classifier_comes_out_every_time(
    judge: ImageEvaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = Digits()
    monkeypatch.setattr("ebm_core.evaluation.images.EPOCHS", 1)
    first = ImageEvaluation(*digits.labelled("train"), *digits.labelled("test"))
    torch.rand(1)
    again = ImageEvaluation(*digits.labelled("train"), *digits.labelled("test"))
    assert first.floor == again.floor
    assert first.accuracy < judge.accuracy


def test_too_few_or_diverged_images_are_refused(judge: ImageEvaluation) -> None:
    with pytest.raises(ValueError, match="more than 32"):
        judge(torch.zeros(20, 1, 8, 8))
    with pytest.raises(ValueError, match="not finite"):
        judge(torch.full((40, 1, 8, 8), torch.nan))


def test_it_is_told_whether_chains_are_slow_or_apart() -> None:
    free, slow = autoregression(0.5, 16, 1000), autoregression(0.998, 16, 1000)
    apart = free + 10 * (torch.arange(16) % 2)[:, None]
    assert [chains.mixing(draws) for draws in (free, slow, apart)] == ["mixed", "slow", "apart"]
    assert chains.mixing(torch.arange(4.0)[:, None].expand(4, 100)) == "apart"
    # the time to forget is 500 steps: of 1,000 one needs some tens as many
    assert 5 < chains.steps_needed(slow) < 500
    assert chains.steps_needed(free) == 1


def test_precision_and_recall_tell_few_kinds_from_bad_samples() -> None:
    data = torch.randn(600, 2, generator=seeded())
    half = data[data[:, 0] > 0] + 0.01
    apart = 20 + torch.randn(600, 2, generator=seeded())
    both = torch.cat([data[:300] + 0.01, apart[:300]])
    same = precision_and_recall(
        data, torch.randn(600, 2, generator=torch.Generator().manual_seed(1))
    )
    assert min(same) > 0.9
    assert precision_and_recall(data, apart) == (0, 0)
    few = precision_and_recall(data, half)
    assert few.precision > 0.95
    assert 0.4 < few.recall < 0.7
    bad = precision_and_recall(data, both)
    assert 0.4 < bad.precision < 0.55
    assert bad.recall > 0.8


def test_precision_and_recall_by_hand() -> None:
    """Data at 0, 1, 3 on a line with one neighbour: radii 1, 1, 2."""
    data = torch.tensor([[0.0], [1.0], [3.0]])
    samples = torch.tensor([[-0.9], [5.0], [5.1], [20.0]])  # radii 5.9, .1, .1, 14.9
    assert precision_and_recall(data, samples, neighbours=1) == (0.5, 1.0)
    assert precision_and_recall(data, samples[1:], neighbours=1).recall == 0
    with pytest.raises(ValueError, match="there are 3 data; more than 3 neighbours"):
        precision_and_recall(data, samples)


def test_scores_of_images_see_classes_that_are_left_out(judge: ImageEvaluation) -> None:
    images, labels = Digits().labelled("test")
    some = judge(images[labels < 4][:150])
    whole = judge(images)
    assert some["class_coverage"] == pytest.approx(0.4, abs=0.11)
    assert whole["class_coverage"] == 1
    assert 3 < some["classifier_score"] < 4.5 < 8.5 < whole["classifier_score"] <= 10
    assert some["recall"] < whole["recall"] > 0.8
    assert whole["precision"] == whole["precision_floor"] > 0.8


class Bright(EnergyNetwork):
    """E(x) is minus the mean grey value: of no use but to be computed by hand."""

    def forward(self, points: Tensor) -> Tensor:
        return -points.mean((1, 2, 3))

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self(points), torch.full_like(points, -1 / points[0].numel())


def test_failures_of_what_samples_images_are_seen_in_figures() -> None:
    images, _ = Digits().labelled("test")
    half, other = images[::2], images[1::2]
    guards = ImageGuards(half)
    good = guards(Bright(), other)
    assert good["variety"] == pytest.approx(1, abs=0.05)
    assert abs(good["saturation"]) < 0.02
    assert abs(good["energy_gap"]) < 0.1
    one = guards(Bright(), half[:1].expand(50, -1, -1, -1))
    assert one["variety"] == 0
    off = guards(Bright(), torch.where(half < 0, -1.5, 1.0))
    edge = ((half == -1) | (half == 1)).double().mean().item()
    assert off["saturation"] == pytest.approx(1 - edge)
    means = half.mean((1, 2, 3)).double()
    bright = guards(Bright(), torch.ones_like(half))["energy_gap"]
    assert bright == pytest.approx(((means.mean() - 1) / means.std()).item(), rel=1e-4)
    with pytest.raises(ValueError, match="an image is not finite"):
        guards(Bright(), half / 0)


def test_outsiders_are_told_apart_as_their_means_are() -> None:
    images, _ = Digits().labelled("test")
    found = told_apart(Bright(), images)
    means = images.mean((1, 2, 3))
    # order and flatness leave the mean as it is; the inverse of a dark image is bright
    assert found["ood_shuffled"] == pytest.approx(0.5, abs=1e-6)
    assert found["ood_flat"] == pytest.approx(0.5, abs=1e-3)
    assert found["ood_inverted"] == pytest.approx(auroc(means.double(), -means.double()), abs=1e-3)
    assert found["ood_noise"] < 0.1  # its mean is 0, and digits are dark
    others = outsiders(images)
    assert torch.equal(
        others["shuffled"].flatten(1).sort(1).values, images.flatten(1).sort(1).values
    )
    assert others["noise"].min() >= -1
    assert torch.equal(others["noise"], outsiders(images)["noise"])
