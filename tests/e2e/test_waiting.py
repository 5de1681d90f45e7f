"""Between a choice and the first frame of its run a recording of that pair plays, and says so."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import admitted
from tests.e2e.test_lab import DEADLINE, badge, choose, play, when
from tests.server.laboratory import Laboratory

STILL = 1200
"""Milliseconds without any change on the stage: a recording moves ten times a second, also on a
machine that is busy; without one, a choice stands still for as long as a worker starts."""
WATCH = """() => {
    window.seen = { longest: 0, looks: 0 };
    let [before, still, last] = ["", 0, performance.now()];
    const look = (now) => {
        const canvas = document.querySelector("canvas.stage");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const words = new Uint32Array(data.buffer);
        let sum = canvas.width;
        for (const word of words) sum = (Math.imul(sum, 31) + word) | 0;
        // a machine that is busy looks seldom: what was not looked at did not stand still
        still = sum === before ? still + Math.min(now - last, 100) : 0;
        [before, last] = [sum, now];
        window.seen.longest = Math.max(window.seen.longest, still);
        window.seen.looks += 1;
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
CHANGE = """([methods, pause]) => new Promise((done) => {
    const cards = [...document.querySelectorAll(".card")];
    const press = (i) => {
        if (i === methods.length) return done();
        cards.find((card) => card.textContent.startsWith(methods[i])).click();
        setTimeout(() => press(i + 1), pause);
    };
    press(0);
})"""
RECORDED = "Recorded run of this pair"


@pytest.mark.slow
@pytest.mark.parametrize("distribution", ["Ring of Gaussians", "Digits"])
def test_three_quick_changes_of_method_never_show_a_still_stage(
    page: Page, distribution: str
) -> None:
    choose(page, distribution, "Contrastive divergence")
    expect(page.locator(".note")).to_contain_text(RECORDED, timeout=DEADLINE)
    page.evaluate(WATCH)
    page.evaluate(CHANGE, [["Denoising", "Persistent CD", "Sliced"], 900])
    expect(page.locator(".note")).to_contain_text(RECORDED)
    play(page).click()
    badge(page, "live", "finished")
    when(page, "document.querySelector('.note') === null")
    seen = page.evaluate("window.seen")
    assert seen["longest"] < STILL, seen
    assert seen["looks"] > 30


def test_a_recording_shows_no_figure_and_gives_way_to_the_run(page: Page) -> None:
    choose(page, "Two moons", "Variational")
    note = page.locator(".note")
    expect(note).to_contain_text(RECORDED, timeout=DEADLINE)
    expect(page.locator(".headline .big")).to_have_text("–")
    expect(page.locator(".run-name")).to_have_text("Two moons · Variational")
    badge(page, "ready")
    play(page).click()
    badge(page, "live")
    expect(note).to_have_count(0, timeout=DEADLINE)
    when(page, "count() > 0")
    # while it goes on, another choice is shown in its place, and one comes back to it
    page.get_by_role("radio", name=re.compile("^Exact")).click()
    expect(note).to_contain_text(RECORDED, timeout=DEADLINE)
    expect(page.locator(".headline .big")).to_have_text("–")
    page.get_by_role("button", name="Back to it").click()
    expect(note).to_have_count(0)
    badge(page, "live")


def test_without_motion_the_end_of_a_recording_stands_still(
    browser: Browser, lab: Laboratory
) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = admitted(context, lab).new_page()
    page.goto(f"http://127.0.0.1:{lab.port}/")
    choose(page, "Rings", "Denoising")
    expect(page.locator(".note")).to_contain_text(RECORDED, timeout=DEADLINE)
    page.evaluate(WATCH)
    when(page, "window.seen.longest > 700")
    context.close()
