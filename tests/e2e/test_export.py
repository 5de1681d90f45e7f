"""The dialog "Take it home": each file is saved by a real browser, and opened again."""

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_lab import DEADLINE, badge
from tests.server.laboratory import SMALL, Laboratory

SVG = "{http://www.w3.org/2000/svg}"
Saved = Callable[[str], Path]


@pytest.fixture(scope="module")
def runs(lab: Laboratory) -> list[str]:
    """Two ended runs on the same data."""
    made = [
        lab.create({**SMALL, "updates": 60, "seed": seed, "method": {"kind": kind}})
        for seed, kind in ((0, "denoising"), (0, "persistent"))
    ]
    with lab.page() as socket:
        for run in made:
            socket.watch(run)
            socket.state("finished")
    return made


@pytest.fixture
def saved(page: Page, lab: Laboratory, runs: list[str], tmp_path: Path) -> Saved:
    """Saves a file by its button in the dialog, which is open for the first run."""
    page.goto("about:blank")  # else it is a step within the page
    page.goto(f"http://127.0.0.1:{lab.port}/#run={runs[0]}")
    badge(page, "finished")
    open_dialog(page)

    def save(button: str) -> Path:
        return downloaded(page, button, tmp_path)

    return save


def open_dialog(page: Page) -> None:
    export = page.get_by_role("button", name="Export", exact=True)
    expect(export).to_be_enabled(timeout=DEADLINE)
    page.locator("canvas.stage").first.wait_for()
    export.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def choice(page: Page, label: str) -> Locator:
    return page.get_by_role("dialog").get_by_label(label, exact=True)


def downloaded(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download(timeout=DEADLINE) as waiting:
        page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    expect(page.get_by_text(f"{file.name} is saved")).to_be_visible()
    return file


def test_a_run_goes_home_as_numbers_and_as_a_script(saved: Saved, runs: list[str]) -> None:
    rows = list(csv.DictReader(saved("Metrics").read_text().splitlines()))
    assert int(rows[-1]["step"]) == 60
    points = list(csv.reader(saved("Samples").read_text().splitlines()))
    assert points[0] == ["points", "x", "y"]
    assert len(points) > 400
    with np.load(saved("Grid")) as grid:
        assert grid["energy"].shape == (len(grid["y"]), len(grid["x"]))
    with zipfile.ZipFile(saved("Python")) as archive:
        (name,) = archive.namelist()
        text = archive.read(name).decode()
    compile(text, name, "exec")
    assert runs[0] in text
    assert "UPDATES = 60" in text


def test_a_run_goes_home_as_pictures_of_print_size(page: Page, saved: Saved) -> None:
    choice(page, "Width").select_option("1200")
    with Image.open(saved("Stage PNG")) as picture:
        assert picture.size == (1200, 1200)
        colors = picture.convert("RGB").resize((60, 60)).getcolors(60 * 60)
        assert colors is not None
        assert len(colors) > 200
    tree = ElementTree.fromstring(saved("Stage SVG").read_text())
    assert tree.get("width") == "1200"
    assert len(tree.findall(f".//{SVG}image")) == 1  # the map alone is one
    assert len(tree.findall(f".//{SVG}use")) > 400  # data and chains
    texts = {text.text for text in tree.iter(f"{SVG}text")}
    assert {"0", "E − min, nats"} <= texts
    with Image.open(saved("loss, PNG")) as picture:
        assert picture.width == 1200
    assert ElementTree.fromstring(saved("loss, SVG").read_text()).tag == f"{SVG}svg"


COUNT = """([bytes, rate]) => new Promise((done, fail) => {
    const video = document.createElement("video");
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    const seen = [];
    video.muted = true;
    video.onerror = () => fail(new Error(video.error.message));
    video.onloadedmetadata = () => {
        canvas.width = video.videoWidth;
        canvas.height = video.videoHeight;
        video.currentTime = 0.5 / rate;
    };
    video.onseeked = () => {
        context.drawImage(video, 0, 0);
        let sum = 0;
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4) sum += data[i];
        seen.push(sum);
        const next = (seen.length + 0.5) / rate;
        if (next < video.duration) video.currentTime = next;
        else done({ seen, width: canvas.width, height: canvas.height, duration: video.duration });
    };
    video.src = URL.createObjectURL(new Blob([Uint8Array.from(bytes)], { type: "video/webm" }));
})"""


def test_a_film_has_the_pictures_and_the_length_that_were_chosen(
    page: Page, lab: Laboratory, runs: list[str], saved: Saved
) -> None:
    choice(page, "Length").select_option("6")
    choice(page, "Stage").select_option("320")
    with Image.open(saved("GIF")) as film:
        count = film.n_frames  # type: ignore[attr-defined]
        assert film.size == (320, 346)
    kept = lab.ask("GET", f"/runs/{runs[0]}/keyframes")
    assert count == min(60, len(kept)) > 1
    file = saved("WebM")
    blank = page.context.new_page()  # the page of the lab plays no videos
    told = blank.evaluate(COUNT, [list(file.read_bytes()), 24])
    assert (told["width"], told["height"]) == (320, 346)
    assert len(told["seen"]) == 7 * 24  # six seconds, and one on the last moment
    assert told["duration"] == pytest.approx(7, abs=0.1)
    assert len(set(told["seen"])) > 30  # it moves
    blank.close()


def test_an_html_file_of_the_page_plays_with_the_server_gone(
    page: Page, saved: Saved, browser_offline: Page
) -> None:
    file = saved("HTML")
    browser_offline.goto(file.as_uri())
    browser_offline.locator("canvas.stage").wait_for()
    browser_offline.keyboard.press("End")
    expect(browser_offline.locator("figcaption .mono").first).to_have_text("update 60")


@pytest.fixture
def browser_offline(page: Page) -> Page:
    """A page without network."""
    assert page.context.browser
    return page.context.browser.new_context(offline=True).new_page()


def test_what_would_be_too_large_says_how_large_and_nothing_is_changed(
    page: Page, lab: Laboratory, runs: list[str]
) -> None:
    before = {run: lab.ask("GET", f"/runs/{run}") for run in runs}
    large: dict[str, Any] = {"width": 1024, "pictures": 400, "beside": [runs[1]] * 3}
    answer = lab.http.get(f"/api/v1/runs/{runs[0]}/export/gif", params=large)
    assert answer.status_code == 413
    assert re.search(r"would have [\d.]+ MB.*fewer pictures", answer.json()["detail"])
    assert lab.http.get("/api/v1/runs/nothere/export/html").status_code == 404
    answer = lab.http.get(f"/api/v1/runs/{runs[0]}/export/html", params={"first": 61})
    assert answer.status_code == 422
    assert "between updates 61" in answer.json()["detail"]
    assert {run: lab.ask("GET", f"/runs/{run}") for run in runs} == before


def test_a_comparison_goes_home(
    page: Page, lab: Laboratory, runs: list[str], tmp_path: Path
) -> None:
    page.goto("about:blank")
    page.goto(f"http://127.0.0.1:{lab.port}/#compare={','.join(runs)}")
    expect(page.locator("article.compare-run")).to_have_count(2, timeout=DEADLINE)
    open_dialog(page)
    choice(page, "Width").select_option("1200")
    with Image.open(downloaded(page, "Stage PNG", tmp_path)) as picture:
        assert picture.size == (2 * 1200 + 24, 1200)
    choice(page, "Stage").select_option("320")
    with Image.open(io.BytesIO(downloaded(page, "GIF", tmp_path).read_bytes())) as film:
        assert film.size == (2 * 320 + 8, 346)
    html = downloaded(page, "HTML", tmp_path)
    assert html.stat().st_size < 3_000_000
    expect(page.get_by_role("button", name="Stage B SVG")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1366, "dark"), (390, "light")])
def test_anybody_can_use_it(page: Page, saved: Saved, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 768})
    page.get_by_role("button", name="WebM", exact=True).wait_for()
    assert violations(page) == []
    assert narrow_targets(page) == []
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text(re.compile("^(copied|marked)"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
