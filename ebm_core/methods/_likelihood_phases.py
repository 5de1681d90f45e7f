"""The phases of a likelihood step: what the landscape did at the data and at the samples."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork
from ebm_core.contracts.phases import Phases, ends_of, energies_at, first, from_to


class Sides(NamedTuple):
    """What the two sides of the step are called, and which terms of the equation they are."""

    down: str
    """The term at the data."""
    up: str
    """The term at the samples."""
    samples: str = "chains"
    """The samples' name among the points."""
    whose: str = "the energy"
    """Which energy it is, for the phases' names."""


UNNAMED = Sides("", "")
"""Of a method that has no terms for them."""


class Pushes:
    """Both sides of one step, seen before it and told after it."""

    def __init__(
        self,
        phases: Phases,
        sides: Sides,
        energy: EnergyNetwork,
        positives: Float[Tensor, "n ..."],
        negatives: Float[Tensor, "m ..."],
        weights: Float[Tensor, " m"] | None,
    ) -> None:
        self.phases = phases
        self.sides = sides
        self.energy = energy
        self.weights = None
        self.count = len(negatives)
        rows = phases.rows_of(len(negatives))
        if weights is not None:
            rows = ends_of(len(negatives))
            self.weights = weights[rows]
        self.data, self.samples = first(positives), negatives.detach()[rows]
        self.before = energies_at(energy, self.data), energies_at(energy, self.samples)

    def tell(self) -> None:
        """Adds a phase for each side, once the weights have moved."""
        sides, data, samples = self.sides, self.data, self.samples
        at_data, at_samples = self.before
        data_after = energies_at(self.energy, data)
        samples_after = energies_at(self.energy, samples)
        gap = float(at_data.mean() - at_samples.mean())
        gap_after = float(data_after.mean() - samples_after.mean())
        self.phases.add(
            f"Push {sides.whose} down at the data",
            sides.down,
            f"The mean energy of the data shown goes {from_to(at_data.mean(), data_after.mean())}.",
            {"data": data},
            {},
            {"data": {"before": at_data, "after": data_after}},
        )
        alike = (data_after.mean() > at_data.mean()) == (samples_after.mean() > at_samples.mean())
        weighed = {} if self.weights is None else {"weight": self.weights * self.count}
        self.phases.add(
            f"Push {sides.whose} up at the {NAMES[sides.samples]}",
            sides.up,
            f"There it goes {from_to(at_samples.mean(), samples_after.mean())}. It is one step for "
            "both sides: the data's energy less that of the samples shown goes "
            f"{from_to(gap, gap_after)}." + (BOTH if alike else ""),
            {sides.samples: samples},
            {},
            {sides.samples: {"before": at_samples, "after": samples_after, **weighed}},
        )


BOTH = " Both moved the same way: an energy is known up to a constant, and the difference counts."
NAMES = {"chains": "chains' ends", "generator": "samples"}
"""Of the samples, in the names of phases."""
