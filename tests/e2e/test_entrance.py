"""Who comes without the token is asked for it, by mouse or keys, and is then in."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_lab import DEADLINE
from tests.server.laboratory import Laboratory


@pytest.mark.parametrize(("width", "scheme"), [(1366, "dark"), (390, "light")])
def test_the_token_is_asked_for_and_opens_the_page(
    browser: Browser, lab: Laboratory, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 768},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.set_default_timeout(DEADLINE)
    page.goto(f"http://127.0.0.1:{lab.port}/")
    field = page.get_by_label("Token")
    expect(field).to_be_focused()
    assert violations(page) == []
    assert narrow_targets(page) == []
    field.fill("a guess")
    field.press("Enter")
    expect(page.get_by_text("This is not the token")).to_be_visible()
    page.get_by_label("Token").fill(str(lab.token))
    page.get_by_label("Token").press("Enter")
    page.locator("canvas.stage").wait_for()
    assert "token" not in page.url
    context.close()
