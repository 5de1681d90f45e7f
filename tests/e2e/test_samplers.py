"""The samplers' view in a real browser: chains run on a formula, and settings sample anew."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.test_lab import DEADLINE, wait_for_motion


def test_samplers_run_on_formulas_and_answer_to_their_settings(page: Page) -> None:
    page.get_by_role("button", name="Samplers", exact=True).click()
    figure = page.locator(".headline .big")
    expect(figure).to_have_text(re.compile(r"^[\d,]+$"), timeout=DEADLINE)
    wait_for_motion(page)

    page.get_by_role("radio", name="Ring", exact=True).click()
    page.get_by_role("radio", name=re.compile("Random walk")).click()
    expect(page.locator(".run-name")).to_have_text("Ring · Random walk (Metropolis)")
    expect(page.locator(".badge")).to_have_text(re.compile("replay", re.I), timeout=DEADLINE)

    field = page.locator("#field-chains")
    field.fill("9000")
    field.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("256")
    field.fill("16")
    field.press("Enter")
    expect(page.locator(".headline")).to_contain_text("of 4,000 draws", timeout=DEADLINE)

    page.locator("canvas.stage").click(position={"x": 300, "y": 200})
    expect(page.get_by_role("button", name=re.compile("spread again"))).to_be_visible()

    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Back to the start").click()
    expect(page.locator(".count")).to_have_text("000,000")

    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Lab", exact=True).click()
    expect(page.get_by_role("radiogroup", name="Method")).to_be_visible()
