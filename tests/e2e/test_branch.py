"""A branch off a past moment, from the time line to the list of runs."""

from playwright.sync_api import Page, expect

from tests.e2e.test_lab import DEADLINE, badge, choose, play, when
from tests.server.laboratory import Laboratory


def test_a_past_moment_is_branched_off_and_says_so(page: Page, lab: Laboratory) -> None:
    choose(page, "Pinwheel", "Denoising")
    play(page).click()
    badge(page, "live")
    when(page, "count() > 60 && /of/.test(document.querySelector('.track-end').textContent)")
    play(page).click()
    badge(page, "paused")
    parent = lab.ask("GET", "/runs")[0]["id"]
    slider = page.get_by_role("slider", name="Moment of the run")
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    page.get_by_role("button", name="Branch").click(timeout=DEADLINE)
    badge(page, "live")
    branch = lab.ask("GET", "/runs")[0]
    assert branch["parent"] == parent
    assert branch["parent_step"] < 60
    page.get_by_role("button", name="Runs", exact=True).click()
    said = page.get_by_text(f"branches off at update {branch['parent_step']} of").first
    expect(said).to_be_visible(timeout=DEADLINE)
