"""Tiles of a run on images in a browser: their ways from noise, other starts, filled holes."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_address import opened
from tests.e2e.test_lab import DEADLINE, badge, timeline, when
from tests.e2e.test_own_pictures import PICTURES, png
from tests.server.laboratory import Laboratory

DIGITS: dict[str, Any] = {
    "dataset": {"kind": "digits"},
    "method": {"kind": "jem", "chains": 64, "chain_steps": 4},
    "energy": {"kind": "classifier", "hidden": [32], "fourier_features": 0},
    "updates": 10_000_000,
}


@pytest.fixture(scope="module")
def run(lab: Laboratory) -> str:
    """A run that was stopped."""
    run = lab.create(DIGITS)
    with lab.page() as socket:
        socket.watch(run)
        socket.step_beyond(60)
        lab.ask("POST", f"/runs/{run}/stop")
        socket.state("stopped")
    return run


def shown(page: Page, lab: Laboratory, run: str) -> Locator:
    """The tiles of the run on the stage."""
    opened(page, lab, f"#run={run}")
    badge(page, "stopped")
    tiles = page.locator("canvas.stage[data-opens=true]")
    tiles.wait_for(timeout=DEADLINE)
    return tiles


PICTURE = "document.querySelectorAll('.way-ends canvas')[{}].toDataURL()"


def ends(page: Page) -> list[Any]:
    """The grey values of the start, the end and the nearest image."""
    found: list[Any] = page.evaluate(
        """() => [...document.querySelectorAll(".way-ends canvas")].map((canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, 8, 8);
            return [...data].filter((_, i) => i % 4 === 0);
        })"""
    )
    return found


DRAWN = """new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"""
"""Effects, which draw the pictures, come after the next frame."""


def settled(page: Page) -> None:
    """No way is being made, and the pictures of the last one are drawn."""
    expect(page.locator(".way[aria-busy=false] .film")).to_be_visible(timeout=DEADLINE)
    page.evaluate(DRAWN)


def test_a_tile_shows_its_way_and_takes_other_starts(page: Page, lab: Laboratory, run: str) -> None:
    tiles = shown(page, lab, run)
    expect(page.locator(".sets tbody tr")).to_have_count(8, timeout=DEADLINE)
    tiles.click(position={"x": 90, "y": 20})
    told = page.locator(".way-heading")
    expect(told).to_contain_text("500 steps of Langevin", timeout=DEADLINE)
    expect(told).to_contain_text("Chain 2")
    step = lab.ask("GET", f"/runs/{run}")["step"]
    expect(told).to_contain_text(f"from noise, by the energy of update {step:,}")
    assert page.locator(".film-strip canvas").count() == 12
    settled(page)
    first = ends(page)
    assert len(first) == 3

    film = page.get_by_role("slider", name="Moment of the way")
    film.focus()
    page.keyboard.press("Home")
    expect(film).to_have_attribute("aria-valuetext", re.compile("^step 0, energy"))
    when(page, f"{PICTURE.format(1)} === {PICTURE.format(0)}")
    page.keyboard.press("End")
    when(page, f"{PICTURE.format(1)} !== {PICTURE.format(0)}")
    assert ends(page) == first

    before = page.evaluate(PICTURE.format(0))
    page.get_by_role("button", name="Another seed").click()
    when(page, f"{PICTURE.format(0)} !== {json.dumps(before)}")
    settled(page)
    assert ends(page)[0] != first[0]

    page.get_by_role("spinbutton", name="steps").fill("40")
    page.keyboard.press("Enter")
    expect(told).to_contain_text("40 steps of Langevin", timeout=DEADLINE)
    page.get_by_label("class y").select_option("7")
    read = page.locator(".way-ends figcaption", has_text="read as 7")
    expect(read).to_be_visible(timeout=DEADLINE)

    page.keyboard.press("Escape")
    expect(page.locator(".way")).to_have_count(0)
    expect(tiles).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(told).to_contain_text("Chain 3", timeout=DEADLINE)
    settled(page)
    timeline(page).focus()
    page.keyboard.press("Home")
    expect(told).to_contain_text("energy of update 0", timeout=DEADLINE)


def test_a_hole_is_brushed_and_filled(page: Page, lab: Laboratory, run: str) -> None:
    shown(page, lab, run).click(position={"x": 20, "y": 20})
    settled(page)
    noise = page.evaluate(PICTURE.format(0))
    page.get_by_role("radio", name="held-out image").click()
    expect(page.locator(".way-heading")).to_contain_text("from an image", timeout=DEADLINE)
    when(page, f"{PICTURE.format(0)} !== {json.dumps(noise)}")
    settled(page)
    whole, end = ends(page)[0], page.evaluate(PICTURE.format(1))
    brush = page.get_by_role("application")
    box = brush.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.7 * box["height"])
    page.mouse.up()
    told = page.locator(".way-heading")
    expect(told).to_contain_text("within a hole of an image", timeout=DEADLINE)
    when(page, f"{PICTURE.format(1)} !== {json.dumps(end)}")
    settled(page)
    filled = ends(page)[1]
    changed = [i for i in range(64) if abs(filled[i] - whole[i]) > 2]
    assert changed
    assert all(i % 8 in (2, 3, 4) for i in changed)

    page.get_by_role("button", name="Close the hole").click()
    expect(told).to_contain_text("from an image", timeout=DEADLINE)
    settled(page)
    brush.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect(told).to_contain_text("within a hole", timeout=DEADLINE)

    page.get_by_role("button", name="Line to another image").click()
    expect(told).to_contain_text("the straight line between two images", timeout=DEADLINE)
    settled(page)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    assert narrow_targets(page) == []


def test_an_own_picture_is_a_start_on_a_phone(page: Page, lab: Laboratory, run: str) -> None:
    tiles = shown(page, lab, run)
    page.set_viewport_size({"width": 390, "height": 844})
    tiles.click(position={"x": 20, "y": 20})
    settled(page)
    own = page.locator(".way input[type=file]")
    own.set_input_files({"name": "no.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_role("alert").filter(has_text="no.png is no picture")).to_be_visible()
    picture: Any = png(PICTURES[0][0], 1)
    own.set_input_files(picture)
    expect(page.locator(".way-heading")).to_contain_text("from an image", timeout=DEADLINE)
    expect(page.get_by_role("radio", name="own image")).to_be_checked()
    settled(page)
    assert violations(page) == []
    assert narrow_targets(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_classes_of_a_run_are_attacked(page: Page, lab: Laboratory, run: str) -> None:
    shown(page, lab, run)
    panel = page.get_by_role("region", name="Accuracy under attack")
    panel.get_by_role("button", name="Attack its classes").click()
    told = r"JEM tells [\d.]+ % right, softmax \(dashed\) [\d.]+ %: of 500 images"
    expect(panel).to_contain_text(re.compile(told), timeout=DEADLINE)
    for chart in ("largest change of a grey value", "length of the change"):
        expect(panel.get_by_role("img", name=re.compile(chart))).to_be_visible()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    assert narrow_targets(page) == []
