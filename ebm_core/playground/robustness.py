"""How much of a change of its images a joint energy model withstands, beside a plain classifier."""

import time
from dataclasses import dataclass
from pathlib import Path

import torch

from ebm_core.evaluation.robustness import Norm, robust_accuracies
from ebm_core.methods.hybrid.jem import JointEnergyLearner
from ebm_core.runs.training import Training

RADII: dict[Norm, tuple[float, ...]] = {
    "linf": (0.0, 0.02, 0.05, 0.1, 0.15, 0.2),
    "l2": (0.0, 0.1, 0.25, 0.5, 0.75, 1.0),
}
"""Of the attacks, where black and white are 1 apart; the paper's are 255 times these."""

RANGE = 2.0
"""From black to white, in the units of a model."""

PART = 100
"""Images that are attacked at once."""


@dataclass(frozen=True)
class Outcome:
    """Accuracies under attack, by classifier (`joint`, `softmax`) and norm."""

    step: int
    """The update whose weights were attacked."""
    images: int
    """Held-out images that were attacked, as many as time allowed."""
    radii: dict[Norm, tuple[float, ...]]
    accuracies: dict[str, dict[Norm, list[float]]]
    seconds: float


def outcome(directory: Path, limit: float = torch.inf) -> Outcome:
    """Attacks the classifiers of a run as it was last saved.

    Args:
        directory: Of the run.
        limit: Seconds after which no further images are begun with.

    Raises:
        FileNotFoundError: The run has no checkpoint.
        ValueError: It is damaged; as in `attack`.
    """
    return attack(Training.resume(directory, anywhere=True), limit)


def attack(training: Training, limit: float = torch.inf) -> Outcome:
    """Attacks the classifiers of a training as it is.

    Raises:
        ValueError: Its method has no classifiers, or its points are no images.
    """
    begin = time.perf_counter()
    learner = training.learner
    if not isinstance(learner, JointEnergyLearner):
        raise ValueError(
            f"{training.config.method.title} tells no classes, which an attack could change; train "
            "by JEM"
        )
    if len(training.config.dataset.shape) != 3:
        raise ValueError("its points are points of the plane; images are attacked")
    points, labels = learner.test
    right = {
        name: {norm: torch.zeros(len(radii)).double() for norm, radii in RADII.items()}
        for name in learner.classifiers
    }
    attacked = 0
    while attacked < len(points) and (not attacked or time.perf_counter() - begin < limit):
        part = slice(attacked, attacked + PART)
        for norm, radii in RADII.items():
            within = [RANGE * radius for radius in radii]
            for name, network in learner.classifiers.items():
                shares = robust_accuracies(network.logits, points[part], labels[part], within, norm)
                right[name][norm] += torch.tensor(shares).double() * len(labels[part])
        attacked += len(labels[part])
    accuracies = {
        name: {norm: (counts / attacked).tolist() for norm, counts in by_norm.items()}
        for name, by_norm in right.items()
    }
    return Outcome(training.step, attacked, RADII, accuracies, time.perf_counter() - begin)
