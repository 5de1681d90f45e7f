"""The stage as a surface, on the stored run in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.test_lab import DEADLINE, wait_for_motion, when
from tests.server.laboratory import Laboratory

AT_FIRST = re.compile("surface=-30,50")


def turned(page: Page) -> list[float]:
    """Degrees in the address."""
    found = re.search(r"surface=([-\d.]+),([-\d.]+)", page.url)
    assert found
    return [float(found[1]), float(found[2])]


def test_a_surface_turns_comes_closer_and_lasts(page: Page, lab: Laboratory) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.locator("canvas.stage").wait_for()
    wait_for_motion(page)
    assert not any("relief" in url for url in loaded)
    with page.expect_response(re.compile("relief"), timeout=DEADLINE):
        page.get_by_role("button", name="3D", exact=True).click()
    expect(page).to_have_url(AT_FIRST, timeout=DEADLINE)
    wait_for_motion(page)
    canvas = page.locator("canvas.stage")
    box = canvas.bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 50, middle[1] + 25, steps=3)
    page.mouse.up()
    expect(page).to_have_url(re.compile("surface=-10,60"))
    assert page.locator("[data-mark=dropped]").count() == 0
    page.mouse.click(*middle)
    expect(page.locator("[data-mark=dropped]")).to_be_visible()
    expect(page.locator(".reading")).to_contain_text(re.compile(r"x −?\d\.\d+, −?\d\.\d+"))
    canvas.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("surface=-15,65"))
    page.mouse.wheel(0, -200)
    expect(page).to_have_url(re.compile("view=0,0,1.49"))
    for mode in ("p(x)", "truth", "difference"):
        page.get_by_role("radio", name=mode, exact=True).click()
        wait_for_motion(page)
    page.reload()
    button = page.get_by_role("button", name="3D", exact=True)
    expect(button).to_have_attribute("aria-pressed", "true", timeout=DEADLINE)
    assert turned(page) == [-15, 65]
    page.get_by_role("button", name="energy", exact=True).focus()
    page.keyboard.press("Escape")
    button.click()
    when(page, "!location.hash.includes('surface')")


def test_a_surface_that_cannot_be_loaded_leaves_the_map(page: Page) -> None:
    page.route(re.compile("relief"), lambda route: route.abort())
    page.locator("canvas.stage").wait_for()
    page.get_by_role("button", name="3D", exact=True).click()
    said = page.get_by_role("alert").filter(has_text="cannot draw the surface").first
    expect(said).to_be_visible(timeout=DEADLINE)
    when(page, "!location.hash.includes('surface')")
