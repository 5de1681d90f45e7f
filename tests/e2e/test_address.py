"""The address keeps the place on the page: over a reload, and back and forward."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.test_lab import DEADLINE, badge, choose, play, timeline, when
from tests.server.laboratory import SMALL, Laboratory


@pytest.fixture(scope="module")
def run(lab: Laboratory) -> str:
    """A run with some moments that has ended."""
    run = lab.create({**SMALL, "updates": 100})
    with lab.page() as socket:
        socket.watch(run)
        socket.state("finished")
    return run


def address(page: Page, pattern: str) -> None:
    expect(page).to_have_url(re.compile(pattern), timeout=DEADLINE)


def opened(page: Page, lab: Laboratory, place: str) -> None:
    """The page at a place, as a new tab would have it."""
    page.goto("about:blank")
    page.goto(f"http://127.0.0.1:{lab.port}/{place}")


def test_a_reload_keeps_moment_map_layers_and_choice(page: Page, lab: Laboratory, run: str) -> None:
    opened(page, lab, f"#run={run}")
    badge(page, "finished")
    timeline(page).press("Home")
    page.get_by_role("radio", name="p(x)", exact=True).click()
    page.get_by_role("button", name="contours", exact=True).click()
    page.get_by_role("button", name="marginals", exact=True).click()
    page.get_by_role("radio", name=re.compile("^Persistent CD")).click()
    field = page.locator("#field-method-chain_steps")
    field.fill("37")
    field.press("Enter")
    place = f"#run={run}&at=0&mode=density&layers=.*,marginals&data=gaussian_ring&method=.*"
    address(page, place + "chain_steps=37")
    before = page.url
    page.reload()
    expect(field).to_have_value("37", timeout=DEADLINE)
    pressed = page.get_by_role("button", name="contours", exact=True)
    expect(pressed).to_have_attribute("aria-pressed", "false", timeout=DEADLINE)
    marginals = page.get_by_role("button", name="marginals", exact=True)
    expect(marginals).to_have_attribute("aria-pressed", "true")
    density = page.get_by_role("radio", name="p(x)", exact=True)
    expect(density).to_have_attribute("aria-checked", "true")
    assert page.url == before
    page.get_by_role("radio", name=re.compile("^Denoising")).click()
    badge(page, "replay")
    when(page, "count() === 0")


def test_what_is_chosen_before_the_server_has_answered_stays(page: Page, lab: Laboratory) -> None:
    held: list[Route] = []
    page.route("**/api/v1/catalogue", lambda route: held.append(route))
    opened(page, lab, "")
    choose(page, "Two moons", "Denoising")
    address(page, "data=moons&method=denoising")
    with page.expect_websocket():  # which is asked for once the catalogue has come
        held.pop().continue_()
    chosen = page.get_by_role("radio", name=re.compile("^Denoising"))
    expect(chosen).to_have_attribute("aria-checked", "true")
    address(page, "data=moons&method=denoising")


def test_back_and_forward_go_through_tabs_choices_and_runs(page: Page, run: str) -> None:
    choose(page, "Two moons", "Denoising")
    page.get_by_role("button", name="Runs", exact=True).click()  # at once: a step of its own
    address(page, "tab=runs&data=moons&method=denoising")
    page.evaluate(f"location.hash = 'run={run}'")
    badge(page, "finished")
    page.go_back()
    expect(page.get_by_role("main", name="Runs")).to_be_visible(timeout=DEADLINE)
    page.go_back()
    moons = page.get_by_role("radio", name="Two moons", exact=True)
    expect(moons).to_have_attribute("aria-checked", "true", timeout=DEADLINE)
    badge(page, "ready")
    page.go_forward()
    expect(page.get_by_role("main", name="Runs")).to_be_visible(timeout=DEADLINE)
    page.go_forward()
    badge(page, "finished")
    address(page, f"#run={run}$")


def test_a_scrub_leaves_no_steps_behind(page: Page, lab: Laboratory, run: str) -> None:
    opened(page, lab, f"#run={run}")
    badge(page, "finished")
    steps = page.evaluate("history.length")
    slider = timeline(page)
    for _ in range(3):
        slider.press("ArrowLeft")
    address(page, "at=")
    assert page.evaluate("history.length") == steps


def test_what_there_is_not_is_told_in_place(page: Page, lab: Laboratory) -> None:
    opened(page, lab, "#run=0000000000&mode=density&layers=fog&tab=cellar")
    said = page.get_by_role("alert")
    for words in ("no longer here", "cellar", "fog"):
        expect(said.filter(has_text=words).first).to_be_visible(timeout=DEADLINE)
    density = page.get_by_role("radio", name="p(x)", exact=True)
    expect(density).to_have_attribute("aria-checked", "true")
    badge(page, "replay")
    play(page).click()
    badge(page, "live")
