"""How many images a classifier still tells right when an attacker may change each a little."""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

Norm = Literal["linf", "l2"]

STEPS = 20
"""Of an attack."""

Logits = Callable[[Float[Tensor, "n ..."]], Float[Tensor, "n k"]]


def attacked(
    logits: Logits,
    points: Float[Tensor, "n ..."],
    labels: Int[Tensor, " n"],
    radius: float,
    norm: Norm,
    steps: int = STEPS,
) -> Float[Tensor, "n ..."]:
    """Each point where its cross entropy is the highest that was found within a ball around it.

    Projected gradient ascent from the point itself, 2.5 radius / steps at a time. Whoever attacks
    knows the classifier, so that this is an upper bound of what it withstands.

    Args:
        radius: Of the ball, in the points' units.
        norm: `linf` bounds each coordinate, `l2` the length of the change.

    Source:
        Madry et al. (2018), section 2.1, https://arxiv.org/abs/1706.06083
    """
    stride = 2.5 * radius / steps
    sizes = (-1,) + (1,) * (points.dim() - 1)
    worst = points.clone()
    highest = functional.cross_entropy(logits(points).detach(), labels, reduction="none")
    moved = points.clone()
    for _ in range(steps if radius > 0 else 0):
        moved.requires_grad_(True)
        loss = functional.cross_entropy(logits(moved), labels, reduction="sum")
        (slope,) = torch.autograd.grad(loss, moved)
        with torch.no_grad():
            if norm == "linf":
                change = (moved + stride * slope.sign() - points).clamp(-radius, radius)
            else:
                lengths = slope.flatten(1).norm(dim=1).clamp(min=1e-12).view(sizes)
                change = moved + stride * slope / lengths - points
                change *= (
                    (radius / change.flatten(1).norm(dim=1).clamp(min=1e-12))
                    .clamp(max=1)
                    .view(sizes)
                )
            moved = (points + change).detach()
            now = functional.cross_entropy(logits(moved), labels, reduction="none")
            higher = now > highest
            highest = torch.where(higher, now, highest)
            worst = torch.where(higher.view(sizes), moved, worst)
    return worst


def robust_accuracies(
    logits: Logits,
    points: Float[Tensor, "n ..."],
    labels: Int[Tensor, " n"],
    radii: Sequence[float],
    norm: Norm,
    steps: int = STEPS,
) -> list[float]:
    """Share of points that are told right wherever the attack within each radius has led.

    A point that is told wrong within a smaller radius is told wrong within a larger one; so the
    shares never rise with the radius, as those of the best attack never do.

    Source:
        Grathwohl et al. (2020), section 5.4, https://arxiv.org/abs/1912.03263: its JEM-0, which
        refines nothing by chains
    """
    stands = torch.ones(len(points), dtype=torch.bool, device=points.device)
    found: dict[float, float] = {}
    for radius in sorted(radii):
        with torch.enable_grad():
            worst = attacked(logits, points, labels, radius, norm, steps)
        with torch.no_grad():
            stands &= logits(worst).argmax(1) == labels
        found[radius] = float(stands.double().mean())
    return [found[radius] for radius in radii]
