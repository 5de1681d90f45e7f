"""Every tab and mode for those who see little, point roughly, or use keys alone."""

import re
from collections.abc import Iterator
from itertools import chain

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_lab import DEADLINE, badge, choose, play, updates, when
from tests.server.laboratory import Laboratory

WINDOWS = {
    "desk": (1366, 768),
    "desk at 150 %": (911, 512),
    "phone": (390, 844),
    "phone at 150 %": (260, 563),
}


def show_tab(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("button", name=name, exact=True).click()


def in_the_lab(page: Page) -> Iterator[str]:
    """Brings the lab from state to state, and names each."""
    page.locator(".card").first.wait_for(timeout=DEADLINE)
    yield "stored run"
    page.evaluate("document.querySelector('.skip-link').focus()")
    yield "skip link"
    choose(page, "Pinwheel", "Persistent CD")
    yield "untrained"
    play(page).click()
    badge(page, "live")
    field = page.locator("#field-method-sampler-step_size")
    field.fill("0.25")
    field.press("Enter")
    mark = page.locator(".track .mark button.mark-number").first
    mark.wait_for(timeout=DEADLINE)
    yield "run with a mark"
    mark.focus()
    yield "open mark"
    for mode in ("p(x)", "truth", "difference"):
        page.get_by_role("radio", name=mode, exact=True).click(timeout=DEADLINE)
        yield mode
    for view in ("marginals", "3D"):
        page.get_by_role("button", name=view, exact=True).click()
        yield view
    page.get_by_role("button", name="3D", exact=True).click()
    page.locator(".track-slider").focus()
    page.keyboard.press("Home")
    badge(page, "replay")
    yield "past moment"
    field.fill("1e9")
    field.press("Enter")
    page.get_by_role("alert").first.wait_for(timeout=DEADLINE)
    yield "refused value"
    page.locator("summary", has_text="All settings").click()
    yield "all settings"
    page.get_by_role("button", name="Help and keys").click()
    yield "help"
    page.keyboard.press("Escape")


def on_other_tabs(page: Page) -> Iterator[str]:
    show_tab(page, "Runs")
    page.get_by_role("button", name=re.compile("^Pinwheel")).first.wait_for(timeout=DEADLINE)
    yield "runs"
    stop = page.get_by_role("button", name="Stop", exact=True)
    if stop.count():
        stop.first.click()
    page.get_by_role("button", name="Delete", exact=True).first.click(timeout=DEADLINE)
    yield "run about to be deleted"
    page.get_by_role("button", name="Keep").click()
    show_tab(page, "Samplers")
    page.locator(".figures").first.wait_for(timeout=DEADLINE)
    yield "samplers"
    show_tab(page, "Lab")


def with_other_data(page: Page) -> Iterator[str]:
    rows = "\n".join(f"{i},{i % 7},{i % 5},{i % 2}" for i in range(60))
    table = {"name": "own.csv", "mimeType": "text/csv", "buffer": f"id,x,y,k\n{rows}".encode()}
    page.locator("input[type=file]").set_input_files(table)  # type: ignore[arg-type]
    page.locator(".columns").wait_for(timeout=DEADLINE)
    page.locator(".columns summary").click()
    yield "columns of own points"
    page.get_by_role("radio", name="Draw your own points").click()
    page.get_by_role("application").wait_for(timeout=DEADLINE)
    yield "drawing"
    page.get_by_role("button", name="Done", exact=True).click()
    page.get_by_role("radio", name="Digits").click()
    yield "digits"


@pytest.mark.slow
@pytest.mark.parametrize("window", WINDOWS)
def test_nothing_is_found_on_any_tab_and_mode(page: Page, window: str) -> None:
    width, height = WINDOWS[window]
    page.set_viewport_size({"width": width, "height": height})
    found: dict[str, list[str]] = {}
    for state in chain(in_the_lab(page), on_other_tabs(page), with_other_data(page)):
        found[state] = narrow_targets(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[state].append("wider than the window")
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(
                "(name) => document.documentElement.dataset.theme === name", arg=scheme
            )
            found[f"{state}, {scheme}"] = violations(page)
    assert {state: faults for state, faults in found.items() if faults} == {}


def stop_of(page: Page) -> str:
    """What has the focus."""
    return str(
        page.evaluate(
            """() => { const one = document.activeElement;
            return one.getAttribute("aria-label") || one.id || one.textContent; }"""
        )
    )


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Presses tab until a control has the focus."""
    passed: list[str] = []
    while not re.search(name, stop_of(page)):
        page.keyboard.press(key)
        passed.append(stop_of(page))
        assert len(passed) < 60, " | ".join(passed)


def test_the_stage_is_two_keys_away(page: Page) -> None:
    page.locator(".card").first.wait_for(timeout=DEADLINE)
    page.keyboard.press("Tab")
    assert stop_of(page) == "Skip to the stage"
    page.keyboard.press("Enter")
    expect(page.locator("canvas.stage")).to_be_focused()


def test_a_group_of_choices_is_one_stop(page: Page) -> None:
    page.locator(".card").first.wait_for(timeout=DEADLINE)
    tab_to(page, "^Pinwheel$")
    page.keyboard.press("Tab")
    assert stop_of(page).startswith("Persistent CD")
    page.keyboard.press("ArrowDown")
    assert stop_of(page).startswith("Short-run")
    short_run = page.get_by_role("radio", name=re.compile("^Short-run"))
    expect(short_run).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Tab")
    assert page.get_by_role("radio").locator(":focus").count() == 0
    assert page.evaluate("!document.activeElement.matches('[role=radio]')")


def test_the_page_by_keyboard_alone(page: Page, lab: Laboratory) -> None:
    page.locator(".card").first.wait_for(timeout=DEADLINE)
    page.keyboard.press("Space")  # the first look, and play
    badge(page, "live")
    when(page, "count() > 20")

    tab_to(page, "^field-method-sampler-step_size$")
    field = page.locator("#field-method-sampler-step_size")
    before = field.input_value()
    page.keyboard.press("ArrowUp")
    expect(field).not_to_have_value(before)
    page.locator(".mark-number").first.wait_for(timeout=DEADLINE)
    tab_to(page, "^Change 1:")
    tab_to(page, "^Undo$")
    page.keyboard.press("Enter")
    expect(field).to_have_value(before, timeout=DEADLINE)

    tab_to(page, "^Moment of the run$", "Shift+Tab")
    page.keyboard.press("Home")
    badge(page, "replay")
    page.keyboard.press("ArrowRight")
    assert updates(page) > 0
    page.keyboard.press("End")
    badge(page, "live", "finished")

    tab_to(page, "^Energy landscape", "Shift+Tab")
    page.keyboard.press("Enter")
    clear = page.get_by_role("button", name="Clear dropped chains")
    expect(clear).to_be_visible()
    page.keyboard.press("c")
    expect(clear).to_be_hidden()
    page.keyboard.press("Space")
    badge(page, "paused", "finished")

    data, method = {"kind": "moons"}, {"kind": "denoising"}
    lab.create({"name": "the other", "dataset": data, "method": method, "updates": 3})
    tab_to(page, "^Runs$", "Shift+Tab")
    page.keyboard.press("Enter")
    other = page.locator("tr", has_text="the other")
    expect(other).to_be_visible(timeout=DEADLINE)
    tab_to(page, "^Two moons")
    page.keyboard.press("Enter")
    expect(page.locator("canvas.stage")).to_be_focused(timeout=DEADLINE)
    badge(page, "finished")
    tab_to(page, "^Runs$", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(other).to_be_visible(timeout=DEADLINE)
    tab_to(page, "^Delete$")
    page.keyboard.press("Enter")
    assert stop_of(page) == "Delete for good"
    page.keyboard.press("Enter")
    expect(other).to_have_count(0, timeout=DEADLINE)
    assert page.evaluate("document.activeElement.matches('.run-title button')")  # the neighbour
