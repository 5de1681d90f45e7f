"""Errors of plug-ins' own code while they are in use, told with file and line."""

from ebm_core.contracts.outside import ORIGINS
from ebm_core.plugins.faults import Trouble, of_class, of_error
from ebm_core.plugins.source import Source
from ebm_core.ranks import RankLost
from ebm_core.runs.metrics import BadMetrics


def mistake(error: BaseException) -> Trouble | None:
    """Where a plug-in from outside failed; None where an error is not of its making."""
    if isinstance(error, RankLost):
        return None
    if isinstance(error, BadMetrics):
        return of_class(error.learner, error.message)
    places = {origin.path for origin in ORIGINS.values()}
    files = [file for place in places for file in Source(place).files()]
    trouble = of_error(error, files, "")
    return None if trouble.line is None else trouble
