"""Learned samplers: entropy gradients against a Gaussian's, bounds on information, signs."""

import math
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from ebm_core.contracts import EnergyNetwork
from ebm_core.datasets.curves import Moons
from ebm_core.datasets.mixtures import GaussianRing
from ebm_core.evaluation.kernel_density import KernelDensity
from ebm_core.evaluation.partition import ExactEvaluation
from ebm_core.methods.learned_sampler._architectures import Architecture
from ebm_core.methods.learned_sampler._critic import Critic, information
from ebm_core.methods.learned_sampler._generator import AVERAGING, Generator
from ebm_core.methods.learned_sampler._posterior import posterior_score
from ebm_core.methods.learned_sampler.activation_entropy import ActivationEntropyLearner
from ebm_core.methods.learned_sampler.mutual_information import MutualInformationLearner
from ebm_core.methods.learned_sampler.variational import VariationalLearner
from ebm_core.optimization import Average
from ebm_core.randomness.noise import blurred
from ebm_core.runs.config import RunConfig
from ebm_core.runs.training import Training

KINDS = ["activation_entropy", "mutual_information", "variational"]
ESTIMATORS = ["corrected", "paper"]
SCALES = torch.tensor([0.3, 0.15])
"""A linear generator x = (a1 z1, a2 z2) + s n: its samples are N(0, diag(a^2 + s^2))."""
SPREAD = 0.25


class Bowl(EnergyNetwork):
    """E(x) = |x - (1, 0)|^2 / 2, which nothing changes."""

    def forward(self, points: Tensor) -> Tensor:
        return (points - torch.tensor([1.0, 0.0])).square().sum(1) / 2

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self(points), points - torch.tensor([1.0, 0.0])


def training(kind: str, **method: object) -> Training:
    return Training(
        RunConfig.model_validate(
            {
                "dataset": {"kind": "gaussian_ring"},
                "method": {"kind": kind, **method},
                "updates": 1000,
            }
        )
    )


def against_a_bowl(kind: str, estimator: str, updates: int) -> list[dict[str, float]]:
    """The metrics of a generator that learns alone, the energy held."""
    run = training(kind, estimator=estimator)
    learner = run.learner
    assert isinstance(
        learner, VariationalLearner | ActivationEntropyLearner | MutualInformationLearner
    )
    learner.task.energy = Bowl()
    learner.ascent = lambda *given, **more: {}  # type: ignore[assignment]
    if isinstance(learner, ActivationEntropyLearner):
        learner.rival, learner.rival_ascent = learner.task.energy, learner.ascent
    metrics = []
    for _ in range(updates):
        given = learner.update(run.sample_data(256))
        metrics.append({name: float(value) for name, value in given.items()})
        run.schedule.step += 1
    return metrics


def linear(method: dict[str, object]) -> VariationalLearner:
    """A variational learner with the linear generator above."""
    learner = training("variational", latents=2, spread=SPREAD, **method).learner
    assert isinstance(learner, VariationalLearner)
    body = nn.Linear(2, 2, bias=False)
    body.weight.data = SCALES.diag()
    learner.generator.body = nn.Sequential(body)
    learner.average = Average(learner.generator, AVERAGING)
    return learner


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_entropy_gradient_is_that_of_a_gaussian(estimator: str) -> None:
    """H = sum log(a^2 + s^2) / 2 + constant, so dH/da = a / (a^2 + s^2)."""
    learner = linear({})
    generator, noise = learner.generator, learner.task.generator
    latents = generator.draw_latents(4000, noise)
    samples = blurred(generator(latents), generator.spread, noise)
    if estimator == "paper":
        score = posterior_score(generator, samples, latents, 200, 1.0, noise)
    else:
        with torch.no_grad():
            centres = generator(generator.draw_latents(4000, noise))
        score = KernelDensity(centres, generator.spread).score(samples)
    variance = SCALES.square() + SPREAD**2
    assert (score + samples / variance).square().mean() < 0.03 * (
        samples / variance
    ).square().mean()
    surrogate = (score.detach() * samples).sum(1).mean()
    weight = next(generator.body.parameters())
    slope, by_log_spread = torch.autograd.grad(surrogate, [weight, generator.log_spread])
    torch.testing.assert_close(-slope.diagonal(), SCALES / variance, rtol=0.1, atol=0.05)
    expected = (SPREAD**2 / variance).sum()
    torch.testing.assert_close(-by_log_spread, expected, rtol=0.1, atol=0.05)


def test_a_generator_reaches_the_entropy_of_its_energy() -> None:
    """N((1, 0), I) has the entropy log(2 pi e) = 2.838 nats."""
    last = against_a_bowl("variational", "corrected", 250)[-1]
    assert last["entropy"] == pytest.approx(math.log(2 * math.pi * math.e), abs=0.15)
    assert last["generator_energy"] == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_generator_goes_down_the_energy(kind: str, estimator: str) -> None:
    run = training(kind, estimator=estimator)
    samples = run.learner.samples(2000, torch.Generator().manual_seed(0))
    assert samples is not None
    start = Bowl()(samples - 3).mean()
    metrics = against_a_bowl(kind, estimator, 60)
    assert metrics[-1]["generator_energy"] < max(1.2, float(start))


def test_noise_alone_tells_the_papers_samples_from_no_data() -> None:
    # where all latents give the data themselves, the energy must have nothing to learn
    learner = linear({"estimator": "paper"})
    for weight in learner.generator.body.parameters():
        weight.data.zero_()
    compared: list[Tensor] = []

    def ascent(*given: Tensor, **_: object) -> dict[str, Tensor]:
        compared.extend(points.detach() for points in given)
        return {}

    learner.ascent = ascent  # type: ignore[assignment]
    learner.update(torch.zeros(20_000, 2))
    data, samples = compared
    assert len(data) == 20_000
    for points in (data, samples):
        assert float(points.std()) == pytest.approx(SPREAD, rel=0.1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_update_lowers_the_data_and_lifts_the_negatives(kind: str, estimator: str) -> None:
    run = training(kind, estimator=estimator)
    data = run.sample_data(500)
    uniform = run.sample_noise(500)
    before = run.energy(data).mean() - run.energy(uniform).mean()
    for _ in range(15):
        run.update()
    assert run.energy(data).mean() - run.energy(uniform).mean() < before - 0.01


def test_scales_grow_though_the_energy_stays() -> None:
    """Why they are no entropy of x."""
    metrics = against_a_bowl("activation_entropy", "paper", 60)
    scales = [metric["log_scale"] for metric in metrics[30:]]
    growth = [later - earlier for earlier, later in pairwise(scales)]
    assert min(growth) > 0


@pytest.mark.parametrize("strength", [0.0, 1.0, 30.0])
def test_information_keeps_its_bounds(strength: float) -> None:
    noise = torch.randn(64, 64, generator=torch.Generator().manual_seed(0))
    table = strength * (0.05 * noise + 2 * torch.eye(64) - 1)
    infonce = information(table, "infonce")
    jensen_shannon = information(table, "jensen_shannon")
    assert infonce <= math.log(64) + 1e-5
    assert jensen_shannon <= 2 * math.log(2) + 1e-5
    if strength == 0:  # a critic that knows nothing has found nothing
        assert abs(infonce) < 1e-5
        assert abs(jensen_shannon) < 1e-5
    if strength == 30:
        assert infonce > math.log(64) - 0.01
        assert jensen_shannon > 2 * math.log(2) - 0.01


def test_infonce_finds_the_information_of_a_gaussian_channel() -> None:
    """x = z + n / 2 with z, n ~ N(0, 1): I = log(5) / 2 a number."""
    torch.manual_seed(0)
    critic = Critic(2, 64, (2,))
    adam = torch.optim.Adam(critic.parameters(), 3e-3)
    found = []
    for _ in range(400):
        latents = torch.randn(128, 2)
        nats = information(critic(latents + 0.5 * torch.randn(128, 2), latents), "infonce")
        adam.zero_grad()
        (-nats).backward()
        adam.step()
        found.append(nats.item())
    assert sum(found[-50:]) / 50 == pytest.approx(math.log(5), abs=0.2)


def test_looking_at_a_generator_leaves_it_as_it_is() -> None:
    torch.manual_seed(0)
    generator = Generator(3, 16, (2,), 0.2, (0.2, 0.2), batch_norm=True)
    latents = torch.randn(32, 3)
    generator(latents)
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    seen = generator.settled(latents)
    torch.testing.assert_close(generator.settled(latents[:5]), seen[:5])  # no batch matters
    for name, value in generator.state_dict().items():
        assert torch.equal(value, before[name])
    assert generator.training


@pytest.mark.parametrize("kind", KINDS)
def test_more_negatives_than_density_samples_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=r"method\.centres is 100, fewer than method\.negatives"):
        training(kind, centres=100)


def test_samples_in_half_of_the_modes_cover_half() -> None:
    dataset = GaussianRing()
    evaluation = ExactEvaluation(dataset)
    points, labels = dataset.sample_labelled(4000, torch.Generator().manual_seed(0))
    assert evaluation.sample_coverage(points) == 1
    assert evaluation.sample_coverage(points[labels < 4]) == 0.5
    assert evaluation.sample_coverage(points + 50) == 0
    assert ExactEvaluation(Moons()).sample_coverage(points) is None


@pytest.mark.parametrize("architecture", ["convolutional", "residual"])
@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 32, 32), (2, 9, 13), (1, 3, 5)])
def test_generators_make_images_of_any_size(
    architecture: Architecture, shape: tuple[int, int, int]
) -> None:
    generator = Generator(6, 16, shape, 0.2, (0.2, 0.2), batch_norm=True, architecture=architecture)
    latents = generator.draw_latents(4, torch.Generator().manual_seed(0))
    made = generator(latents)
    assert made.shape == (4, *shape)
    assert len({*made.flatten(1).sum(1).tolist()}) == 4
    made.sum().backward()
    assert all(parameter.grad is not None for parameter in generator.body.parameters())
    # a scale for each normalised channel: of every one that a nonlinearity follows
    assert sum(len(scale) for scale in generator.scales) >= 16
    alone = Generator(6, 16, shape, 0.2, (0.2, 0.2), architecture=architecture)
    assert alone.scales == []
    assert torch.allclose(alone(latents)[:1], alone(latents[:1]), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("architecture", ["convolutional", "residual"])
def test_generators_of_images_learn_and_go_on_bit_for_bit(
    kind: str, architecture: str, tmp_path: Path
) -> None:
    method = {"kind": kind, "generator": architecture, "width": 16, "negatives": 8}
    described = {"dataset": {"kind": "digits"}, "method": method, "updates": 6}
    run = Training(RunConfig.model_validate(described))
    for _ in range(3):
        run.update()
    run.save(tmp_path)
    again = Training.resume(tmp_path)
    for one in (run, again):
        while not one.finished:
            one.update()
    first, second = (one.learner.samples(4, torch.Generator()) for one in (run, again))
    assert first is not None
    assert second is not None
    assert torch.equal(first, second)


def test_a_generator_of_images_is_refused_for_points() -> None:
    with pytest.raises(ValueError, match=r"makes images, and these points have shape \(2,\)"):
        training("variational", generator="residual")


def test_the_paper_s_generator_follows_its_entropy_by_the_weight() -> None:
    def slope(weight: float) -> Tensor:
        learner = linear({"estimator": "paper", "entropy_weight": weight})
        learner.task.energy, learner.ascent = Bowl(), lambda *given, **more: {}  # type: ignore[assignment]
        (scales,) = learner.generator.body.parameters()
        found: list[Tensor] = []

        def descent(loss: Tensor) -> float:
            found.extend(torch.autograd.grad(loss, [scales]))
            return 0.0

        learner.descent = descent  # type: ignore[assignment]
        learner.update(torch.zeros(256, 2))
        return found[0]

    without, whole = slope(0.0), slope(1.0)
    torch.testing.assert_close(slope(0.25), 0.75 * without + 0.25 * whole)
    assert not torch.allclose(without, whole, rtol=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_samples_are_drawn_by_averaged_weights_also_when_it_goes_on(
    kind: str, tmp_path: Path
) -> None:
    def samples(run: Training) -> Tensor:
        drawn = run.learner.samples(500, torch.Generator().manual_seed(0))
        assert drawn is not None
        return drawn

    run = training(kind, estimator="paper")
    places: list[Tensor] = []
    for _ in range(60):
        run.update()
        newest = run.learner.generator  # type: ignore[attr-defined]
        places.append(newest.sample(500, torch.Generator().manual_seed(0), noisy=False))
    drawn = samples(run)
    assert not torch.equal(drawn, places[-1])
    # the average lags behind by some updates, on the way that the newest weights have gone
    assert (drawn - places[-1]).norm() < (places[0] - places[-1]).norm()
    run.save(tmp_path)
    again = Training.resume(tmp_path)
    torch.testing.assert_close(samples(again), drawn, rtol=0, atol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_papers_game_is_played_without_momentum(kind: str) -> None:
    run = training(kind, estimator="paper")
    learner = run.learner
    assert isinstance(
        learner, VariationalLearner | MutualInformationLearner | ActivationEntropyLearner
    )
    assert (learner.ascent.descent.betas[0], learner.descent.betas[0]) == (0, 0)
    run.change("method.estimator", "corrected")
    assert min(learner.ascent.descent.betas[0], learner.descent.betas[0]) > 0
