"""Marks of a run: one drag makes one, and undoing it takes that one back."""

import re
import time

from playwright.sync_api import Page, expect

from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_lab import DEADLINE, badge, choose, play, when
from tests.server.laboratory import PATIENCE, Laboratory


def train_on(page: Page, lab: Laboratory, run: str) -> None:
    """Waits for more than the second of training within which two changes are one gesture."""

    def seconds() -> float:
        return float(lab.ask("GET", f"/runs/{run}")["seconds"])

    trained = seconds() + 1.2
    end = time.monotonic() + PATIENCE
    while seconds() < trained:
        assert time.monotonic() < end
        page.wait_for_timeout(100)


def test_one_drag_is_one_mark_and_undo_takes_it_back(page: Page, lab: Laboratory) -> None:
    choose(page, "Pinwheel", "Denoising")
    play(page).click()
    badge(page, "live")
    when(page, "count() > 20")
    slider = page.locator("#field-optimization-learning_rate ~ input[type=range]")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    at = box["x"] + float(slider.input_value()) / 1000 * box["width"]
    page.mouse.move(at, middle)
    page.mouse.down()
    for i in range(1, 5):
        page.mouse.move(at - 8 * i, middle)
        page.wait_for_timeout(150)  # longer than the page waits before it sends: each is recorded
    page.mouse.up()
    marks = page.locator(".track .mark button.mark-number")
    expect(marks).to_have_count(1, timeout=DEADLINE)
    (run,) = [run for run in lab.ask("GET", "/runs") if run["state"] == "running"]

    def changes() -> list[str]:
        events = lab.ask("GET", f"/runs/{run['id']}/events?after=0")
        return [one["path"] for one in events if one["path"] == "optimization.learning_rate"]

    train_on(page, lab, run["id"])
    sent = len(changes())
    assert sent >= 2
    marks.click()
    page.get_by_role("button", name="Undo").click()
    expect(marks).to_have_attribute("aria-label", re.compile("taken back"), timeout=DEADLINE)
    expect(marks).to_have_count(1)
    assert len(changes()) == sent + 1


def test_a_mark_on_a_chart_goes_there_or_is_undone_by_keys_too(page: Page, lab: Laboratory) -> None:
    choose(page, "Pinwheel", "Denoising")
    length = page.locator("#field-seconds")
    length.fill("600")  # an undo is for a run that goes on
    length.press("Enter")
    play(page).click()
    badge(page, "live")
    when(page, "count() > 40")
    rate = page.locator("#field-optimization-learning_rate")
    before = rate.input_value()
    rate.fill("0.0005")
    rate.press("Enter")
    on_time = page.locator(".track .mark")
    on_chart = page.locator(".evidence .distance .plot-marks .mark")
    expect(on_time).to_have_count(1, timeout=DEADLINE)
    expect(on_chart).to_have_count(1)
    (run,) = [run for run in lab.ask("GET", "/runs") if run["state"] == "running"]
    changed = next(
        event["step"]
        for event in lab.ask("GET", f"/runs/{run['id']}/events?after=0")
        if event["path"] == "optimization.learning_rate"
    )
    on_chart.get_by_role("button", name=re.compile("^Change 1")).click()
    assert violations(page) == []
    on_chart.get_by_role("button", name="Go there").click()
    badge(page, "replay")
    when(page, f"count() <= {changed}")
    train_on(page, lab, run["id"])
    # by keys alone: to the mark, into what it offers, and undone
    number = on_time.get_by_role("button", name=re.compile("^Change 1"))
    number.focus()
    page.keyboard.press("Enter")
    expect(number).to_have_attribute("aria-expanded", "true")
    on_time.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(number).to_have_attribute("aria-label", re.compile("taken back"), timeout=DEADLINE)
    expect(number).to_be_focused()
    expect(rate).to_have_value(before, timeout=DEADLINE)
    assert narrow_targets(page) == []
