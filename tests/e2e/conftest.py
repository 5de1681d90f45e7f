"""A real server and a real Chromium for the page's tests."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser import admitted, chromium
from tests.server.laboratory import PATIENCE, Laboratory

LIVE = ("queued", "starting", "running", "paused")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A running server with the built page."""
    with Laboratory(tmp_path_factory.mktemp("page")) as laboratory:
        yield laboratory


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file; its event loop must not outlive them."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        yield found
        found.close()


def faulty(message: ConsoleMessage) -> bool:
    """An error of the page's own; refused requests are logged by the browser, and may be meant."""
    network = ("Failed to load resource", "WebSocket connection to")
    return message.type == "error" and not message.text.startswith(network)


@pytest.fixture
def page(browser: Browser, lab: Laboratory) -> Iterator[Page]:
    """The page, opened at a lecture hall's resolution; an error on it fails the test."""
    stop_all(lab)  # what was asked for just before the last page closed
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    opened = admitted(context, lab).new_page()
    opened.set_default_timeout(60_000)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda m: errors.append(m.text) if faulty(m) else None)
    opened.goto(f"http://127.0.0.1:{lab.port}/")
    yield opened
    context.close()
    stop_all(lab)
    assert errors == []


def stop_all(lab: Laboratory) -> None:
    """Ends what a test left; a stop that comes too early or too late is asked for again."""
    end = time.monotonic() + PATIENCE
    while left := [run["id"] for run in lab.ask("GET", "/runs") if run["state"] in LIVE]:
        assert time.monotonic() < end, left
        for run in left:
            lab.http.post(f"/api/v1/runs/{run}/stop")
