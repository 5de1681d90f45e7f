"""Bad surroundings: each is told in a sentence, and everything else goes on."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import admitted
from tests.e2e.test_lab import DEADLINE, badge, choose, play, when
from tests.server.laboratory import SMALL, Laboratory, endless

NO_STORE = """
Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("denied", "SecurityError"); },
});
"""
NO_SOCKET = """
window.WebSocket = class extends EventTarget {
    constructor() {
        super();
        this.readyState = 3;
        setTimeout(() => this.onclose?.(new Event("close")));
    }
    close() {}
};
"""
NO_WEBGL = """
const context = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return /webgl|webgpu/.test(kind) ? null : context.call(this, kind, ...more);
};
"""


@pytest.fixture
def bare(browser: Browser, lab: Laboratory) -> Iterator[Page]:
    """A page that is not opened yet."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = admitted(context, lab).new_page()
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def go(page: Page, lab: Laboratory, place: str = "") -> None:
    page.goto(f"http://127.0.0.1:{lab.port}/{place}")


def test_without_a_store_the_page_works_and_says_that_nothing_is_kept(
    bare: Page, lab: Laboratory
) -> None:
    bare.add_init_script(NO_STORE)
    go(bare, lab)
    badge(bare, "replay")
    bare.get_by_role("button", name=re.compile("^Colours")).click()
    expect(bare.locator("html")).to_have_attribute("data-theme", "dark")
    expect(bare.get_by_text("This browser keeps nothing for this page")).to_be_visible()


def test_without_webgl_the_page_trains(bare: Page, lab: Laboratory) -> None:
    bare.add_init_script(NO_WEBGL)
    go(bare, lab)
    choose(bare, "Pinwheel", "Denoising")
    play(bare).click()
    badge(bare, "live")


def test_with_the_socket_blocked_a_run_is_followed_over_plain_requests(
    bare: Page, lab: Laboratory
) -> None:
    bare.add_init_script(NO_SOCKET)
    run = lab.create(endless())
    go(bare, lab, f"#run={run}")
    said = bare.get_by_text("but the server answers: the run goes on")
    expect(said).to_be_visible(timeout=DEADLINE)
    when(bare, "count() > 10")
    lab.ask("POST", f"/runs/{run}/stop")
    badge(bare, "stopped")


def test_a_server_that_is_gone_is_not_said_to_train_on(bare: Page, lab: Laboratory) -> None:
    run = lab.create(endless())
    go(bare, lab, f"#run={run}")
    badge(bare, "live")
    lab.stop()
    try:
        said = bare.get_by_text(re.compile("^The server does not answer. Whether the run goes on"))
        expect(said).to_be_visible(timeout=DEADLINE)
        expect(bare.get_by_text("The run goes on without this page")).to_have_count(0)
    finally:  # others have this server too
        lab.start()
    badge(bare, "stopped")
    expect(bare.get_by_text("The server was shut down; resume goes on from here")).to_be_visible()


def test_charts_come_when_the_server_gives_them_at_last(bare: Page, lab: Laboratory) -> None:
    lost: list[str] = []

    def once(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.request.url)
        return route.abort()

    bare.route(re.compile("plotly"), once)
    go(bare, lab)
    expect(bare.locator(".plot svg").first).to_be_visible(timeout=DEADLINE)
    assert lost


def test_a_run_deleted_elsewhere_is_told_and_the_next_one_starts(
    bare: Page, lab: Laboratory
) -> None:
    run = lab.create({**SMALL, "updates": 50})
    with lab.page() as socket:
        socket.watch(run)
        socket.state("finished")
    go(bare, lab, f"#run={run}")
    badge(bare, "finished")
    lab.ask("DELETE", f"/runs/{run}", status=204)
    expect(bare.get_by_text("This run was deleted.")).to_be_visible(timeout=DEADLINE)
    play(bare).click()
    badge(bare, "live", "finished")


def test_a_server_of_another_version_is_told(bare: Page, lab: Laboratory) -> None:
    bare.route(
        re.compile(r"/assets/index-.*\.js$"),
        lambda route: route.fulfill(
            response=(answer := route.fetch()), body=answer.text().replace("0.1.0", "0.0.9")
        ),
    )
    go(bare, lab)
    said = bare.get_by_text(re.compile(r"The server is of version .*, this page of 0\.0\.9"))
    expect(said).to_be_visible(timeout=DEADLINE)
    choose(bare, "Pinwheel", "Denoising")
    play(bare).click()
    badge(bare, "live")
