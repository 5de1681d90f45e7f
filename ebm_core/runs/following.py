"""A process that follows another one's orders, with which it trains a run."""

from contextlib import suppress
from typing import Any

from ebm_core.optimization import TrainingDiverged
from ebm_core.ranks import Ranks
from ebm_core.runs.changes import Change
from ebm_core.runs.config import RunConfig
from ebm_core.runs.training import Training


def follow(ranks: Ranks) -> None:
    """Does what the leader orders, until that ends the run; one run after the other.

    Raises:
        RankLost: Another process of the run is gone.
    """
    training: Training | None = None
    while (order := ranks.ordered()) is not None:
        word, *given = order
        if word == "begin":
            config, events = given
            made = [Change.model_validate(change) for change in events]
            training = Training(RunConfig.model_validate(config), made, ranks)
        elif training is not None:
            carry_out(training, word, given)


def carry_out(training: Training, word: str, given: list[Any]) -> None:
    """One order."""
    if word == "update":
        with suppress(TrainingDiverged):  # the leader's does too, and it decides what follows
            training.update()
    elif word == "change":
        training.change(*given)
    elif word == "lengthen":
        training.lengthen(*given)
    elif word == "restore":
        training.restore(*given)
    elif word == "state":
        training.state()
    else:
        raise ValueError(f"there is no order {word!r}")
