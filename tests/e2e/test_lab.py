"""The lab in a real browser: what a newcomer does, on a real server with real training."""

import math
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.server.laboratory import PATIENCE, Laboratory

DEADLINE = PATIENCE * 1000
FAMILIES = ["Persistent CD", "Variational", "Denoising"]


def when(page: Page, condition: str) -> None:
    """Waits until a condition in JavaScript holds (the page forbids Playwright's own, an eval)."""
    page.evaluate(
        f"""() => new Promise((done, fail) => {{
            const end = performance.now() + {DEADLINE};
            const count = () =>
                parseInt(document.querySelector(".count").textContent.replaceAll(",", ""));
            const figure = () => parseFloat(document.querySelector(".headline .big").textContent);
            const look = () => {{
                if ({condition}) done();
                else if (performance.now() > end) fail(new Error("never: " + {condition!r}));
                else requestAnimationFrame(look);
            }};
            look();
        }})"""
    )


def wait_for_motion(page: Page) -> None:
    """Until the stage shows something else."""
    page.evaluate("window.before = document.querySelector('canvas.stage').toDataURL()")
    when(page, "document.querySelector('canvas.stage').toDataURL() !== window.before")


def choose(page: Page, distribution: str, method: str) -> None:
    page.get_by_role("radio", name=distribution, exact=True).click(timeout=DEADLINE)
    page.get_by_role("radio", name=re.compile(f"^{method}")).click(timeout=DEADLINE)


def play(page: Page) -> Locator:
    """The big button, whatever it does now."""
    return page.locator("button.play")


def timeline(page: Page) -> Locator:
    """The slider of moments, once there are some."""
    slider = page.get_by_role("slider", name="Moment of the run")
    expect(slider).to_have_attribute("aria-disabled", "false", timeout=DEADLINE)
    return slider


def updates(page: Page) -> int:
    return int(page.locator(".count").inner_text().replace(",", ""))


def badge(page: Page, *states: str) -> None:
    expect(page.locator(".badge")).to_have_text(
        re.compile("|".join(states), re.IGNORECASE), timeout=DEADLINE
    )


def test_something_moves_before_anything_is_asked(page: Page) -> None:
    page.locator("canvas.stage").wait_for()
    wait_for_motion(page)
    badge(page, "replay")


@pytest.mark.parametrize("method", FAMILIES)
def test_play_trains_and_the_divergence_falls(page: Page, method: str) -> None:
    choose(page, "Pinwheel", method)
    play(page).click()
    badge(page, "live")
    wait_for_motion(page)
    when(page, "Number.isFinite(figure())")
    page.evaluate("window.first = parseFloat(document.querySelector('.headline .big').textContent)")
    when(page, "figure() < 0.6 * window.first")


def test_a_change_while_it_runs_leaves_its_mark(page: Page, lab: Laboratory) -> None:
    choose(page, "Pinwheel", "Persistent CD")
    play(page).click()
    badge(page, "live")
    field = page.locator("#field-method-sampler-step_size")
    field.fill("0.25")
    field.press("Enter")
    mark = page.locator(".track .mark button.mark-number").first
    expect(mark).to_have_attribute("aria-label", re.compile("0.25"), timeout=DEADLINE)
    (run,) = [run for run in lab.ask("GET", "/runs") if run["state"] == "running"]
    run = lab.ask("GET", f"/runs/{run['id']}")
    assert run["config"]["method"]["sampler"]["step_size"] == 0.25
    lab.ask("PATCH", f"/runs/{run['id']}", {"changes": {"method.sampler.step_size": 0.5}})
    expect(field).to_have_value("0.5", timeout=DEADLINE)  # what others change, the form shows too


def test_pause_step_and_go_on(page: Page, lab: Laboratory) -> None:
    choose(page, "Two moons", "Denoising")
    play(page).click()
    badge(page, "live")
    when(page, "count() > 20")
    play(page).click()
    badge(page, "paused")
    expect(play(page)).to_have_attribute("aria-label", "Go on")
    (run,) = [run for run in lab.ask("GET", "/runs") if run["state"] == "paused"]
    before = int(run["step"])
    when(page, f"count() === {before}")
    page.get_by_role("button", name="One update").click()
    when(page, f"count() === {before + 1}")
    play(page).click()
    badge(page, "live")
    when(page, f"count() > {before + 5}")


def test_a_closed_page_does_not_stop_its_run(page: Page) -> None:
    choose(page, "Pinwheel", "Persistent CD")
    play(page).click()
    badge(page, "live")
    when(page, "location.hash.includes('run=')")
    address, before = page.url, updates(page)
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(address)
    badge(again, "live", "finished")
    when(again, f"count() > {before}")


def test_digits_come_out_of_noise(page: Page) -> None:
    choose(page, "Digits", "Persistent CD")
    play(page).click()
    badge(page, "live")
    expect(page.get_by_label("Images drawn by the chains")).to_be_visible()
    wait_for_motion(page)


def test_ones_own_points_are_shown_and_trained_on_as_the_server_read_them(
    page: Page, lab: Laboratory
) -> None:
    page.get_by_role("radio", name="Two moons", exact=True).click(timeout=DEADLINE)
    rows = [f"{100 + 3 * math.cos(i):.3f};{0.5 * math.sin(i):.3f}" for i in range(300)]

    def upload(*lines: str) -> None:
        table = {"name": "circle.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
        page.locator("input[type=file]").set_input_files(table)  # type: ignore[arg-type]

    upload("x;y", *rows, "100;three")
    expect(page.get_by_role("alert").first).to_contain_text("row 302", timeout=DEADLINE)
    moons = page.get_by_role("radio", name="Two moons", exact=True)
    expect(moons).to_have_attribute("aria-checked", "true")
    upload("x;y", *rows)
    play(page).click()  # which waits for the file
    own = page.get_by_role("radio", name=re.compile("^Your own points"))
    expect(own).to_have_attribute("aria-checked", "true", timeout=DEADLINE)
    expect(page.get_by_text("300 points were read")).to_be_visible()
    expect(own.locator("canvas")).to_be_visible()
    badge(page, "live")
    (run,) = [run for run in lab.ask("GET", "/runs") if run["state"] == "running"]
    dataset = lab.ask("GET", f"/runs/{run['id']}")["config"]["dataset"]
    assert dataset["values"]["rows"] == 300


def test_a_lost_server_is_told_and_found_again(page: Page, lab: Laboratory) -> None:
    choose(page, "Pinwheel", "Denoising")
    play(page).click()
    badge(page, "live")
    lab.kill()
    badge(page, "connecting")
    lab.start()
    badge(page, "live", "finished")


def test_a_bad_value_is_told_at_its_field(page: Page) -> None:
    choose(page, "Pinwheel", "Persistent CD")
    field = page.locator("#field-method-chain_steps")
    field.fill("9000")
    field.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("500")


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_nothing_is_wider_than_the_screen(page: Page, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 768})
    page.locator("canvas.stage").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator("canvas.stage").bounding_box()
    assert box is not None
    assert box["width"] >= (520 if width == 1366 else 340)


def test_the_truth_stands_beside_what_is_learned(page: Page) -> None:
    choose(page, "Pinwheel", "Persistent CD")
    play(page).click()
    badge(page, "live")
    page.get_by_role("radio", name="truth", exact=True).click()
    truth = page.get_by_role("radio", name="truth", exact=True)
    expect(truth).to_have_attribute("aria-checked", "true")


def test_the_time_line_tells_the_moment_that_a_press_shows(page: Page) -> None:
    badge(page, "replay")
    box = page.locator(".track").bounding_box()
    assert box
    for share in (0.31, 0.77):
        page.mouse.move(box["x"] + share * box["width"], box["y"])
        told = page.locator(".track-hover").inner_text()
        page.mouse.down()
        page.mouse.up()
        expect(page.locator(".count")).to_have_text(told)
