"""Samplers tried on energies: what is asked, and what is answered."""

from typing import Literal

from pydantic import SkipValidation, with_config
from typing_extensions import TypedDict

from ebm_server.protocol.frames import PackedArray, PackedLandscape
from ebm_server.protocol.messages import Message
from ebm_server.protocol.run_config import UNCHECKED, PlugInConfig


@with_config(UNCHECKED)
class Target(TypedDict, total=False):
    """A formula, or the energy of a run, as it is or was at an update."""

    formula: PlugInConfig | None
    run: str | None
    step: int | None


@with_config(UNCHECKED)
class Trial(TypedDict, total=False):
    """An energy, a sampler, and how long. Checked by the process that samples, not here."""

    energy: SkipValidation[Target]
    sampler: SkipValidation[PlugInConfig]
    chains: SkipValidation[int]
    steps: SkipValidation[int]
    start: SkipValidation[tuple[float, float] | None]
    seed: SkipValidation[int]


class Outcome(Message):
    """What a trial gives; null where a figure is not finite. See `ebm_core.playground`."""

    landscape: PackedLandscape
    draws: PackedArray
    """(kept, chains, 2): the start, then each `thinning`-th step, on the stage, where the window is
    [-4.5, 4.5]^2."""
    thinning: int
    warm_up: int
    acceptance: float | None
    step_size: float | None
    temperature: float | None
    ess: float | None
    """Null, as the next three, where chains follow a schedule to its end."""
    r_hat: float | None
    """Infinite, so null, where no chain has moved."""
    mixing: Literal["mixed", "slow", "apart"] | None
    steps_needed: float | None
    """About how many times as many steps slow chains would need."""
    autocorrelation: PackedArray
    """(2, lags): of x and of y."""
    seconds: float
    gradient_evaluations: int
    """Null where the energy does not tell."""
