"""What samplers are tried on: a formula, or the energy of a run, as it is or was at an update."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Self

from pydantic import ConfigDict, model_validator

from ebm_core.analytic import AnyAnalyticEnergy
from ebm_core.contracts import EnergyNetwork, setting
from ebm_core.contracts.dataset import Region, Window
from ebm_core.contracts.units import SAME, Units
from ebm_core.runs.load import load, written_at
from ebm_core.runs.trained import TrainedEnergy
from ebm_core.setting import Settings


class Target(Settings):
    """Which energy: a formula, or the one that a run has learned, or had at a past update."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    formula: AnyAnalyticEnergy | None = setting(
        None, title="Formula", description="An energy in closed form."
    )
    run: str | None = setting(None, title="Run", description="The id of a run.")
    step: int | None = setting(
        None,
        title="Update",
        ge=0,
        description="One that the run keeps a snapshot of; without it, as it was last saved.",
    )

    @model_validator(mode="after")
    def one(self) -> Self:
        """It is one of the two, with points in the plane."""
        if (self.formula is None) == (self.run is None):
            raise ValueError('give either "formula" or "run"')
        if self.step is not None and self.run is None:
            raise ValueError('a formula has no past; leave out "step", or give "run"')
        if self.formula is not None and self.formula.shape != (2,):
            raise ValueError(
                f"its points have {self.formula.shape[0]} coordinates; the map takes energies "
                "with 2"
            )
        return self

    def shown(self, directory: Path | None) -> "Shown":
        """The energy, and the part of the plane that its map shows.

        Args:
            directory: That of the run.

        Raises:
            FileNotFoundError: The run has no checkpoint.
            NoSnapshot: It keeps none of this update.
            ValueError: Its points are no points of the plane.
        """
        if self.formula is not None:
            return Shown(self.formula.network(), square(self.formula.window), SAME)
        place = directory or Path()
        trained = saved(place, self.step, written_at(place, self.step))
        dataset = trained.config.dataset
        return Shown(trained.network, dataset.window, dataset.units)


@lru_cache(maxsize=8)
def saved(directory: Path, step: int | None, _written: int) -> TrainedEnergy:
    """The energy of a run's directory, from a file that was written at a time in nanoseconds."""
    trained = load(directory, step)
    if trained.config.dataset.shape != (2,):
        shape = " x ".join(map(str, trained.config.dataset.shape))
        raise ValueError(f"its points are images of {shape}; the map takes points of the plane")
    return trained


class Shown(NamedTuple):
    """An energy, and the part of the plane that its map shows."""

    network: EnergyNetwork
    window: Window
    units: Units
    """Chains move in the model's units; all that is asked and told is in the data's."""


def square(window: Region) -> Window:
    """The smallest square around a window of the plane."""
    half = max(high - low for low, high in window) / 2
    x, y = (((low + high) / 2 - half, (low + high) / 2 + half) for low, high in window)
    return x, y
