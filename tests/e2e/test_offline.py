"""The HTML file that is taken home: opened from disk, with no server and no network."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ebm_core import load
from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_lab import DEADLINE
from tests.server.test_commands import ebm

RUN = ["--dataset", "pinwheel", "--updates", "150"]
LARGEST = 3_000_000
SIZE = 9.0
"""The stage is as wide, in the units of the pinwheel."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two runs of `ebm train` on the same data."""
    home = tmp_path_factory.mktemp("home")
    found = []
    for method in ("denoising", "persistent"):
        out = home / method
        assert ebm("train", *RUN, "--method", method, "--out", out)[0] == 0
        found.append(out)
    return found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page with no network; an error on it, or a request beyond the disk, fails the test."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, offline=True, color_scheme="dark"
    )
    opened = context.new_page()
    opened.set_default_timeout(DEADLINE)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    opened.on("request", lambda r: wrong.append(r.url) if not r.url.startswith("file://") else None)
    yield opened
    context.close()
    assert wrong == []


def exported(runs: list[Path], file: Path) -> Path:
    code, told = ebm("export", *runs, "--html", file, "--moments", 12)
    assert code == 0, told
    return file


def shown(page: Page) -> int:
    """The update under the first stage."""
    text = page.locator("figcaption .mono").first.inner_text()
    return int(re.sub(r"\D", "", text))


def test_a_run_is_replayed_and_its_energy_is_that_of_pytorch(
    page: Page, runs: list[Path], tmp_path: Path
) -> None:
    file = exported(runs[:1], tmp_path / "run.html")
    assert file.stat().st_size < LARGEST
    page.goto(file.as_uri())
    expect(page.get_by_role("button", name="Hold")).to_be_visible()  # it moves by itself
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press("Home")
    expect(page.locator("figcaption .mono").first).to_have_text("update 0")
    page.keyboard.press("ArrowRight")
    expect(page.locator("figcaption .mono").first).not_to_have_text("update 0")
    assert 0 < shown(page) < 150
    page.keyboard.press("End")
    expect(page.locator("figcaption .mono").first).to_have_text("update 150")
    expect(page.get_by_text("weights, which are in this file")).to_be_visible()
    stage = page.locator("canvas.stage")
    box = stage.bounding_box()
    assert box is not None
    energy = load(runs[0])
    for across, down in ((100, 200), (300, 250), (411, 77)):
        page.mouse.move(round(box["x"]) + across, round(box["y"]) + down)
        reading = page.locator("[data-reading]")
        expect(reading).to_be_visible()
        at = page.evaluate(
            """([x, y]) => new Promise((done) => requestAnimationFrame(() => {
                const box = document.querySelector("canvas.stage").getBoundingClientRect();
                done([x - box.x, y - box.y, box.width]);
            }))""",
            [round(box["x"]) + across, round(box["y"]) + down],
        )
        width = int(at[2])
        x, y = (round(at[0]) / width - 0.5) * SIZE, (0.5 - round(at[1]) / width) * SIZE
        known = float(energy([[x, y]])[0])
        assert float(reading.inner_text()) == pytest.approx(known, abs=1e-4)


def test_chains_are_dropped_by_pointer_and_by_keys(
    page: Page, runs: list[Path], tmp_path: Path
) -> None:
    page.goto(exported(runs[:1], tmp_path / "run.html").as_uri())
    stage = page.locator("canvas.stage")
    stage.wait_for()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    stage.click(position={"x": 100, "y": 100})
    expect(page.get_by_role("button", name="clear 12 chains")).to_be_visible()
    before = stage.evaluate("canvas => canvas.toDataURL()")
    page.evaluate(
        """before => new Promise((done) => {
            const look = () => document.querySelector("canvas.stage").toDataURL() !== before
                ? done() : requestAnimationFrame(look);
            look();
        })""",
        before,
    )
    stage.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="clear 76 chains")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("button", name=re.compile("^clear"))).to_have_count(0)


def test_a_comparison_stands_on_one_clock(page: Page, runs: list[Path], tmp_path: Path) -> None:
    file = exported(runs, tmp_path / "both.html")
    assert file.stat().st_size < LARGEST
    page.goto(file.as_uri())
    expect(page.locator("canvas.stage")).to_have_count(2)
    page.get_by_role("button", name="updates", exact=True).click()
    page.keyboard.press("End")
    expect(page.locator("figcaption .mono").nth(1)).to_have_text("update 150")
    slider = page.get_by_role("slider", name="Moment")
    slider.focus()
    slider.press("ArrowLeft")
    expect(page.locator("figcaption .mono").first).not_to_have_text("update 150")
    slider.press("End")
    expect(page.locator("figcaption .mono").first).to_have_text("update 150")


@pytest.mark.parametrize(("width", "scheme"), [(1366, "dark"), (390, "light")])
def test_anybody_can_use_it(
    page: Page, runs: list[Path], tmp_path: Path, width: int, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(exported(runs, tmp_path / "both.html").as_uri())
    page.locator("canvas.stage").first.wait_for()
    page.get_by_text("Settings, changes and keys").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    assert narrow_targets(page) == []


def test_what_is_in_a_run_cannot_become_a_part_of_the_page(
    page: Page, runs: list[Path], tmp_path: Path
) -> None:
    """A run's folder is named by whoever made it."""
    named = tmp_path / "<script>document.title = 'taken'<!--"
    named.mkdir()
    for path in runs[0].iterdir():
        (named / path.name).write_bytes(path.read_bytes())
    page.goto(exported([named], tmp_path / "run.html").as_uri())
    page.get_by_text("Settings, changes and keys").click()
    expect(page.get_by_text("run <script>document.title = 'taken'<!--")).to_be_visible()
    assert page.title() == "Pinwheel · Denoising · EBM Lab"
