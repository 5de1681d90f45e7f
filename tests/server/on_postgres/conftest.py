"""A PostgreSQL for all tests of this folder, and a new database for each."""

from collections.abc import Iterator

import pytest

from tests.server.laboratory import Laboratory
from tests.server.postgres import Postgres, programs


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server, which goes."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL is installed (Debian: apt-get install postgresql)")
    server = Postgres(found)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def database(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new database, which the servers that a test starts use."""
    url = postgres.database()
    monkeypatch.setenv("EBM_DATABASE_URL", url)
    return url


@pytest.fixture(scope="session")
def lab(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """The server of the tests that do not end it, on a database of its own."""
    environment = {"EBM_MAX_RUNNING": "4", "EBM_DATABASE_URL": postgres.database()}
    with Laboratory(tmp_path_factory.mktemp("lab"), environment) as laboratory:
        yield laboratory
