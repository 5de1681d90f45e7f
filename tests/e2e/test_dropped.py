"""Chains that a visitor drops on the stage: by a drag, as a cloud, and on a moment of the past."""

from playwright.sync_api import Page, expect

from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_lab import DEADLINE, badge, choose, play, timeline, wait_for_motion, when


def test_chains_run_on_a_past_moment_by_drag_and_as_a_cloud(page: Page) -> None:
    choose(page, "Pinwheel", "Denoising")
    play(page).click()
    badge(page, "live")
    when(page, "count() > 60")
    play(page).click()
    badge(page, "paused")
    slider = timeline(page)
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    badge(page, "replay")
    clear = page.get_by_role("button", name="Clear dropped chains")
    cloud = page.get_by_role("button", name="Drop a cloud")
    stage = page.locator("canvas.stage")
    box = stage.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 80, box["y"] + 400)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 440, steps=20)
    page.mouse.up()
    expect(clear).to_be_visible()
    wait_for_motion(page)
    page.keyboard.press("c")
    expect(clear).to_be_hidden()
    page.mouse.move(4, 300)
    expect(cloud).to_be_visible(timeout=DEADLINE)
    assert violations(page) == []
    assert narrow_targets(page) == []
    cloud.click()
    expect(clear).to_be_visible()
    wait_for_motion(page)
    yours = page.get_by_role("list", name="Marks on the stage").get_by_text("yours")
    yours.click()
    told = page.get_by_role("complementary", name="Explanation")
    expect(told).to_contain_text("the same paths again")


def test_dropped_chains_stay_with_their_run_and_go_with_another(page: Page) -> None:
    choose(page, "Pinwheel", "Denoising")
    play(page).click()
    badge(page, "live")
    when(page, "count() > 60")
    play(page).click()
    badge(page, "paused")
    clear = page.get_by_role("button", name="Clear dropped chains")
    page.locator("canvas.stage").click(position={"x": 200, "y": 200})
    expect(clear).to_be_visible()
    slider = timeline(page)
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    badge(page, "replay")
    expect(clear).to_be_visible()
    page.keyboard.press("l")
    play(page).click()
    badge(page, "live")
    expect(clear).to_be_visible()
    choose(page, "Pinwheel", "Persistent")
    play(page).click()
    expect(clear).to_be_hidden(timeout=DEADLINE)
