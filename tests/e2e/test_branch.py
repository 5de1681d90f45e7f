"""A branch off a past moment, from the time line to the list of runs."""

from playwright.sync_api import Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.test_lab import DEADLINE, badge, choose, play, timeline, when
from tests.server.laboratory import Laboratory


def test_a_past_moment_is_branched_off_and_says_so(page: Page, lab: Laboratory) -> None:
    choose(page, "Pinwheel", "Denoising")
    play(page).click()
    badge(page, "live")
    when(page, "count() > 60 && /of/.test(document.querySelector('.track-end').textContent)")
    play(page).click()
    badge(page, "paused")
    parent = lab.ask("GET", "/runs")[0]["id"]
    slider = timeline(page)
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    page.get_by_role("button", name="Branch").click(timeout=DEADLINE)
    badge(page, "live")
    branch = lab.ask("GET", "/runs")[0]
    assert branch["parent"] == parent
    assert branch["parent_step"] < 60
    own = f"Pinwheel · Denoising, from {branch['parent_step']}"
    expect(page.locator(".run-name")).to_have_text(own, timeout=DEADLINE)
    page.get_by_role("button", name="Runs", exact=True).click()
    said = f"branches off at update {branch['parent_step']} of"
    row = page.get_by_role("row").filter(has_text=said).first
    expect(row).to_be_visible(timeout=DEADLINE)
    expect(row).to_contain_text(own)
    # it stands under its parent, farther to the right
    above = row.locator("xpath=preceding-sibling::tr[1]")
    left, right = (one.get_by_role("checkbox").bounding_box() for one in (above, row))
    assert left is not None
    assert right is not None
    assert right["x"] > left["x"]
    assert violations(page) == []
    above.get_by_role("button", name="Stop").click()
    above.get_by_role("button", name="Delete", exact=True).click(timeout=DEADLINE)
    above.get_by_role("button", name="Delete for good").click()
    expect(row).to_contain_text("a run that is gone", timeout=DEADLINE)
