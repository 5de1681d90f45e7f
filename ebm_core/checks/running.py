"""Runs the checks of a plug-in that is on a shelf."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from ebm_core.checks import CHECKS
from ebm_core.checks.expectation import CheckFailed
from ebm_core.contracts import PlugIn
from ebm_core.contracts.outside import ORIGINS
from ebm_core.plugins.faults import of_plug_in
from ebm_core.plugins.mistakes import mistake
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
            with contextlib.redirect_stdout(sys.stderr):
                check(origin.kind)
        except CheckFailed as error:
            problem = str(error)
        except (Exception, SystemExit) as error:
            files = Source(origin.path).files()
            problem = str(mistake(error) or of_plug_in(error, plug_in, files))
        yield Result(check.__name__.replace("_", " "), problem)
