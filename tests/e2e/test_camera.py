"""Zoom and pan in a real browser, with the energy that the page computes itself."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.test_lab import DEADLINE, badge, choose, play, timeline, when

HOME = "document.querySelector('.looking') === null"


def computed(page: Page, mass: str) -> None:
    """Waits for a map that the page has computed, and what it says of the mass outside."""
    words = page.locator(".looking")
    expect(words).to_contain_text(re.compile(r"This page computes it: 128 × 128"), timeout=DEADLINE)
    expect(words).to_contain_text(re.compile(mass), timeout=DEADLINE)


def test_one_looks_closer_and_farther_with_wheel_and_keys(page: Page) -> None:
    choose(page, "Pinwheel", "Denoising")
    play(page).click()
    badge(page, "live")
    when(page, "Number.isFinite(figure())")
    canvas = page.locator("canvas.stage")
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"])
    for _ in range(5):
        page.mouse.wheel(0, -200)
    computed(page, r"\d+ % of the mass outside")
    page.locator(".looking .link").click()
    when(page, HOME)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text(
        re.compile(r"made by (the server; this page|this page; it) takes \d+ ms for 128 × 128")
    )
    # the keys that follow are the page's at once, also where it is slow to let go of the dialog
    slow = page.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 12})
    page.keyboard.press("Escape")
    for _ in range(5):
        page.keyboard.press("-")
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    computed(page, "less than 0.1 % of the mass outside")
    page.keyboard.press("Shift+ArrowRight")
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    # far beyond the server's map, which ends at 4.5
    expect(page.locator(".reading")).to_contain_text(re.compile(r"x −?\d\d?\.\d+, 1\d\."))
    expect(page.locator(".reading")).to_contain_text(re.compile(r"E \u2212 min \d"))
    page.keyboard.press("0")
    when(page, HOME)


def test_a_moment_of_the_past_is_mapped_from_its_weights(page: Page) -> None:
    choose(page, "Pinwheel", "Denoising")
    play(page).click()
    badge(page, "live")
    when(page, "count() > 60")
    with page.expect_response(re.compile(r"/energy\?step=\d+"), timeout=DEADLINE) as answer:
        timeline(page).press("Home")
    assert answer.value.ok
    badge(page, "replay")
    canvas = page.locator("canvas.stage")
    canvas.focus()
    for _ in range(6):
        page.keyboard.press("+")
    computed(page, r"\d+ % of the mass outside")


def test_the_stored_run_is_looked_at_within_its_map(page: Page) -> None:
    canvas = page.locator("canvas.stage")
    canvas.wait_for()
    canvas.focus()
    page.keyboard.press("+")
    words = page.locator(".looking")
    expect(words).to_contain_text("nothing is known beyond it")
    page.keyboard.press("0")
    when(page, HOME)
