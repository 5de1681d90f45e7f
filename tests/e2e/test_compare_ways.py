"""Tiles of a comparison of runs on images in a browser: each opens its way, as in the lab."""

import re
from typing import Any

import msgpack
import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.browser import admitted
from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_compare import go_to
from tests.e2e.test_lab import DEADLINE
from tests.e2e.test_ways import PICTURE, settled
from tests.server.laboratory import Laboratory

SMALL: dict[str, Any] = {
    "dataset": {"kind": "digits"},
    "energy": {"kind": "classifier", "hidden": [32], "fourier_features": 0},
    "updates": 150,
}
METHODS: list[dict[str, Any]] = [
    {"kind": "jem", "chains": 64, "chain_steps": 4},
    {"kind": "denoising"},
]


@pytest.fixture(scope="module")
def runs(lab: Laboratory) -> list[str]:
    """Two runs on digits, at their ends."""
    found = [lab.create({**SMALL, "method": method}) for method in METHODS]
    for run in found:
        with lab.page() as listener:
            listener.watch(run, rate=0)
            listener.state("finished")
    return found


def tiles(page: Page, letter: str) -> Any:
    return page.locator(f"[data-letter={letter}] canvas[data-opens=true]")


def test_a_pressed_tile_opens_the_way_of_its_run(
    page: Page, lab: Laboratory, runs: list[str]
) -> None:
    go_to(page, lab, f"{','.join(runs)}&clock=updates")
    expect(page.locator(".compare-step")).to_have_text(["150", "150"], timeout=DEADLINE)
    first, second = tiles(page, "A"), tiles(page, "B")
    first.wait_for()
    second.hover(position={"x": 20, "y": 20})
    reading = page.locator("[data-letter=B] .tile-reading")
    expect(reading).to_contain_text(re.compile(r"sample 1.*E .*nearest of the data"))
    second.click(position={"x": 20, "y": 20})
    on_second = page.locator("[data-letter=B] .way")
    expect(on_second).to_contain_text("by the energy of update 150", timeout=DEADLINE)
    assert page.locator(".way").count() == 1
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    assert narrow_targets(page) == []

    page.mouse.move(4, 400)  # off the words, whose explanation Escape would close first
    expect(page.locator(".way [aria-expanded=true]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".way")).to_have_count(0)
    expect(second).to_be_focused()

    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    on_first = page.locator("[data-letter=A] .way")
    expect(on_first).to_contain_text("Chain 2", timeout=DEADLINE)
    expect(on_first.get_by_label("class y")).to_be_visible(timeout=DEADLINE)
    settled(page)
    late = page.evaluate(PICTURE.format(1))
    page.locator(".compare-track input, .compare-track .slider").first.focus()
    page.keyboard.press("Home")
    expect(on_first).to_contain_text("energy of update 0", timeout=DEADLINE)
    settled(page)
    assert page.evaluate(PICTURE.format(1)) != late

    page.get_by_role("button", name="Lab", exact=True).click()
    expect(page.locator(".way")).to_have_count(0)


def test_no_tile_opens_before_there_are_tiles(
    browser: Browser, lab: Laboratory, runs: list[str]
) -> None:
    held: list[Any] = []
    late = [True]

    def slow(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def told(message: Any) -> None:
            if late and msgpack.unpackb(message)["type"] == "frame":
                held.append(lambda: socket.send(message))
            else:
                socket.send(message)

        server.on_message(told)

    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = admitted(context, lab).new_page()
    page.set_default_timeout(DEADLINE)
    page.route_web_socket(re.compile("/stream"), slow)
    page.route(
        re.compile(r"/keyframes/\d+"),
        lambda route: held.append(route.continue_) if late else route.continue_(),
    )
    go_to(page, lab, ",".join(runs))
    canvas = page.locator("[data-letter=A] canvas[data-opens]")
    canvas.wait_for()
    while len(held) < len(runs):
        page.evaluate("1")  # what the page is told comes meanwhile
    expect(canvas).to_have_attribute("data-opens", "false")
    late.clear()
    for tell in held:
        tell()
    expect(canvas).to_have_attribute("data-opens", "true", timeout=DEADLINE)
    canvas.click(position={"x": 20, "y": 20})
    settled(page)
    context.close()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_on_a_phone_every_run_is_reached_and_a_tap_opens(
    browser: Browser, lab: Laboratory, runs: list[str], scheme: Any
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=scheme
    )
    page = admitted(context, lab).new_page()
    page.set_default_timeout(DEADLINE)
    go_to(page, lab, ",".join(runs))
    first = tiles(page, "A")
    first.wait_for()
    box = first.bounding_box()
    assert box is not None
    assert box["x"] >= 0, "the first run lies left of all that can be scrolled to"
    first.tap(position={"x": 20, "y": 20})
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    inside = "document.querySelector('.way').getBoundingClientRect().right"
    assert page.evaluate(inside) <= 390
    assert violations(page) == []
    assert narrow_targets(page) == []
    context.close()
