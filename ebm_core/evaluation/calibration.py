"""How far a classifier's probabilities can be trusted: accuracy, calibration, detection."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def accuracy(probabilities: Float[Tensor, "n k"], labels: Int[Tensor, " n"]) -> float:
    """Share of points whose most probable class is theirs."""
    return float((probabilities.argmax(1) == labels).double().mean())


def calibration_error(
    probabilities: Float[Tensor, "n k"], labels: Int[Tensor, " n"], bins: int = 15
) -> float:
    """The expected calibration error, 0 to 1: mean of |accuracy - confidence| over equal bins.

    Biased upwards for few points: about sqrt(bins / n) / 3 for a calibrated classifier.

    Source:
        Guo et al. (2017), section 2, https://arxiv.org/abs/1706.04599
    """
    confidence, guess = probabilities.double().max(1)
    place = (confidence * bins).long().clamp_(max=bins - 1)
    excess = (guess == labels).double() - confidence
    sums = torch.zeros(bins, dtype=torch.float64, device=labels.device).index_add(0, place, excess)
    return float(sums.abs().sum() / len(labels))


def auroc(inside: Float[Tensor, " n"], outside: Float[Tensor, " m"]) -> float:
    """Probability that a point inside scores higher than one outside; a tie counts half.

    Raises:
        ValueError: One of the two is empty, or a score is not a number.
    """
    if not len(inside) or not len(outside):
        raise ValueError(
            f"there are {len(inside)} scores inside and {len(outside)} outside; give some of both"
        )
    if inside.isnan().any() or outside.isnan().any():
        raise ValueError("a score is not a number; scores must have an order")
    ordered = outside.sort().values
    below = torch.searchsorted(ordered, inside.contiguous(), right=False)
    not_above = torch.searchsorted(ordered, inside.contiguous(), right=True)
    return float((below + not_above).double().mean() / (2 * len(outside)))
