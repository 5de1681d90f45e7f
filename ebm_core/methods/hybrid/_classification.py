"""Where a classifier is looked at: far from all data, and on a grid of its uncertainty."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ebm_core.contracts import LogitNetwork, Task
from ebm_core.evaluation.calibration import accuracy, auroc, calibration_error

TEST = 2000
"""Held-out labelled points for the figures, at most, and as many far ones."""

MAP = 64
"""Cells along a side of an uncertainty map, over [-4.5, 4.5]^2; the first row is the lowest y."""


def far_points(task: Task) -> Float[Tensor, "n ..."]:
    """Points far from all data: uniform on [-12, 12]^2 without [-6, 6]^2, or noise for images."""
    if task.shape != (2,):
        return task.sample_noise(TEST)
    shape = (4 * TEST, 2)
    points = 24 * torch.rand(shape, generator=task.generator, device=task.device) - 12
    return points[points.abs().amax(1) > 6][:TEST]


def map_cells(device: torch.device) -> Float[Tensor, "n 2"]:
    """Centres of the cells of an uncertainty map."""
    axis = 4.5 * ((2 * torch.arange(MAP, device=device) + 1) / MAP - 1)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack((x, y), -1).view(-1, 2)


def uncertainty(network: LogitNetwork, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
    """1 - max p(y | x)."""
    return 1 - torch.cat([network.logits(part).softmax(1).amax(1) for part in points.split(2048)])


def uncertainties(joint: LogitNetwork, plain: LogitNetwork, task: Task) -> dict[str, Tensor]:
    """The uncertainty of JEM and of a plain classifier on a grid of the plane; of no images."""
    if task.shape != (2,):
        return {}
    cells = map_cells(task.device)
    return {
        "uncertainty_map": uncertainty(joint, cells),
        "softmax_uncertainty_map": uncertainty(plain, cells),
    }


def judged(
    joint: LogitNetwork,
    plain: LogitNetwork,
    points: Float[Tensor, "n ..."],
    labels: Int[Tensor, " n"],
    far: Float[Tensor, "m ..."],
) -> dict[str, float]:
    """Accuracy, calibration and detection of far points, of JEM and of a plain classifier.

    JEM detects by -E(x), the plain classifier by its largest probability.
    """
    chances = joint.logits(points).softmax(1)
    plain_chances = plain.logits(points).softmax(1)
    far_chances = plain.logits(far).softmax(1)
    return {
        "accuracy": accuracy(chances, labels),
        "calibration_error": calibration_error(chances, labels),
        "ood_auroc": auroc(-joint(points), -joint(far)),
        "softmax_accuracy": accuracy(plain_chances, labels),
        "softmax_calibration_error": calibration_error(plain_chances, labels),
        "softmax_ood_auroc": auroc(plain_chances.amax(1), far_chances.amax(1)),
    }
