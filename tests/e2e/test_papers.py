"""The recipes of papers on the page, by press, by keys and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_lab import DEADLINE


def papers(page: Page) -> None:
    """Chooses images that papers have recipes for."""
    page.get_by_role("radio", name="Digits", exact=True).click(timeout=DEADLINE)
    expect(page.get_by_role("heading", name="Recipes of papers")).to_be_visible(timeout=DEADLINE)


def test_a_press_fills_the_form_and_tells_what_is_known(page: Page) -> None:
    page.get_by_role("radio", name="Pinwheel", exact=True).click(timeout=DEADLINE)
    expect(page.get_by_role("heading", name="Recipes of papers")).to_have_count(0)
    papers(page)
    recipe = page.get_by_role("button", name="NCSN 2019", exact=True)
    recipe.focus()
    page.keyboard.press("Enter")
    expect(recipe).to_have_attribute("aria-pressed", "true")
    chosen = page.get_by_role("radio", name=re.compile("^Noise-conditional"))
    expect(chosen).to_be_checked()
    expect(page.locator("#field-seconds")).to_have_value("120")
    told = page.locator(".paper-told")
    expect(told.get_by_role("link")).to_have_attribute("href", "https://arxiv.org/abs/1907.05600")
    told.locator("summary").click()
    expect(told.get_by_text("Grey values are in [-1, 1] here")).to_be_visible()
    for words in ("table 1", "76,705 parameters"):
        expect(told).to_contain_text(words)
    page.locator("#field-seconds").fill("50")
    page.locator("#field-seconds").press("Enter")
    expect(told).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1366])
def test_recipes_can_be_touched_and_read(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    papers(page)
    page.get_by_role("button", name="JEM 2020", exact=True).click()
    page.locator(".paper-told summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert narrow_targets(page) == []
    assert violations(page) == []
