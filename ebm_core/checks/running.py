"""Runs the checks of a plug-in that is on a shelf."""

from collections.abc import Iterator
from dataclasses import dataclass

from ebm_core.checks import CHECKS
from ebm_core.checks.expectation import CheckFailed
from ebm_core.contracts import PlugIn
from ebm_core.contracts.outside import ORIGINS
from ebm_core.plugins.faults import of_class, of_error
from ebm_core.plugins.source import Source


@dataclass(frozen=True)
class Result:
    """How a check went."""

    check: str
    """Its name, in words."""
    problem: str | None
    """What does not hold, or the error of the plug-in's own code with its line; None: it passed."""


def results(plug_in: type[PlugIn]) -> Iterator[Result]:
    """Every check of the plug-in's contract, one after the other."""
    origin = ORIGINS[plug_in]
    for check in CHECKS[origin.contract]:
        problem = None
        try:
            check(origin.kind)
        except CheckFailed as error:
            problem = str(error)
        except Exception as error:
            trouble = of_error(error, Source(origin.path).files(), origin.path)
            problem = str(trouble if trouble.line is not None else of_class(plug_in, str(trouble)))
        yield Result(check.__name__.replace("_", " "), problem)
