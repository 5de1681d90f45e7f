"""The laboratory below a path of another server, nginx or Jupyter, and in another site's frame."""

import csv
import importlib.util
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import faulty
from tests.e2e.proxies import NGINX, documented, jupyter, nginx
from tests.e2e.test_export import downloaded, open_dialog
from tests.e2e.test_lab import DEADLINE, badge, choose, play, when
from tests.server.laboratory import Laboratory

NO_NGINX = "there is no nginx; `apt-get install nginx-light` brings it"
NO_PROXY = "there is no jupyter-server-proxy; `pip install jupyter-server-proxy` brings it"


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A server that is told its base path."""
    folder = tmp_path_factory.mktemp("below")
    with Laboratory(folder, options=["--root-path", "/lab"]) as laboratory:
        yield laboratory


def works_below(
    browser: Browser, lab: Laboratory, base: str, addresses: list[str], folder: Path
) -> None:
    """The page opens below a base address, a run trains, a reload finds it, its numbers go home."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.set_default_timeout(DEADLINE)
    asked: list[str] = []
    errors: list[str] = []
    for before in addresses[:-1]:
        page.goto(before)
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda opened: asked.append(opened.url.replace("ws", "http", 1)))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if faulty(message) else None)
    page.goto(addresses[-1])
    page.wait_for_url(base)
    trains(page)
    page.reload()
    badge(page, "live", "finished")
    when(page, "count() > 0")
    open_dialog(page)
    assert list(csv.DictReader(downloaded(page, "Metrics", folder).read_text().splitlines()))
    elsewhere = [url for url in asked if not url.startswith((base, "data:", "blob:"))]
    assert elsewhere == []
    for kind in ("api/v1/stream", "api/v1/runs", "demo/run.", "demo/pairs/", "assets/"):
        assert any(url.startswith(base + kind) for url in asked), kind
    run = page.url.partition("#run=")[2].partition("&")[0]
    lab.http.post(f"/api/v1/runs/{run}/stop")
    context.close()
    assert errors == []


def trains(page: Page) -> None:
    choose(page, "Pinwheel", "Denoising")
    play(page).click()
    badge(page, "live")
    when(page, "count() > 0")
    page.wait_for_url("**#run=*")


@pytest.mark.skipif(NGINX is None, reason=NO_NGINX)
@pytest.mark.parametrize("strips", [False, True])
def test_the_lab_works_behind_nginx(
    browser: Browser, below: Laboratory, strips: bool, tmp_path: Path
) -> None:
    with nginx(tmp_path, documented(below.port, strips=strips)) as site:
        address = below.address.replace(f"http://127.0.0.1:{below.port}", site)
        assert address.startswith(f"{site}/lab/?token=")
        works_below(browser, below, f"{site}/lab/", [address], tmp_path)


@pytest.mark.skipif(not importlib.util.find_spec("jupyter_server_proxy"), reason=NO_PROXY)
def test_the_lab_works_under_jupyter(browser: Browser, lab: Laboratory, tmp_path: Path) -> None:
    with jupyter(tmp_path, "the-token-of-jupyter") as site:
        base = f"{site}/proxy/{lab.port}/"
        in_jupyter = f"{site}/api/status?token=the-token-of-jupyter"
        works_below(browser, lab, base, [in_jupyter, f"{base}?token={lab.token}"], tmp_path)


class Lesson(BaseHTTPRequestHandler):
    """A page of a site of another name, with a frame."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        address = unquote(self.path.partition("?")[2])
        self.wfile.write(f'<iframe src="{address}" width="1300" height="700"></iframe>'.encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def course() -> Iterator[str]:
    """The origin of a course's site; to the browser, localhost is another site than 127.0.0.1."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Lesson) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def lesson(browser: Browser, course: str, lab: Laboratory) -> Page:
    """A page of the course with the laboratory in its frame."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.set_default_timeout(DEADLINE)
    page.goto(f"{course}/?{quote(lab.address)}")
    return page


def test_the_lab_works_in_a_frame_of_a_page_that_may_show_it(
    browser: Browser, course: str, tmp_path: Path
) -> None:
    with Laboratory(tmp_path, options=["--allow-embed", course]) as lab:
        page = lesson(browser, course, lab)
        frame = page.frame_locator("iframe")
        frame.get_by_role("radio", name="Pinwheel", exact=True).click()
        frame.locator("button.play").click()
        live = re.compile("live", re.IGNORECASE)
        expect(frame.locator(".badge")).to_have_text(live, timeout=DEADLINE)
        page.context.close()


def test_a_page_that_may_not_show_it_is_told_what_would_let_it(
    browser: Browser, course: str, lab: Laboratory
) -> None:
    page = lesson(browser, course, lab)
    told = page.frame_locator("iframe").get_by_text(f"--allow-embed {course}")
    expect(told).to_be_visible(timeout=DEADLINE)
    page.context.close()
