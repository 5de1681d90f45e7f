"""The phases of score matching: the points, the predicted against the wanted, and what is left."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts.evaluations import counted_in
from ebm_core.contracts.phases import FOLLOWED, Phases, first, from_to, lengths, number

BLURRED = FOLLOWED // 6
"""Shown points of a halo, where there is one."""
LONG = 0.4
"""Mean length, in the model's units, at which slopes are drawn: as long as shows them."""
SLICE = 0.2
"""Length at which a direction is drawn."""

Losses = Float[Tensor, " n"]


def rows_shown(data: int, count: int, apart: int = 1) -> Tensor:
    """Rows to show of a batch whose last ones, from `data` on, are the halo.

    Args:
        apart: 2 where only every second row is used, both ways.
    """
    total = FOLLOWED // apart
    halo = torch.arange(data + data % apart, count, apart)[: BLURRED // apart]
    return torch.cat([torch.arange(0, data, apart)[: total - len(halo)], halo])


def tell_softened(
    phases: Phases,
    term: str,
    positives: Float[Tensor, "n ..."],
    points: Float[Tensor, "m ..."],
    rows: Tensor,
) -> None:
    """The data, and what they are softened by: noise that fades, and a halo."""
    halo = rows >= len(positives)
    clean = positives[rows - halo.long() * len(positives)]
    phases.add(
        "Take data",
        term,
        f"A batch of {len(positives)} points of the data; {len(clean)} of them are shown.",
        {"data": clean},
    )
    moved = lengths(points[rows] - clean)
    if not bool(moved.any()):
        return
    sentence = f"While the run is young, noise moves each by {phases.length(moved[~halo])}"
    if halo.any():
        sentence += (
            f", and a halo of {len(points) - len(positives)} wide ones, by "
            f"{phases.length(moved[halo])}, shows the space around"
        )
    phases.add(
        "Soften the data",
        term,
        f"{sentence}. It fades with the learning rate.",
        {"data": points[rows]},
        {"noise": (clean, points[rows])},
    )


def tell_perturbed(
    phases: Phases,
    term: str,
    clean: Float[Tensor, "n ..."],
    noisy: Float[Tensor, "n ..."],
    levels: Float[Tensor, " n"] | None,
    sentence: str,
) -> None:
    """The noise of the method itself, on points that are shown."""
    phases.add(
        "Perturb",
        term,
        f"{sentence} Here it moves each by {phases.length(lengths(noisy - clean))} on average.",
        {"perturbed": noisy},
        {"noise": (clean, noisy)},
        {} if levels is None else {"perturbed": {"level": levels * phases.scale}},
    )


class Denoised:
    """The way back from noisy points, and what the energy takes it for, before and after.

    Args:
        wanted, predicted: Terms of the equation.
        estimate: Where the energy's slope leads from the noisy points, and the losses there.
    """

    def __init__(
        self,
        phases: Phases,
        wanted: str,
        predicted: str,
        clean: Float[Tensor, "n ..."],
        noisy: Float[Tensor, "n ..."],
        estimate: Callable[[], tuple[Float[Tensor, "n ..."], Losses]],
    ) -> None:
        self.phases = phases
        self.predicted = predicted
        self.clean, self.noisy = clean, noisy
        self.estimate = counted_in(None)(torch.no_grad()(estimate))
        self.end, self.losses = self.estimate()
        way = phases.length(lengths(clean - noisy))
        phases.add(
            "The way back is the target",
            wanted,
            f"The score should lead back to where each point came from, {way} away on average.",
            {"perturbed": noisy, "data": clean},
            {"target": (noisy, clean)},
        )
        missed = phases.length(lengths(self.end - clean))
        phases.add(
            "Predict it by the slope",
            predicted,
            f"The energy's slope leads to points that miss it by {missed} on average; the mean "
            f"loss of those shown is {number(self.losses.mean())}.",
            {"perturbed": noisy, "data": clean},
            {"target": (noisy, clean), "predicted": (noisy, self.end)},
            {"perturbed": {"loss": self.losses}},
        )

    def tell(self) -> None:
        """Adds the last phase, once the weights have moved."""
        end, losses = self.estimate()
        missed = lengths(self.end - self.clean).mean() * self.phases.scale
        misses = lengths(end - self.clean).mean() * self.phases.scale
        self.phases.add(
            "Shrink the difference",
            self.predicted,
            "One step of all weights for the whole batch: on those shown the mean loss goes "
            f"{from_to(self.losses.mean(), losses.mean())}, the miss {from_to(missed, misses)}.",
            {"perturbed": self.noisy, "data": self.clean},
            {
                "target": (self.noisy, self.clean),
                "predicted_before": (self.noisy, self.end),
                "predicted": (self.noisy, end),
            },
            {"perturbed": {"loss": self.losses, "loss_after": losses}},
        )


class Curved:
    """Slope and curvature at points, before and after; their losses, half the squared slope less
    the curvature.

    Args:
        first, second: Terms of the equation.
        measure: The gradients at the points, what is squared of them, and the curvature.
        name: What the curvature is called.
        slices: The directions it is taken along, where these are drawn at random.
    """

    def __init__(
        self,
        phases: Phases,
        first_term: str,
        second_term: str,
        points: Float[Tensor, "n ..."],
        measure: Callable[[], tuple[Float[Tensor, "n ..."], Losses, Losses]],
        name: str,
        slices: Float[Tensor, "n ..."] | None = None,
    ) -> None:
        self.phases = phases
        self.second_term = second_term
        self.points = points
        self.measure = counted_in(None)(torch.no_grad()(measure))
        self.name = name
        gradients, squares, curvature = self.measure()
        self.unit = LONG / max(float(lengths(gradients).mean()), 1e-6)
        """How many times as long slopes are drawn, before the update and after it."""
        self.end = points - self.unit * gradients
        self.losses, self.curvature = squares / 2 - curvature, curvature
        sliced = {} if slices is None else {"slice": (points, points + slices * SLICE)}
        if slices is not None:
            phases.add(
                "Draw directions",
                second_term,
                "A random direction v at each point: along it the curvature is taken, and its mean "
                "over v is the Laplacian.",
                {"data": points},
                sliced,
            )
        phases.add(
            "The slope at the data",
            first_term,
            f"Half of its square is {number(squares.mean() / 2)} on average: at data the energy "
            f"should be level. Slopes are drawn {number(self.unit)} times as long.",
            {"data": points},
            {"energy": (points, self.end)},
            {"data": {"slope": squares.clamp(min=0).sqrt()}},
        )
        phases.add(
            f"The {name} at the data",
            second_term,
            f"It is {number(curvature.mean())} on average: a bowl around each point raises it, "
            "and lowers the loss.",
            {"data": points},
            sliced,
            {"data": {"curvature": curvature}},
        )

    def tell(self) -> None:
        """Adds the last phase, once the weights have moved."""
        gradients, squares, curvature = self.measure()
        losses = squares / 2 - curvature
        self.phases.add(
            "Less slope, more bowl",
            self.second_term,
            f"One step of all weights for the whole batch: on those shown the {self.name} goes "
            f"{from_to(self.curvature.mean(), curvature.mean())}, the mean loss "
            f"{from_to(self.losses.mean(), losses.mean())}.",
            {"data": self.points},
            {
                "predicted_before": (self.points, self.end),
                "energy": (self.points, self.points - self.unit * gradients),
            },
            {
                "data": {
                    "curvature": self.curvature,
                    "curvature_after": curvature,
                    "loss": self.losses,
                    "loss_after": losses,
                }
            },
        )


def tell_far(
    phases: Phases, far: Float[Tensor, "n ..."], energies: Float[Tensor, " n"], lacking: Tensor
) -> None:
    """The guard at far points, where some of them are too low."""
    phases.add(
        "Lift what is far",
        "",
        f"{int((lacking > 0).sum())} of {len(far)} points far from all data are too low; a term "
        "beside the loss lifts them.",
        {"far": first(far)},
        {},
        {"far": {"energy": first(energies)}},
    )
