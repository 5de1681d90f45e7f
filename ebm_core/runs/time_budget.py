"""A time budget: turned into a number of updates by the speed that is measured on the way."""

from dataclasses import dataclass

CALIBRATIONS = (1 / 30, 1 / 10, 1 / 4, 1 / 2, 3 / 4, 9 / 10, 1.0)
"""Shares of a time budget at which the speed is measured and the length in updates is set anew."""
EARLY = 0.9
"""Share of a time budget before which no run ends by itself."""


@dataclass
class TimeBudget:
    """How often the speed has been measured."""

    measures: bool
    """Whether it is at all: a run that is replayed follows the lengths that were recorded."""
    calibrated: int = 0

    def settle(self) -> None:
        """A length in updates was asked for: the speed is of no more interest, until the budget
        changes."""
        self.calibrated = len(CALIBRATIONS)

    def length(
        self, budget: float | None, seconds: float, step: int, horizon: int | None = None
    ) -> int | None:
        """The run's length in updates where the speed is to be measured now, else None.

        Args:
            budget: Seconds that the run may take.
            seconds: Those that `step` updates took.
            horizon: The length that was found last. Where it is reached too early, as after a slow
                beginning, the speed is measured once more.
        """
        if not self.measures or budget is None or self.calibrated == len(CALIBRATIONS):
            return None
        before = self.calibrated
        while (
            self.calibrated < len(CALIBRATIONS)
            and seconds >= budget * CALIBRATIONS[self.calibrated]
        ):
            self.calibrated += 1
        early = horizon is not None and step >= horizon and seconds < EARLY * budget
        if self.calibrated == before and not early:
            return None
        return step + max(0, round(max(0.0, budget - seconds) * step / seconds))
