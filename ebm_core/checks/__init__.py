"""What holds for every plug-in, ours or from outside: the tests run it on ours, `ebm check` on any.

A check takes a plug-in's kind and raises where the contract's promise does not hold.
"""

from ebm_core.checks import datasets, energies, formulas, methods, samplers
from ebm_core.checks.expectation import Check, CheckFailed

CHECKS: dict[str, tuple[Check, ...]] = {
    "method": methods.CHECKS,
    "sampler": samplers.CHECKS,
    "dataset": datasets.CHECKS,
    "energy": energies.CHECKS,
    "formula": formulas.CHECKS,
}
"""By the name of the contract."""

__all__ = ["CHECKS", "Check", "CheckFailed"]
