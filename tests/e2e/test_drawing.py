"""A distribution is drawn on the stage, by pointer and by keys, trained on, and drawn on."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_lab import DEADLINE, badge, play
from tests.server.laboratory import Laboratory

Stroke = list[tuple[float, float]]


def draw(page: Page) -> Locator:
    """Opens the drawing; its canvas."""
    page.get_by_role("radio", name="Draw your own points").click(timeout=DEADLINE)
    canvas = page.get_by_role("application")
    expect(canvas).to_be_focused(timeout=DEADLINE)
    return canvas


def stroke(page: Page, places: Stroke) -> None:
    """Presses, drags and lets go, at shares of the stage's width and height."""
    box = page.locator("canvas.stage").bounding_box()
    assert box is not None
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*at[0])
    page.mouse.down()
    for place in at[1:]:
        page.mouse.move(*place, steps=10)
    page.mouse.up()


def drawn(page: Page) -> int:
    """How many points there are, as the stage says."""
    said = page.locator(".count-drawn").inner_text()
    return int(re.sub(r"\D", "", said))


def table(page: Page, folder: Path) -> np.ndarray:
    """What "Save points" saves."""
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save points").click()
    file = folder / saved.value.suggested_filename
    saved.value.save_as(file)
    return np.genfromtxt(file, delimiter=",", names=True)


def test_pointer_and_keys_draw_erase_and_undo(page: Page, tmp_path: Path) -> None:
    before = page.locator("canvas.stage").bounding_box()
    canvas = draw(page)
    assert page.locator("canvas.stage").bounding_box() == before
    stroke(page, [(0.25, 0.2), (0.25, 0.8)])
    line = drawn(page)
    assert line > 100
    points = table(page, tmp_path)
    assert len(points) == line
    assert points.dtype.names == ("x", "y")
    assert abs(points["x"].mean() + 2) < 0.1  # a quarter of [-4, 4]
    assert -3.1 < points["y"].min() < -2.2 < 2.2 < points["y"].max() < 3.1

    canvas.focus()
    for key in ["7", "]", *["ArrowRight"] * 12, " "]:
        page.keyboard.press(key)
    page.keyboard.press("Shift+ArrowUp")
    both = drawn(page)
    assert both == line + 12 * 3  # a dab, one where the second stroke begins, and one on its way
    page.keyboard.press("u")
    assert drawn(page) == line + 12
    page.keyboard.press("s")
    page.keyboard.down("Enter")
    expect(page.locator(".count-drawn")).not_to_have_text(
        re.compile(f"^({line + 12}|{line + 24}) points"), timeout=DEADLINE
    )
    page.keyboard.up("Enter")
    sprayed = drawn(page)
    assert sprayed > line + 24

    page.keyboard.press("e")
    stroke(page, [(0.25, 0.2), (0.25, 0.35)])
    erased = drawn(page)
    assert erased < sprayed
    page.keyboard.press("Control+z")
    assert drawn(page) == sprayed
    page.get_by_role("button", name="Clear").click()
    assert drawn(page) == 0
    page.get_by_role("button", name="Undo").click()
    assert drawn(page) == sprayed
    page.get_by_role("button", name="Redo").click()
    assert drawn(page) == 0
    canvas.focus()
    page.keyboard.press("u")
    assert drawn(page) == sprayed
    page.keyboard.press("r")
    assert drawn(page) == 0
    page.keyboard.press("Control+z")
    assert set(table(page, tmp_path)["class"]) == {0, 1}


def test_a_drawing_is_trained_on_kept_and_drawn_on(
    page: Page, lab: Laboratory, tmp_path: Path
) -> None:
    draw(page)
    stroke(page, [(0.25, 0.2), (0.25, 0.8)])
    page.get_by_role("radio", name="Class 4").click()
    stroke(page, [(0.7, 0.5), (0.8, 0.6)])
    count = drawn(page)
    page.get_by_role("radio", name=re.compile("^JEM")).click()
    saved = table(page, tmp_path)
    play(page).click()
    badge(page, "live")
    (run,) = [run for run in lab.ask("GET", "/runs") if run["state"] == "running"]
    dataset = lab.ask("GET", f"/runs/{run['id']}")["config"]["dataset"]
    assert dataset["values"]["rows"] == dataset["labels"]["rows"] == count
    kept = np.load(lab.data_dir / "points" / f"{dataset['values']['digest'][7:]}.npy")
    assert np.array_equal(kept, np.stack([saved["x"], saved["y"]], 1))

    page.reload()
    expect(page.get_by_text(f"{count} points were read")).to_be_visible(timeout=DEADLINE)
    draw(page)
    assert drawn(page) == count
    again = table(page, tmp_path)
    assert np.array_equal(again, saved)
    stroke(page, [(0.5, 0.5), (0.6, 0.5)])
    more = drawn(page)
    assert more > count
    play(page).click()
    badge(page, "live")
    runs = [run for run in lab.ask("GET", "/runs") if run["state"] == "running"]
    configs = [lab.ask("GET", f"/runs/{run['id']}")["config"]["dataset"] for run in runs]
    assert more in [config["values"]["rows"] for config in configs]


def test_a_reload_keeps_the_last_stroke_and_the_choice(page: Page, tmp_path: Path) -> None:
    draw(page)
    stroke(page, [(0.25, 0.2), (0.25, 0.8)])
    page.get_by_role("radio", name="Class 2").click()
    stroke(page, [(0.7, 0.5), (0.8, 0.6)])
    count = drawn(page)
    page.get_by_role("radio", name=re.compile("^JEM")).click()
    saved = table(page, tmp_path)
    page.reload()
    expect(page.locator(".count-drawn")).to_have_text(
        re.compile(f"^{count:,} points"), timeout=DEADLINE
    )
    assert np.array_equal(table(page, tmp_path), saved)
    method = page.get_by_role("radio", name=re.compile("^JEM"))
    expect(method).to_have_attribute("aria-checked", "true", timeout=DEADLINE)


def test_a_reload_finds_the_run_that_was_asked_for(page: Page, lab: Laboratory) -> None:
    draw(page)
    stroke(page, [(0.25, 0.2), (0.25, 0.8)])
    count = drawn(page)
    with page.expect_request(lambda asked: asked.method == "POST" and asked.url.endswith("/runs")):
        play(page).click()
    page.reload()
    badge(page, "live")
    (run,) = [run for run in lab.ask("GET", "/runs") if run["state"] == "running"]
    assert run["id"] in page.url
    expect(page.get_by_text(f"{count:,} points were read")).to_be_visible(timeout=DEADLINE)


def test_a_file_is_drawn_on_in_its_units(page: Page, tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal((388096, 3948996), (300, 2), (500, 2))
    text = "\n".join(["east,north", *(f"{x!r},{y!r}" for x, y in points.tolist())])
    file = {"name": "places.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.get_by_text("500 points were read")).to_be_visible(timeout=DEADLINE)
    draw(page)
    stroke(page, [(0.5, 0.5)])
    more = drawn(page)
    saved = table(page, tmp_path)
    assert more == len(saved) > 500
    both = np.stack([saved["east"], saved["north"]], 1)
    assert np.array_equal(both[:500], points)
    assert (np.abs(both[500:] - (388096, 3948996)) < (300, 2)).all()
    page.keyboard.press("Escape")
    expect(page.get_by_text(f"{more} points were read")).to_be_visible(timeout=DEADLINE)


def test_a_file_takes_the_place_of_a_drawing_which_waits(page: Page) -> None:
    draw(page)
    stroke(page, [(0.3, 0.5), (0.7, 0.5)])
    more = drawn(page)
    rows = "\n".join(f"{x},{x * x}" for x in range(40))
    file = {"name": "curve.csv", "mimeType": "text/csv", "buffer": f"x,y\n{rows}".encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.get_by_text("40 points were read")).to_be_visible(timeout=DEADLINE)
    expect(page.get_by_role("application")).to_have_count(0)
    page.get_by_role("radio", name="Two moons").click()
    draw(page)
    assert drawn(page) == more


def test_too_few_points_are_refused_in_words(page: Page) -> None:
    draw(page)
    play(page).click()
    expect(page.get_by_role("alert")).to_contain_text("0 points; 2 to 200,000")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_drawing_fits_a_telephone(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 390, "height": 844})
    before = page.locator("canvas.stage").bounding_box()
    draw(page)
    page.evaluate("scrollTo(0, 0)")
    assert page.locator("canvas.stage").bounding_box() == before
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    controls = page.locator(".stage-column").locator("button, input")
    assert controls.count() > 15
    for box in [control.bounding_box() for control in controls.all()]:
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
