"""The moment of a run whose energy is kept: the best one, by what training does not see."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor, nn

FIRST, RATIO = 250, 1.4
"""Updates after which a moment is judged: so many, and then always so many times more."""


@dataclass
class BestMoment:
    """The averaged weights at the best of some moments.

    The moments are fixed numbers of updates, so that a run made again keeps the same one.
    """

    due: int = FIRST
    """The update that is judged next."""
    step: int = 0
    score: float = float("inf")
    weights: dict[str, Tensor] = field(default_factory=dict)

    def judge(self, step: int, score: float, network: nn.Module) -> None:
        """Keeps this moment if it is the best so far."""
        while self.due <= step:
            self.due = round(self.due * RATIO)
        if score < self.score:
            self.step, self.score = step, score
            self.weights = {name: value.clone() for name, value in network.state_dict().items()}


def score(figures: Mapping[str, float]) -> float:
    """How bad an energy in the plane is, in nats.

    Where the density is known it is the KL divergence. Of given points two likelihoods count alike:
    that of the held-out points, which alone can tell that a network has learned the others by
    heart, but which may be few; and that of the data as they are smoothed, which says at once where
    mass has gone where nothing is.
    """
    if "kl" in figures:
        return figures["kl"]
    return (figures["nll"] + figures["nll_smoothed"]) / 2
