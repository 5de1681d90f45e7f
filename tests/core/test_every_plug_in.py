"""What holds for every plug-in on a shelf: a new one is tested by existing."""

import pytest

from ebm_core.checks import CHECKS, Check
from ebm_core.plugins.loading import SHELVES


@pytest.mark.parametrize(
    ("check", "kind"),
    [
        pytest.param(check, kind, id=f"{contract}-{kind}-{check.__name__}")
        for contract, (_, shelf) in SHELVES.items()
        for kind in shelf
        for check in CHECKS[contract]
    ],
)
def test_a_plug_in_keeps_its_contract(check: Check, kind: str) -> None:
    check(kind)
