"""Points of one's own in a browser: what is shown and read is in the units of the file."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_lab import DEADLINE, badge, play

NOTE_TEXTS = """
window.written = [];
const { fillText } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
    if (this.canvas.matches("canvas.stage")) window.written.push([text, x, y]);
    if (window.written.length > 200) window.written.splice(0, 100);
    return fillText.call(this, text, x, y, ...rest);
};
"""
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def number(text: str) -> float:
    """A figure of the page: 1,234.5, 5.1 × 10⁻⁶, or 2e−9 at an axis."""
    plain = text.replace("\u2212", "-").replace(" × 10", "e").translate(SUPERSCRIPTS)
    return float(re.sub(r",(?=\d{3})", "", plain))


def read(page: Page, x: float, y: float) -> dict[str, list[float]]:
    """What is under the pointer, by name, at a place of the stage in CSS pixels."""
    box = page.locator("canvas.stage").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x, box["y"] + y)
    spans = page.locator(".under .reading span")
    expect(spans.first).to_be_visible(timeout=DEADLINE)
    page.evaluate("new Promise((done) => setTimeout(done, 300))")
    # such as "x 5,012, 298" and "E - min 0.02"
    found = (
        re.fullmatch(r"(\w+)(?: [-\u2212] min)? (.+)", text) for text in spans.all_inner_texts()
    )
    return {one[1]: [number(part) for part in one[2].split(", ")] for one in found if one}


@pytest.mark.parametrize(
    ("center", "sd"), [((5000.0, 300.0), (200.0, 80.0)), ((388096.0, 3948996.0), (0.3, 0.3))]
)
def test_the_stage_speaks_the_units_of_the_file(
    page: Page, center: tuple[float, float], sd: tuple[float, float]
) -> None:
    page.add_init_script(NOTE_TEXTS)
    page.reload()
    points = np.random.default_rng(0).normal(center, sd, (2000, 2))
    table = "\n".join(["east,north", *(f"{x!r},{y!r}" for x, y in points.tolist())])
    file = {"name": "places.csv", "mimeType": "text/csv", "buffer": table.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.get_by_text("2,000 points were read")).to_be_visible(timeout=DEADLINE)
    length = page.locator("#field-seconds")
    length.fill("8")
    length.press("Enter")
    play(page).click()
    badge(page, "finished")
    expect(page.locator(".comparison")).to_contain_text("KDE")

    ratios = []
    for x, y in [(280, 280), (310, 265), (255, 300), (270, 250), (300, 310)]:
        under = read(page, x, y)
        away = (np.array(under["x"]) - center) / sd
        assert np.abs(away).max() < 2
        truth = math.exp(-np.square(away).sum() / 2) / (2 * math.pi * math.prod(sd))
        ratios.append(under["p"][0] / truth)
    assert 0.75 < np.median(ratios) < 1.25, ratios

    size = page.evaluate("document.querySelector('canvas.stage').clientWidth")
    written = page.evaluate("window.written")
    labels = [(text, x, y) for text, x, y in written if re.fullmatch(r"[\u2212\d.e]+", text)]
    across = {text: x for text, x, y in labels if y == size - 9}
    up = {text: y for text, x, y in labels if x == 9}
    assert min(len(across), len(up)) >= 2
    (text, x), (other, y) = next(iter(across.items())), next(iter(up.items()))
    at_x, at_y = read(page, x, 200)["x"][0], read(page, 200, y)["x"][1]
    assert abs(at_x - number(text)) < 0.02 * sd[0]
    assert abs(at_y - number(other)) < 0.02 * sd[1]


def test_columns_classes_and_file_keep_their_names(page: Page, tmp_path: Path) -> None:
    page.add_init_script(NOTE_TEXTS)
    page.reload()
    rng = np.random.default_rng(0)
    rows = [
        f"{x:.4f},{y:.4f},{'owl' if i % 2 else 'jay'}"
        for i, (x, y) in enumerate(rng.normal((40, 8), (3, 1), (400, 2)))
    ]
    table = "\n".join(["lon,lat,species", *rows])
    file = {"name": "birds.csv", "mimeType": "text/csv", "buffer": table.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.get_by_text("400 points were read")).to_be_visible(timeout=DEADLINE)
    page.get_by_role("radio", name=re.compile("^JEM")).click()
    play(page).click()
    badge(page, "live")
    named = "birds.csv, 400 points · JEM"
    for again in (False, True):
        if again:
            page.reload()
            badge(page, "live")
        expect(page.locator(".run-name")).to_contain_text(named, timeout=DEADLINE)
        legend = page.locator(".legend")
        expect(legend).to_contain_text("jay", timeout=DEADLINE)
        expect(legend).to_contain_text("owl")
        written = {text for text, *_ in page.evaluate("window.written")}
        assert {"lon", "lat"} <= written

    page.get_by_role("radio", name="Draw your own points").click()
    expect(page.get_by_role("application")).to_be_focused(timeout=DEADLINE)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save points").click()
    saved.value.save_as(tmp_path / "again.csv")
    again_rows = [line.split(",") for line in (tmp_path / "again.csv").read_text().splitlines()]
    first, *others = [line.split(",") for line in table.splitlines()]
    assert again_rows[0] == first
    assert [row[2] for row in again_rows[1:]] == [row[2] for row in others]
    assert [float(row[0]) for row in again_rows[1:]] == [float(row[0]) for row in others]

    page.get_by_role("button", name="Runs", exact=True).click()
    expect(page.get_by_role("main", name="Runs")).to_contain_text(named, timeout=DEADLINE)
