"""One server for all tests that do not end it."""

from collections.abc import Iterator

import pytest

from tests.server.laboratory import Laboratory, endless

GOING = ("queued", "starting", "running", "paused")
SHARED = "without end"
started: list[Laboratory] = []


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A running server whose runs may use four cores at once."""
    with Laboratory(tmp_path_factory.mktemp("lab"), {"EBM_MAX_RUNNING": "4"}) as laboratory:
        started.append(laboratory)
        yield laboratory
        started.clear()


@pytest.fixture(scope="module", autouse=True)
def _no_runs_stay() -> Iterator[None]:
    """What a file has left going would take the cores of the next one."""
    yield
    for laboratory in started:
        for run in laboratory.ask("GET", "/runs"):
            if run["state"] in GOING and run["name"] != SHARED:
                laboratory.http.post(f"/api/v1/runs/{run['id']}/stop")


@pytest.fixture(scope="session")
def shared_run(lab: Laboratory) -> str:
    """A run without end, which rests."""
    run = lab.create(endless(name=SHARED))
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(0)
    lab.ask("POST", f"/runs/{run}/pause")
    return run


@pytest.fixture
def going(lab: Laboratory, shared_run: str) -> Iterator[str]:
    """The run without end, going; it rests between the tests."""
    with lab.page() as page:
        page.watch(shared_run)
        if page.state("running", "paused")["state"] == "paused":
            lab.ask("POST", f"/runs/{shared_run}/resume")
    yield shared_run
    if lab.ask("GET", f"/runs/{shared_run}")["state"] == "running":
        lab.ask("POST", f"/runs/{shared_run}/pause")
