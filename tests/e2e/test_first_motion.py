"""What comes over the line before anything moves: little, and no chart's library."""

from playwright.sync_api import Browser

from tests.benchmarks.first_motion import WATCHING
from tests.browser import admitted
from tests.e2e.test_lab import DEADLINE
from tests.server.laboratory import Laboratory

MOST = 600_000
"""Bytes until something moves."""
LINE = {"offline": False, "latency": 40, "downloadThroughput": 250_000, "uploadThroughput": -1}
"""A slow one, so that what comes later is not there yet when it is looked."""
CAME = """async () => {
    const moved = await window.moved;
    const all = performance.getEntriesByType("resource");
    const came = all.filter(({ responseEnd }) => responseEnd > 0 && responseEnd <= moved);
    const size = (entry) => [entry.name, entry.transferSize];
    return [...performance.getEntriesByType("navigation"), ...came].map(size);
}"""


def test_little_comes_before_something_moves(browser: Browser, lab: Laboratory) -> None:
    page = admitted(browser.new_context(viewport={"width": 1366, "height": 768}), lab).new_page()
    page.set_default_timeout(DEADLINE)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", LINE)
    page.add_init_script(WATCHING)
    page.goto(f"http://127.0.0.1:{lab.port}/", wait_until="commit")
    came: list[tuple[str, int]] = page.evaluate(CAME)
    names = [name.rpartition("/")[2] for name, _ in came]
    assert "run.msgpack" in names
    assert not [name for name in names if name.startswith(("plotly", "rest"))]
    assert sum(size for _, size in came) < MOST
    page.locator(".plot .main-svg").first.wait_for()
    page.context.close()
