"""A real server and a real Chromium for the page's tests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser import admitted, chromium
from tests.server.laboratory import Laboratory

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
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    opened = admitted(context, lab).new_page()
    opened.set_default_timeout(60_000)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda m: errors.append(m.text) if faulty(m) else None)
    opened.goto(f"http://127.0.0.1:{lab.port}/")
    yield opened
    context.close()
    for run in lab.ask("GET", "/runs"):
        if run["state"] in ("queued", "starting", "running", "paused"):
            lab.http.post(f"/api/v1/runs/{run['id']}/stop")
    assert errors == []
