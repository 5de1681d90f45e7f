"""Score matching objectives against forms that are derived another way."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from ebm_core import RunConfig, Training
from ebm_core.contracts import EnergyNetwork
from ebm_core.datasets.mixtures import GaussianRing
from ebm_core.derivatives.second_order import second_order, unit_directions
from ebm_core.energies.mlp import Mlp
from ebm_core.methods.score_matching._learner import ScoreMatching
from ebm_core.methods.score_matching.denoising import DenoisingScoreMatching
from ebm_core.methods.score_matching.exact import ExactScoreMatching
from ebm_core.methods.score_matching.multi_scale import MultiScaleDenoising
from ebm_core.methods.score_matching.noise_conditional import NoiseConditionalScoreMatching
from ebm_core.methods.score_matching.sliced import SlicedScoreMatching
from ebm_core.networks.noise_conditioning import NoiseConditional


class Bowl(EnergyNetwork):
    """E(x) = k |x|^2 / 2 for a weight k."""

    def __init__(self, stiffness: float) -> None:
        super().__init__()
        self.stiffness = torch.nn.Parameter(torch.tensor(stiffness))

    def forward(self, points: Tensor) -> Tensor:
        return self.stiffness * points.square().sum(1) / 2

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self(points), self.stiffness * points


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(count: int, seed: int = 1) -> Tensor:
    return torch.randn(count, 2, generator=generator(seed))


def network(seed: int = 0, hidden: tuple[int, ...] = (12, 9)) -> EnergyNetwork:
    torch.manual_seed(seed)
    return Mlp(hidden=hidden, fourier_features=6).build((2,)).double()


def score_of(ring: GaussianRing, points: Tensor) -> Tensor:
    """The gradient of log p by central differences, right to 1e-6."""
    steps = 1e-4 * torch.eye(2).double()
    return torch.stack(
        [(ring.log_density(points + h) - ring.log_density(points - h)) / 2e-4 for h in steps], 1
    )


def slope_by_stiffness(method: ScoreMatching, bowl: Bowl, data: Tensor) -> tuple[float, float]:
    """The loss's derivative by k and its standard error, over 40 parts of the data."""
    draws = generator(2)
    slopes = []
    for part in data.chunk(40):
        objective = method.objective(bowl, part, draws, remaining=0.0)
        loss = objective.loss if objective.surrogate is None else objective.surrogate
        (slope,) = torch.autograd.grad(loss, bowl.stiffness)
        slopes.append(slope)
    stacked = torch.stack(slopes)
    return float(stacked.mean()), float(stacked.std()) / math.sqrt(len(slopes))


@pytest.mark.parametrize("estimator", ["variance_reduced", "plain"])
@pytest.mark.parametrize("directions", ["rademacher", "gaussian", "sphere"])
def test_sliced_is_exact_in_expectation(directions: Any, estimator: Any) -> None:
    energy, points = network(), normal(64).double()
    exact = ExactScoreMatching(halo_share=0, fading_noise=0).objective(energy, points, generator())
    sliced = SlicedScoreMatching(
        estimator=estimator, directions=directions, slices=64, halo_share=0, fading_noise=0
    )
    draws = generator(3)
    losses = [sliced.objective(energy, points, draws).loss.detach() for _ in range(50)]
    error = torch.stack(losses).std() / math.sqrt(len(losses))
    assert abs(torch.stack(losses).mean() - exact.loss) < 4 * error + 1e-12


def test_the_variance_reduced_surrogate_has_the_losses_gradient() -> None:
    energy, points = network(), normal(64).double()
    method = SlicedScoreMatching(slices=3)
    objective = method.objective(energy, points, generator(4))
    halo = method.softened(points, 1.0, draws := generator(4))
    v = method.draw(halo.points, draws)
    x = halo.points.requires_grad_()
    (gradient,) = torch.autograd.grad(energy(x).sum(), x, create_graph=True)
    losses = gradient.square().sum(1) / 2
    for direction in v:
        (product,) = torch.autograd.grad((gradient * direction).sum(), x, create_graph=True)
        losses = losses - (product * direction).sum(1) / len(v)
    loss = halo.weights @ losses
    assert objective.surrogate is not None
    torch.testing.assert_close(objective.loss, loss.detach(), rtol=0, atol=1e-8)
    weights = list(energy.parameters())
    found = torch.autograd.grad(objective.surrogate, weights)
    wanted = torch.autograd.grad(loss, weights, allow_unused=True, materialize_grads=True)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-8)


def test_a_networks_own_second_derivatives_are_the_generic_ones() -> None:
    energy, points, v = network(), normal(9).double(), normal(27, 5).double().view(3, 9, 2)
    generic = second_order.dispatch(object)
    for bend in (None, normal(9, 6).double()):
        own = second_order(energy, points, v, bend)
        for one, other in zip(own, generic(energy, points, v, bend), strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=1e-8)


def test_unit_directions_give_gradient_and_laplacian() -> None:
    points = normal(5).double()
    _, gradient, laplacian = second_order(Bowl(3.0).double(), points, unit_directions(points))
    torch.testing.assert_close(gradient.T, 3 * points)
    torch.testing.assert_close(laplacian, torch.full((5,), 6.0).double())


@pytest.mark.parametrize(
    ("method", "best"),
    [
        (ExactScoreMatching(), 1.0),
        (SlicedScoreMatching(), 1.0),
        (SlicedScoreMatching(estimator="plain", directions="gaussian"), 1.0),
        (DenoisingScoreMatching(noise_level=0.5), 1 / 1.25),
        # grad E = (mean of sigma^-2 (x~ - x)) / sigma0^2 fitted to N(0, I): sigma is log-uniform
        (
            MultiScaleDenoising(reference=0.5, smallest=0.5, largest=1.0),
            1 / (0.25 * (1 + (4 - 1) / (2 * math.log(2)))),
        ),
    ],
)
def test_the_best_bowl_for_a_normal_is_known(method: ScoreMatching, best: float) -> None:
    data = normal(80_000)
    slope, error = slope_by_stiffness(method, Bowl(best), data)
    assert abs(slope) < 4 * error + 1e-6
    assert slope_by_stiffness(method, Bowl(best * 1.2), data)[0] > 0
    assert slope_by_stiffness(method, Bowl(best * 0.8), data)[0] < 0


@pytest.mark.parametrize("level", [None, 1, 3])
def test_denoising_measures_the_distance_to_the_smoothed_score(level: int | None) -> None:
    """Losses of two energies differ by their Fisher divergences from p * N(0, sigma^2)."""
    ring = GaussianRing(sd=0.3)
    method: ScoreMatching = DenoisingScoreMatching(noise_level=0.4)
    sigma = 0.4
    energies: list[EnergyNetwork] = [network(seed, (16,)).float() for seed in (0, 1)]
    if level is not None:
        method = NoiseConditionalScoreMatching(smallest=0.1, largest=0.5, levels=3)
        sigma = float(method.noise_levels()[level - 1])
        energies = []
        for seed in (0, 1):
            torch.manual_seed(seed)
            energies.append(NoiseConditional(Mlp(hidden=(16,)), (2,), sigma, 3.0))
        # the same loss as of all levels, at one of them
        method = NoiseConditionalScoreMatching(smallest=sigma, largest=sigma * 1.0001, levels=2)
    smoothed = GaussianRing(sd=math.hypot(0.3, sigma))
    with torch.no_grad():  # apart from each other by more than the noise
        for weights in energies[1].parameters():
            weights.mul_(2)
    losses, divergences = [], []
    for part in range(40):
        data = ring.sample(5000, generator(part))
        two = [method.objective(energy, data, generator(100 + part)).loss for energy in energies]
        losses.append((two[0] - two[1]).detach())
        x = smoothed.sample(5000, generator(part))
        score = score_of(smoothed, x.double()).float()
        squares = [(e.with_gradient(x)[1] + score).square().sum(1).mean() for e in energies]
        divergences.append((sigma**2 * (squares[0] - squares[1]) / 2).detach())
    difference = torch.stack(losses) - torch.stack(divergences)
    error = difference.std() / math.sqrt(len(difference))
    assert abs(difference.mean()) < 4 * error
    assert abs(torch.stack(losses).mean()) > 8 * error


def test_the_losses_of_the_levels_are_told_apart() -> None:
    method = NoiseConditionalScoreMatching(levels=4)
    energy = NoiseConditional(Mlp(), (2,), 0.1, 3.0)
    series = method.objective(energy, normal(512), generator()).series
    assert series["noise_levels"].tolist() == pytest.approx([0.1, 0.3107, 0.9655, 3.0], rel=1e-3)
    assert series["level_losses"].shape == (4,)
    assert bool((series["level_losses"] > 0).all())


def test_a_conditional_energy_is_another_at_each_level() -> None:
    torch.manual_seed(0)
    energy = NoiseConditional(Mlp(), (2,), 0.1, 3.0).double()
    points = normal(6).double()
    levels = torch.tensor([0.1, 0.1, 1.0, 1.0, 3.0, 3.0], dtype=torch.float64)
    mixed = energy.at(levels)(points)
    assert mixed[:2].tolist() == energy(points)[:2].tolist()
    torch.testing.assert_close(mixed[4:], energy.at(3.0)(points)[4:])
    assert (mixed[2:] - energy(points)[2:]).abs().min() > 1e-3
    x = points.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(energy.at(levels)(x).sum(), x)
    torch.testing.assert_close(energy.at(levels).with_gradient(points)[1], gradient)


def test_a_conditional_energy_takes_images() -> None:
    torch.manual_seed(0)
    energy = NoiseConditional(Mlp(fourier_features=0), (1, 3, 3), 0.1, None).double()
    points = torch.randn(4, 1, 3, 3, generator=generator()).double().requires_grad_()
    energies, gradients = energy.with_gradient(points)
    (wanted,) = torch.autograd.grad(energy(points).sum(), points)
    torch.testing.assert_close(gradients, wanted)
    torch.testing.assert_close(energies, energy(points))


def test_softened_data_are_a_mixture_that_sharpens_to_the_data() -> None:
    data = normal(4000)
    method = ExactScoreMatching(halo_share=0.2, halo_width=2, fading_noise=0.5)
    points, weights = method.softened(data, 1.0, generator())
    assert points.shape == (5000, 2)
    assert float(weights.sum()) == pytest.approx(1)
    assert float(weights[4000:].sum()) == pytest.approx(0.2)
    assert float(points[:4000].var()) == pytest.approx(1.25, rel=0.05)
    assert float(points[4000:].var()) == pytest.approx(5.25, rel=0.1)
    late, weights = method.softened(data, 0.1, generator())
    assert float(weights[4000:].sum()) == pytest.approx(0.002)
    assert float((late[:4000] - data).std()) == pytest.approx(0.05, rel=0.05)
    unchanged, weights = method.softened(data, 0.0, generator())
    assert unchanged.tolist() == data.tolist()
    assert float(weights.std()) < 1e-9


@pytest.mark.parametrize(
    "kind", ["denoising", "exact", "multi_scale", "noise_conditional", "sliced"]
)
@pytest.mark.parametrize("batch_size", [7, 8, 100])
def test_small_batches_have_far_points_too(kind: str, batch_size: int) -> None:
    run = {
        "dataset": {"kind": "gaussian_ring"},
        "method": {"kind": kind},
        "energy": {"kind": "mlp", "hidden": [8], "fourier_features": 4},
        "optimization": {"batch_size": batch_size},
        "updates": 5,
    }
    training = Training(RunConfig.model_validate(run))
    assert math.isfinite(training.update()["loss"])
