"""Images in an HTML file that is taken home: tiles are pressed for their energy, with no server."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ebm_core import load
from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_lab import DEADLINE
from tests.server.test_commands import ebm

RUN = ["--dataset", "digits", "--updates", "40", "--set", "energy.hidden=[32]"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on digits, as a file."""
    home = tmp_path_factory.mktemp("home")
    code, told = ebm("train", *RUN, "--method", "denoising", "--out", home / "run")
    assert code == 0, told
    code, told = ebm("export", home / "run", "--html", home / "run.html", "--moments", 6)
    assert code == 0, told
    return home / "run.html"


@pytest.fixture(params=[(1366, "dark"), (390, "light")])
def page(browser: Browser, request: Any) -> Iterator[Page]:
    """A page with no network; an error on it fails the test."""
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 768}, offline=True, color_scheme=scheme, has_touch=True
    )
    opened = context.new_page()
    opened.set_default_timeout(DEADLINE)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    context.close()
    assert wrong == []


GREYS = """() => {
    const canvas = document.querySelector(".larger canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, 8, 8);
    return [...data].filter((_, i) => i % 4 === 0);
}"""


def test_a_tile_is_shown_larger_with_its_energy(page: Page, file: Path) -> None:
    page.goto(file.as_uri())
    tiles = page.locator("canvas.stage")
    tiles.wait_for()
    page.keyboard.press("End")
    expect(page.locator("figcaption .mono").first).to_have_text("update 40")
    tiles.tap(position={"x": 20, "y": 20})
    larger = page.get_by_role("region", name="Chain 1, larger")
    expect(larger).to_contain_text("update 40")
    expect(larger).to_contain_text("need the laboratory")
    assert violations(page) == []
    assert narrow_targets(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]

    told = re.search(r"E (−?[\d.]+)", larger.inner_text())
    assert told
    energy = load(file.parent / "run")
    page.wait_for_function("document.querySelector('.larger canvas')?.width === 8")
    greys = [value / 127.5 - 1 for value in page.evaluate(GREYS)]
    known = float(energy([[[greys[8 * row : 8 * row + 8] for row in range(8)]]])[0])
    assert float(told[1].replace("−", "-")) == pytest.approx(known, abs=0.02 * abs(known) + 0.3)

    page.keyboard.press("Home")
    expect(larger).to_contain_text("update 0")
    page.keyboard.press("Escape")
    expect(larger).to_have_count(0)
    expect(tiles).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".told")).to_contain_text(re.compile(r"chain 2\s+E −?\d"))
    expect(page.locator("figcaption .mono").first).to_have_text("update 0")  # no moment on
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Chain 2, larger")).to_be_visible()
    page.get_by_role("button", name="Back to all tiles").click()
    expect(page.locator(".larger")).to_have_count(0)
