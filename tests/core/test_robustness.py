"""Accuracy under attack: of a linear classifier, whose worst change has a closed form."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from ebm_core.evaluation.robustness import Norm, attacked, robust_accuracies
from ebm_core.playground.robustness import RADII, outcome
from ebm_core.runs.config import RunConfig
from ebm_core.runs.training import Training

WEIGHTS = torch.tensor([[1.0, 2.0, -2.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
RADIUS = 0.3


def linear(points: Tensor) -> Tensor:
    """Logits whose difference is w x."""
    return points @ WEIGHTS.T


def at_margins(margins: list[float]) -> Tensor:
    """Points of the first class, with such values of w x."""
    direction = WEIGHTS[0] / WEIGHTS[0].square().sum()
    return torch.tensor(margins, dtype=torch.float64)[:, None] * direction


@pytest.mark.parametrize(("norm", "dual"), [("linf", 5.0), ("l2", 3.0)])
def test_the_worst_change_of_a_linear_classifier_is_found(norm: Norm, dual: float) -> None:
    """w x falls by radius times the dual norm of w, and by no more."""
    points = at_margins([4.0, 1.0, 0.1])
    labels = torch.zeros(3, dtype=torch.long)
    worst = attacked(linear, points, labels, RADIUS, norm)
    fall = (points - worst) @ WEIGHTS[0]
    torch.testing.assert_close(fall, torch.full_like(fall, RADIUS * dual))
    change = worst - points
    length = change.abs().amax(1) if norm == "linf" else change.norm(dim=1)
    assert float(length.max()) <= RADIUS * (1 + 1e-9)


@pytest.mark.parametrize(("norm", "dual"), [("linf", 5.0), ("l2", 3.0)])
def test_a_point_stands_up_to_its_margin(norm: Norm, dual: float) -> None:
    points = at_margins([dual * reach for reach in (0.1, 0.2, 0.3, 0.4)])
    labels = torch.zeros(4, dtype=torch.long)
    radii = (0.0, 0.15, 0.25, 0.35, 0.45)
    assert robust_accuracies(linear, points, labels, radii, norm) == [1.0, 0.75, 0.5, 0.25, 0.0]
    assert robust_accuracies(linear, points, labels, radii[::-1], norm) == [0, 0.25, 0.5, 0.75, 1]


def test_a_point_that_is_told_wrong_stays_so() -> None:
    points, labels = at_margins([-1.0, 2.0]), torch.zeros(2, dtype=torch.long)
    assert robust_accuracies(linear, points, labels, (0.0, 0.01), "linf") == [0.5, 0.5]


def trained(directory: Path, method: str, dataset: str, updates: int) -> Path:
    training = Training(
        RunConfig.model_validate(
            {"dataset": {"kind": dataset}, "method": {"kind": method}, "updates": updates}
        )
    )
    while not training.finished:
        training.update()
    training.save(directory)
    return directory


def test_the_classifiers_of_a_run_are_attacked_as_they_are_judged(tmp_path: Path) -> None:
    directory = trained(tmp_path, "jem", "digits", 50)
    found = outcome(directory, limit=0.0)
    assert (found.step, found.images) == (50, 100)
    learner = Training.resume(directory).learner
    points, labels = (part[:100] for part in learner.test)  # type: ignore[attr-defined]
    for name, network in learner.classifiers.items():  # type: ignore[attr-defined]
        right = network.logits(points).argmax(1) == labels
        for norm in RADII:
            shares = found.accuracies[name][norm]
            assert shares[0] == pytest.approx(float(right.double().mean()))
            assert shares == sorted(shares, reverse=True)
            assert shares[-1] < shares[0]


@pytest.mark.parametrize(
    ("method", "dataset", "why"),
    [("denoising", "digits", "tells no classes"), ("jem", "moons", "points of the plane")],
)
def test_what_has_no_images_with_classes_is_refused(
    tmp_path: Path, method: str, dataset: str, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        outcome(trained(tmp_path, method, dataset, 1))
