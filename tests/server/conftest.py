"""One server for all tests that do not end it."""

from collections.abc import Iterator

import pytest

from tests.server.laboratory import Laboratory


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A running server whose runs may use four cores at once."""
    with Laboratory(tmp_path_factory.mktemp("lab"), {"EBM_MAX_RUNNING": "4"}) as laboratory:
        yield laboratory
