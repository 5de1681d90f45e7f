"""A phase as it is shown: arrays on the CPU, in the data's units."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from numpy.typing import NDArray
from torch import Tensor

from ebm_core.contracts.phases import Phase
from ebm_core.runs.display import as_array

Array = NDArray[Any]


@dataclass(frozen=True)
class ShownPhase:
    """A `Phase` whose arrays are NumPy on the CPU, in the data's units."""

    name: str
    term: str
    sentence: str
    points: dict[str, Array]
    arrows: dict[str, tuple[Array, Array]]
    values: dict[str, dict[str, Array]]

    @classmethod
    def of(cls, phase: Phase, place: Callable[[Tensor], Tensor]) -> Self:
        """That of a phase; `place` brings points from the model's units to the data's."""
        return cls(
            phase.name,
            phase.term,
            phase.sentence,
            {name: as_array(place(points)) for name, points in phase.points.items()},
            {
                name: (as_array(place(start)), as_array(place(end)))
                for name, (start, end) in phase.arrows.items()
            },
            {
                name: {key: as_array(numbers) for key, numbers in values.items()}
                for name, values in phase.values.items()
            },
        )
