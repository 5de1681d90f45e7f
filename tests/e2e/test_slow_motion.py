"""Slow motion in a browser: by keyboard alone, one method of each family, and a sampler's step."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_lab import DEADLINE, badge, updates, when
from tests.server.laboratory import Laboratory

FAMILIES = {
    "persistent": ["Take data", "Start the chains", "Step 1 of 8: noise"],
    "variational": ["Take data", "Draw z, generate", "Add noise"],
    "denoising": ["Take data", "Soften the data", "Perturb"],
}


def train(page: Page, method: str) -> None:
    """Starts a method on the pinwheel by keyboard."""
    for name in ("Pinwheel", method):
        choice = page.get_by_role("radio", name=re.compile(f"^{name}"))
        choice.focus(timeout=DEADLINE)
        page.keyboard.press("Space")
        expect(choice).to_be_checked()
    button = page.locator("button.play")
    button.focus()
    page.keyboard.press("Enter")
    badge(page, "live")
    when(page, "count() > 20")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")


def phase(page: Page, name: str) -> None:
    """Waits for a phase to be shown."""
    expect(page.locator(".phases-name")).to_contain_text(name, timeout=DEADLINE)


@pytest.mark.parametrize(
    ("method", "title"),
    [("persistent", "Persistent CD"), ("variational", "Variational"), ("denoising", "Denoising")],
)
def test_one_update_is_gone_through_by_keyboard_alone(
    page: Page, lab: Laboratory, method: str, title: str
) -> None:
    train(page, title)
    page.keyboard.press("m")
    first, second, third = FAMILIES[method]
    phase(page, first)
    badge(page, "paused")
    (run,) = [run for run in lab.ask("GET", "/runs") if run["state"] == "paused"]
    page.keyboard.press("ArrowRight")
    phase(page, second)
    expect(page.locator(".phases-overlay .phases-active .phases-point g")).not_to_have_count(0)
    page.keyboard.press("ArrowRight")
    phase(page, third)
    expect(page.locator(".phases-overlay .phases-active .phases-noise g")).not_to_have_count(0)
    if method != "variational":
        expect(page.locator(".phases-formulas .lit").first).to_be_visible()
    opacity = page.locator("canvas.stage").evaluate("(one) => getComputedStyle(one).opacity")
    assert opacity == "0.4"
    page.keyboard.press("ArrowLeft")
    phase(page, second)
    page.keyboard.press("End")
    count = page.locator(".phases-count").inner_text()
    last, total = map(int, count.split(" of "))
    assert last == total
    page.keyboard.press("Home")
    phase(page, first)
    page.keyboard.press("Space")  # plays them through
    phase(page, third)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play the phases")).to_be_visible()
    page.keyboard.press("m")
    counted = f"{run['step'] + 1:07d}"
    counted = f"{counted[1:4]},{counted[4:]}"
    expect(page.locator(".phases .heading")).to_contain_text(counted, timeout=DEADLINE)
    page.keyboard.press("Escape")
    expect(page.locator(".phases")).to_have_count(0)
    expect(page.locator("canvas.stage")).to_have_css("opacity", "1")
    assert lab.ask("GET", f"/runs/{run['id']}")["step"] == run["step"] + 1
    page.keyboard.press("Space")  # and the run goes on
    badge(page, "live")
    when(page, f"count() > {run['step'] + 1}")


def both_in_sight(page: Page, height: int) -> None:
    """The stage and what is said of it are on the screen together, above the bar at the bottom."""
    for part in (".stage-frame", ".phases-sentence"):
        box = page.locator(part).bounding_box()
        assert box
        assert box["y"] > -1
        assert box["y"] + box["height"] < height


def test_a_phone_laid_flat_has_the_phases_beside_the_stage(page: Page) -> None:
    train(page, "Exact")
    page.set_viewport_size({"width": 844, "height": 390})
    page.keyboard.press("m")
    phase(page, "Take data")
    both_in_sight(page, 390 - 44)
    assert narrow_targets(page) == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [1366, 390])
def test_every_phase_can_be_read_by_everybody(page: Page, width: int, scheme: str) -> None:
    page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    page.set_viewport_size({"width": width, "height": 800})
    train(page, "Persistent CD")
    page.keyboard.press("m")
    phase(page, "Take data")
    for key, name in (
        ("ArrowRight", "Start the chains"),
        ("End", "Store the chains"),
        ("ArrowLeft", "Push the energy up"),
    ):
        page.keyboard.press(key)
        phase(page, name)
        assert violations(page) == []
        assert narrow_targets(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator(".phases-numbers tbody tr")).to_have_count(12)
    if width == 390:
        both_in_sight(page, 800 - 72)


def test_a_step_of_a_sampler_comes_apart(page: Page) -> None:
    page.get_by_role("button", name="Samplers", exact=True).click()
    mala = page.get_by_role("radio", name=re.compile("MALA"))
    mala.focus(timeout=DEADLINE)
    page.keyboard.press("Space")
    page.keyboard.press("Escape")  # it stood beside its explanation
    expect(page.locator(".headline .big")).to_have_text(re.compile(r"^[\d,]+$"), timeout=DEADLINE)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Home")
    expect(page.locator(".count")).to_have_text("000,000")
    page.keyboard.press("m")
    phase(page, "drift")
    for name in ("noise", "accept or stay"):
        page.keyboard.press("ArrowRight")
        phase(page, name)
    assert violations(page) == []
    heading = page.locator(".phases .heading")
    before = heading.inner_text()
    page.keyboard.press("m")
    expect(heading).not_to_have_text(before, timeout=DEADLINE)
    phase(page, "drift")
    page.keyboard.press("Escape")
    expect(page.locator(".phases")).to_have_count(0)


def test_images_have_phases_as_tiles(page: Page) -> None:
    page.get_by_role("radio", name="Digits").click(timeout=DEADLINE)
    page.get_by_role("radio", name=re.compile("^Persistent CD")).click()
    page.locator("button.play").click()
    badge(page, "live")
    when(page, "count() > 5")
    page.get_by_role("button", name="Slow motion").click()
    phase(page, "Take data")
    expect(page.locator(".phases-sheet canvas")).to_have_count(6)
    assert updates(page) > 5
    page.keyboard.press("End")
    phase(page, "Store the chains")
    page.keyboard.press("ArrowLeft")
    phase(page, "Push the energy up")
    expect(page.locator(".phases-sheet figcaption").first).to_have_text(re.compile("[↓↑]"))
    assert violations(page) == []
