"""The lab in a real browser: what a newcomer does, on a real server with real training."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.server.laboratory import PATIENCE, Laboratory

DEADLINE = PATIENCE * 1000
FAMILIES = ["Persistent CD", "Variational", "Denoising"]


def picture(page: Page) -> str:
    """The stage's pixels."""
    return str(page.locator("canvas.stage").evaluate("canvas => canvas.toDataURL()"))


def wait_for_motion(page: Page, before: str, milliseconds: float = DEADLINE) -> None:
    """Until the stage shows something else."""
    page.wait_for_function(
        "before => document.querySelector('canvas.stage').toDataURL() !== before",
        arg=before,
        timeout=milliseconds,
        polling=50,
    )


def choose(page: Page, distribution: str, method: str) -> None:
    page.get_by_role("radio", name=distribution, exact=True).click(timeout=DEADLINE)
    page.get_by_role("radio", name=re.compile(f"^{method}")).click(timeout=DEADLINE)


def play(page: Page) -> Locator:
    """The big button, whatever it does now."""
    return page.locator("button.play")


def divergence(page: Page) -> float:
    """The big number."""
    text = page.locator(".headline .big").inner_text()
    return float(text) if re.fullmatch(r"[\d.]+", text) else float("inf")


def updates(page: Page) -> int:
    return int(page.locator(".count").inner_text().replace(",", ""))


def wait_for_divergence_below(page: Page, bound: float) -> None:
    page.wait_for_function(
        "bound => parseFloat(document.querySelector('.headline .big').textContent) < bound",
        arg=bound,
        timeout=DEADLINE,
    )


def badge(page: Page, *states: str) -> None:
    expect(page.locator(".badge")).to_have_text(
        re.compile("|".join(states), re.IGNORECASE), timeout=DEADLINE
    )


def test_something_moves_before_anything_is_asked(page: Page) -> None:
    page.locator("canvas.stage").wait_for()
    wait_for_motion(page, picture(page))
    badge(page, "replay")


@pytest.mark.parametrize("method", FAMILIES)
def test_play_trains_and_the_divergence_falls(page: Page, method: str) -> None:
    choose(page, "Pinwheel", method)
    play(page).click()
    badge(page, "live")
    wait_for_motion(page, picture(page))
    page.wait_for_function(
        "Number.isFinite(parseFloat(document.querySelector('.headline .big').textContent))",
        timeout=DEADLINE,
    )
    first = divergence(page)
    wait_for_divergence_below(page, 0.6 * first)


def test_a_change_while_it_runs_leaves_its_mark(page: Page, lab: Laboratory) -> None:
    choose(page, "Pinwheel", "Persistent CD")
    play(page).click()
    badge(page, "live")
    field = page.locator("#field-method-sampler-step_size")
    field.fill("0.25")
    field.press("Enter")
    mark = page.locator(".mark button.mark-number").first
    expect(mark).to_have_attribute("aria-label", re.compile("0.25"), timeout=DEADLINE)
    (run,) = [run for run in lab.ask("GET", "/runs") if run["state"] == "running"]
    assert run["config"]["method"]["sampler"]["step_size"] == 0.25


def test_pause_step_and_go_on(page: Page) -> None:
    choose(page, "Two moons", "Denoising")
    play(page).click()
    badge(page, "live")
    page.wait_for_function(
        "parseInt(document.querySelector('.count').textContent.replace(',', '')) > 20",
        timeout=DEADLINE,
    )
    play(page).click()
    badge(page, "paused")
    expect(play(page)).to_have_attribute("aria-label", "Go on")
    page.wait_for_function(
        """() => new Promise(done => {
            const read = () => document.querySelector('.count').textContent;
            const before = read();
            setTimeout(() => done(read() === before), 300);
        })""",
        timeout=DEADLINE,
    )
    before = updates(page)
    page.get_by_role("button", name="One update").click()
    page.wait_for_function(
        "before => parseInt(document.querySelector('.count').textContent.replace(',', ''))"
        " === before + 1",
        arg=before,
        timeout=DEADLINE,
    )
    play(page).click()
    badge(page, "live")
    page.wait_for_function(
        "before => parseInt(document.querySelector('.count').textContent.replace(',', ''))"
        " > before + 5",
        arg=before,
        timeout=DEADLINE,
    )


def test_a_closed_page_does_not_stop_its_run(page: Page) -> None:
    choose(page, "Pinwheel", "Persistent CD")
    play(page).click()
    badge(page, "live")
    page.wait_for_function("location.hash.includes('run=')", timeout=DEADLINE)
    address, before = page.url, updates(page)
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(address)
    badge(again, "live", "finished")
    again.wait_for_function(
        "before => parseInt(document.querySelector('.count').textContent.replace(',', ''))"
        " > before",
        arg=before,
        timeout=DEADLINE,
    )


def test_digits_come_out_of_noise(page: Page) -> None:
    choose(page, "Digits", "Persistent CD")
    play(page).click()
    badge(page, "live")
    expect(page.get_by_label("Images drawn by the chains")).to_be_visible()
    wait_for_motion(page, picture(page))


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
