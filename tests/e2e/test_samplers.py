"""The samplers' view in a browser: chains run on a formula, and on a run as it is and as it was."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.test_lab import DEADLINE, wait_for_motion
from tests.server.laboratory import SMALL, Laboratory


def test_samplers_run_on_formulas_and_answer_to_their_settings(page: Page) -> None:
    page.get_by_role("button", name="Samplers", exact=True).click()
    figure = page.locator(".headline .big")
    expect(figure).to_have_text(re.compile(r"^[\d,]+$"), timeout=DEADLINE)
    wait_for_motion(page)

    page.get_by_role("radio", name="Ring", exact=True).click()
    page.get_by_role("radio", name=re.compile("Random walk")).click()
    expect(page.locator(".run-name")).to_have_text("Ring · Random walk (Metropolis)")
    expect(page.locator(".badge")).to_have_text(re.compile("replay", re.I), timeout=DEADLINE)

    field = page.locator("#field-chains")
    field.fill("9000")
    field.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("256")
    field.fill("16")
    field.press("Enter")
    expect(page.locator(".headline")).to_contain_text("of 8,000 draws", timeout=DEADLINE)

    canvas = page.locator("canvas.stage")
    canvas.hover(position={"x": 300, "y": 200})
    page.mouse.wheel(0, -200)
    canvas.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page).to_have_url(re.compile(r"sample\.view=0\.9\d+,0\.3\d+,1\.49"), timeout=DEADLINE)
    canvas.click(position={"x": 300, "y": 200}, modifiers=["Alt"])
    expect(page.get_by_role("button", name=re.compile("spread again"))).to_be_hidden()
    canvas.click(position={"x": 300, "y": 200})
    expect(page.get_by_role("button", name=re.compile("spread again"))).to_be_visible()

    page.get_by_role("button", name="Whole map").click()
    expect(page.locator(".looking")).to_be_hidden()

    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Back to the start").click()
    expect(page.locator(".count")).to_have_text("000,000")

    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Lab", exact=True).click()
    expect(page.get_by_role("radiogroup", name="Method")).to_be_visible()


def test_a_run_is_sampled_as_it_is_and_as_it_was(page: Page, lab: Laboratory) -> None:
    run = lab.create({**SMALL, "updates": 300})
    with lab.page() as socket:
        socket.watch(run)
        socket.state("finished")
    page.get_by_role("button", name="Samplers", exact=True).click()
    page.get_by_label("Trained run").select_option(run)
    slider = page.get_by_label("At update")
    expect(slider).to_have_attribute("aria-valuetext", "newest", timeout=DEADLINE)
    settled = page.locator(".stage-frame[data-waiting=false]")
    expect(settled).to_be_visible(timeout=DEADLINE)

    with page.expect_request("**/samplings") as asked:
        slider.press("Home")
    assert (asked.value.post_data_json or {})["energy"] == {"run": run, "step": 0}
    expect(page.locator(".run-name")).to_contain_text("· update 0 ·")
    expect(settled).to_be_visible(timeout=DEADLINE)
    wait_for_motion(page)

    with page.expect_request("**/samplings") as asked:
        slider.press("End")
    assert (asked.value.post_data_json or {})["energy"] == {"run": run}
    expect(slider).to_have_attribute("aria-valuetext", "newest")
