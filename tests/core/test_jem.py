"""JEM: its energy against its logits, calibration figures of known cases, labelled data."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ebm_core import load
from ebm_core.datasets import DATASETS
from ebm_core.energies.classifier import Classifier, ClassifierNetwork, Quantity
from ebm_core.evaluation.calibration import accuracy, auroc, calibration_error
from ebm_core.methods.hybrid.jem import JointEnergyLearner
from ebm_core.runs.config import RunConfig
from ebm_core.runs.training import Training

OVERLAPPING = {"kind": "gaussian_ring", "count": 6, "radius": 1.6, "sd": 0.6}


def network(quantity: Quantity = "joint", classes: int = 5) -> ClassifierNetwork:
    torch.manual_seed(0)
    return Classifier(quantity=quantity, classes=classes).build((2,)).double()


def some_points(count: int = 20) -> Tensor:
    return 2 * torch.randn(count, 2, generator=torch.Generator().manual_seed(1)).double()


def test_the_joint_energy_is_read_off_the_logits() -> None:
    net, x = network(), some_points()
    expected = -net.logits(x).exp().sum(1).log() + x.square().sum(1) / 18
    torch.testing.assert_close(net(x), expected)


def test_the_uncertainty_energy_is_a_multiple_of_the_entropy() -> None:
    net, x = network("uncertainty"), some_points()
    entropy = torch.distributions.Categorical(logits=net.logits(x)).entropy()
    torch.testing.assert_close(net(x) - x.square().sum(1) / 18, 5 * entropy)


@pytest.mark.parametrize("quantity", ["joint", "uncertainty"])
def test_the_written_gradient_is_autograd_s(quantity: Quantity) -> None:
    net, x = network(quantity), some_points()
    differentiable, by_graph = net.with_gradient(x)
    with torch.no_grad():
        energies, gradient = net.with_gradient(x)
    torch.testing.assert_close(energies, differentiable)
    torch.testing.assert_close(gradient, by_graph)
    by_graph.square().sum().backward()  # score matching can train it
    assert net.head.weight.grad is not None
    assert net.head.weight.grad.abs().sum() > 0


@pytest.mark.parametrize(("quantity", "moved"), [("joint", -3.0), ("uncertainty", 0.0)])
def test_a_constant_on_all_logits_moves_the_joint_energy_alone(
    quantity: Quantity, moved: float
) -> None:
    net, x = network(quantity), some_points()
    chances, energies = net.logits(x).softmax(1), net(x)
    net.head.bias.data += 3.0
    torch.testing.assert_close(net.logits(x).softmax(1), chances)
    torch.testing.assert_close(net(x) - energies, torch.full_like(energies, moved))


def test_logits_out_of_use_count_for_nothing() -> None:
    net, x = network(classes=8), some_points()
    net.use(3)
    before = net(x)
    net.head.bias.data[3:] += 100
    assert net.logits(x).shape == (20, 3)
    assert torch.equal(net(x), before)
    with pytest.raises(ValueError, match=r"9 classes.*energy\.classes to at least 9"):
        net.use(9)


def test_more_classes_than_there_are_logits_get_as_many(tmp_path: Path) -> None:
    centres = torch.cartesian_prod(torch.arange(7.0), torch.arange(6.0))[:40]
    labels = torch.arange(400) % 40
    points = centres[labels] + 0.1 * torch.randn(400, 2, generator=torch.Generator().manual_seed(0))
    given = {"kind": "points", "values": points.numpy(), "labels": labels.numpy()}
    run = Training(
        RunConfig.model_validate({"dataset": given, "method": {"kind": "jem"}, "updates": 5})
    )
    while not run.finished:
        run.update()
    assert isinstance(run.energy, ClassifierNetwork)
    assert run.energy.logits(points).shape == (400, 40)
    energy = run.trained()
    energy.save(tmp_path / "run")
    assert torch.equal(load(tmp_path / "run")(points), energy(points))


def test_a_calibrated_predictor_has_no_calibration_error() -> None:
    chances = torch.tensor([[0.8, 0.2], [0.3, 0.7]], dtype=torch.float64).repeat(50, 1)
    labels = torch.zeros(100, dtype=torch.long)
    labels[torch.arange(100) % 2 == 1] = 1
    labels[:20:2] = 1  # 10 of the 50 that are called 0 with 0.8
    labels[1:30:2] = 0  # 15 of the 50 that are called 1 with 0.7
    assert accuracy(chances, labels) == pytest.approx(0.75)
    assert calibration_error(chances, labels) == pytest.approx(0, abs=1e-12)


def test_a_predictor_that_is_always_sure_errs_by_its_errors() -> None:
    chances = torch.eye(2).double()[torch.zeros(10, dtype=torch.long)]
    labels = torch.tensor([0] * 6 + [1] * 4)
    assert calibration_error(chances, labels) == pytest.approx(0.4)


def test_auroc_of_known_scores() -> None:
    inside, outside = torch.tensor([3.0, 2.0, 1.0]), torch.tensor([0.5, 1.5])
    assert auroc(inside, outside) == pytest.approx(5 / 6)
    assert auroc(outside, inside) == pytest.approx(1 / 6)
    assert auroc(torch.ones(4), torch.ones(3)) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="3 scores inside and 0 outside"):
        auroc(inside, outside[:0])


def test_auroc_of_two_gaussians() -> None:
    generator = torch.Generator().manual_seed(0)
    inside = torch.randn(20_000, generator=generator) + 1
    outside = torch.randn(20_000, generator=generator)
    exact = 0.5 * (1 + math.erf(1 / 2))  # Phi(1 / sqrt 2)
    assert auroc(inside, outside) == pytest.approx(exact, abs=0.01)


@pytest.mark.parametrize("kind", ["gaussian_ring", "gaussian_grid", "checkerboard", "pinwheel"])
def test_a_label_is_the_number_of_the_mode_that_a_point_comes_from(kind: str) -> None:
    dataset = DATASETS[kind].example()
    points, labels = dataset.sample_labelled(2000, torch.Generator().manual_seed(0))
    modes = dataset.modes()
    assert modes is not None
    assert dataset.classes == len(modes)
    nearest = torch.cdist(points.double(), modes.double()).argmin(1)
    assert (nearest == labels).double().mean() > 0.95
    assert torch.equal(points, dataset.sample(2000, torch.Generator().manual_seed(0)))


def test_labels_of_rings_and_of_mirror_images() -> None:
    points, labels = (
        DATASETS["rings"].example().sample_labelled(2000, torch.Generator().manual_seed(0))
    )
    assert ((points.norm(dim=1) / 0.75 - 1).round().clamp(0, 3) == labels).double().mean() > 0.99
    points, labels = (
        DATASETS["moons"].example().sample_labelled(2000, torch.Generator().manual_seed(0))
    )
    means = torch.stack([points[labels == which].mean(0) for which in (0, 1)])
    middle = torch.tensor([[-1.0, 4 / math.pi - 0.2], [1.0, 0.8 - 4 / math.pi]])
    torch.testing.assert_close(means, middle, rtol=0, atol=0.2)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"dataset": {"kind": "swiss_roll"}}, "data of several classes"),
        ({"energy": {"kind": "mlp"}}, "choose the energy 'classifier'"),
        ({"energy": {"kind": "classifier", "classes": 4}}, "set energy.classes to at least 6"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_remedy(
    config: dict[str, object], message: str
) -> None:
    given = {"dataset": OVERLAPPING, "method": {"kind": "jem"}, "updates": 10, **config}
    with pytest.raises(ValueError, match=message):
        Training(RunConfig.model_validate(given))


def test_unlabelled_points_mend_a_classifier_of_few_labels() -> None:
    run = Training(
        RunConfig.model_validate(
            {"dataset": OVERLAPPING, "method": {"kind": "jem", "labels": 60}, "updates": 150}
        )
    )
    while not run.finished:
        run.update()
    assert isinstance(run.learner, JointEnergyLearner)
    figures = run.learner.figures()
    assert figures["accuracy"] > figures["softmax_accuracy"]
    assert figures["calibration_error"] < figures["softmax_calibration_error"] - 0.03
    assert figures["ood_auroc"] > 0.98 > figures["softmax_ood_auroc"]
    assert run.evaluate()["kl"] < 0.15
    picture = run.learner.picture()
    assert picture.values["uncertainty_map"].shape == (64 * 64,)
    assert 0 <= picture.values["uncertainty_map"].min() <= picture.values["uncertainty_map"].max()
    assert picture.values["uncertainty_map"].max() <= 1 - 1 / 6


def with_buffer(**method: object) -> Training:
    given = {"kind": "jem", "chains": 16, "restart_share": 0.0, **method}
    return Training(
        RunConfig.model_validate({"dataset": {"kind": "moons"}, "method": given, "updates": 3})
    )


def test_of_a_larger_buffer_an_update_moves_its_chains_alone() -> None:
    run = with_buffer(buffer_size=100)
    assert isinstance(run.learner, JointEnergyLearner)
    before = run.learner.buffer.clone()
    run.update()
    moved = (run.learner.buffer != before).any(1)
    assert len(before) == 100
    assert 8 < moved.sum() <= 16  # Metropolis may refuse all of a chain's steps
    with pytest.raises(ValueError, match=r"method\.chains is 16, more than method\.buffer_size, 9"):
        with_buffer(buffer_size=9)


@pytest.mark.parametrize(("source", "expected"), [("data", 0.0), ("noise", 0.25)])
def test_chains_start_from_data_or_from_noise(source: str, expected: float) -> None:
    """A quarter of the square [-4, 4]^2 lies above or below the moons."""
    run = with_buffer(chains=1000, restart_from=source)
    assert isinstance(run.learner, JointEnergyLearner)
    beyond = (run.learner.buffer[:, 1].abs() > 3).double().mean()
    assert beyond == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("kind", ["digits", "points"])
def test_a_classifier_is_judged_by_what_it_has_not_seen(kind: str) -> None:
    given: dict[str, object] = {"kind": kind}
    if kind == "points":
        rng = np.random.default_rng(0)
        given["values"] = rng.normal(size=(200, 2))
        given["labels"] = rng.integers(0, 3, 200)
    run = Training(
        RunConfig.model_validate({"dataset": given, "method": {"kind": "jem"}, "updates": 1})
    )
    learner = run.learner
    assert isinstance(learner, JointEnergyLearner)
    points, labels = learner.test
    if kind == "digits":
        images = run.dataset.labelled("test")
        assert images
        assert torch.equal(points, images[0])
        assert torch.equal(labels, images[1])
        return
    seen = run.dataset.trained_on(1000, torch.Generator())
    apart = torch.cdist(run.dataset.to_model(seen).float(), points.float())
    assert 0 < len(points) < 100
    assert apart.min() > 1e-6


def test_a_thorough_evaluation_tells_of_the_classes_too() -> None:
    run = with_buffer(buffer_size=100)
    assert isinstance(run.learner, JointEnergyLearner)
    assert "accuracy" not in run.evaluate()
    found, own = run.evaluate(thorough=True), run.learner.figures()
    assert own.keys() >= {"accuracy", "calibration_error", "ood_auroc", "softmax_accuracy"}
    assert {name: found[name] for name in own} == own
    assert run.metrics["accuracy"] == own["accuracy"]
