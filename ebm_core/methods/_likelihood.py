"""The step that every maximum-likelihood method takes: down at the data, up at the samples."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, Metrics, Task, setting
from ebm_core.contracts.phases import observer
from ebm_core.methods._likelihood_phases import UNNAMED, Pushes, Sides
from ebm_core.optimization import Descent

ENERGY_PENALTY = setting(
    0.0,
    title="Energy penalty",
    ge=0,
    le=100,
    live=True,
    advanced=True,
    description="Weight of the mean squared energy; stops a run-away, biases the temperature.",
)
"""The field of methods that have one."""

GRADIENT_PENALTY = setting(
    0.1,
    title="Gradient penalty",
    ge=0,
    le=100,
    live=True,
    advanced=True,
    description="Weight of the mean of |grad E|^2 at the data (paper).",
)
"""The field of methods whose papers have one."""


class LikelihoodAscent:
    """One update of the energy along mean grad E(data) - mean grad E(samples).

    The loss hovers around zero at any quality: it is a gradient's surrogate, not a distance.

    Args:
        sides: What its phases are called.
        share: Learning rate as a share of the run's.
    """

    def __init__(self, task: Task, sides: Sides = UNNAMED, share: float = 1.0) -> None:
        self.energy = task.energy
        self.sides = sides
        self.descent = Descent(task.energy.parameters(), task.schedule, share)

    def __call__(
        self,
        positives: Float[Tensor, "n ..."],
        negatives: Float[Tensor, "m ..."],
        weights: Float[Tensor, " m"] | None = None,
        penalty: Tensor | None = None,
        energy_penalty: float = 0.0,
    ) -> Metrics:
        """Negatives count equally, or by `weights` that sum to one; `penalty` joins the loss.

        `energy_penalty` weighs the mean squared energy, which joins it too.
        """
        energies = self.energy(torch.cat([positives, negatives.detach()]))
        at_data, at_samples = energies[: len(positives)], energies[len(positives) :]
        raised = at_samples.mean() if weights is None else (weights * at_samples).sum()
        loss = at_data.mean() - raised
        objective = loss
        if energy_penalty:
            objective = objective + energy_penalty * energies.square().mean()
        if penalty is not None:
            objective = objective + penalty
        seen = observer()
        pushes = seen and Pushes(seen, self.sides, self.energy, positives, negatives, weights)
        grad_norm = self.descent(objective)
        if pushes:
            pushes.tell()
        return {
            "grad_norm": grad_norm,
            "learning_rate": self.descent.learning_rate,
            "loss": loss.detach(),
            "energy_data": at_data.detach().mean(),
            "energy_samples": raised.detach(),
        }

    def state(self) -> dict[str, Any]:
        """The optimiser's."""
        return self.descent.state()

    def load_state(self, state: dict[str, Any]) -> None:
        """The inverse of `state`."""
        self.descent.load_state(state)


def slope_penalty(
    energy: EnergyNetwork, points: Float[Tensor, "n ..."], weight: float
) -> Tensor | None:
    """`weight` times the mean of |grad E|^2 at the points; nothing for no weight."""
    if not weight:
        return None
    _, slopes = energy.with_gradient(points)
    return weight * slopes.square().flatten(1).sum(1).mean()
