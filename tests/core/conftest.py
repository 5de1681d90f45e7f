"""Plug-ins from outside that a test loads are gone after it."""

from collections.abc import Iterator

import pytest

from ebm_core.contracts.outside import ORIGINS
from ebm_core.plugins import load_given, loading
from ebm_core.plugins.source import Source


@pytest.fixture
def shelves_as_before() -> Iterator[None]:
    """Nothing from outside stays on a shelf, and no trouble with it is told later."""
    yield
    for place in {origin.path for origin in ORIGINS.values()}:
        loading.forget(Source(place))
    load_given()
