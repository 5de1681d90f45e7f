"""What an update tells of itself: numbers by name."""

import reprlib
from collections.abc import Mapping
from numbers import Real
from typing import Any

from torch import Tensor

from ebm_core.contracts import Learner


class BadMetrics(ValueError):
    """What a learner's `update` gave are no numbers by name; `learner` is its class."""

    def __init__(self, learner: type[Learner], found: str) -> None:
        self.learner = learner
        self.message = (
            f'gives {found}; `update` has to give numbers by name, such as {{"loss": 0.5}}'
        )
        super().__init__(f"{learner.__name__} {self.message}")


def numbers(learner: Learner, metrics: Any) -> dict[str, float]:
    """The metrics that `update` gave, as plain numbers.

    Raises:
        BadMetrics: They are something else.
    """
    if not isinstance(metrics, Mapping):
        raise BadMetrics(type(learner), reprlib.repr(metrics))
    found = {}
    for name, value in metrics.items():
        one = isinstance(value, Tensor) and value.numel() == 1
        if not (one or isinstance(value, Real)):
            said = (
                f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else reprlib.repr(value)
            )
            raise BadMetrics(type(learner), f"{said} as the metric {name!r}")
        found[name] = float(value)
    return found
