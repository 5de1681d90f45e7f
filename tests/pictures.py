"""`python -m tests.pictures`: makes the pictures of the README, of the page as it is.

A film of the lab (one chooses, trains, and drops chains; training is shown faster than it goes) and
a still of the samplers' tab. Look at them: on a busy machine a film may jump.
"""

import argparse
import io
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ebm_server.demo import moments
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.e2e.conftest import QUIET
from tests.e2e.test_lab import DEADLINE, badge, choose, play, when
from tests.server.laboratory import ROOT, Laboratory

FOLDER = ROOT / "docs"
FILM, STILL = FOLDER / "lab.webp", FOLDER / "samplers.png"
LARGEST = {FILM: 2_000_000, STILL: 300_000}
"""Bytes."""
VIEW, SHOWN = (1200, 675), (900, 506)
"""The browser's window, and the film."""
PACE, END = 110, 1800
"""Milliseconds of a frame of the film, and of its last."""
QUALITIES = range(80, 20, -10)
DROPS = [(0.5, 0.5), (0.5, 0.26), (0.76, 0.5), (0.27, 0.74)]
"""Where chains are dropped, as shares of the stage."""


def opened(browser: Browser, lab: Laboratory) -> Page:
    """The page as a newcomer has it, in the dark."""
    size = {"width": VIEW[0], "height": VIEW[1]}
    page = browser.new_page(viewport=size, color_scheme="dark")  # type: ignore[arg-type]
    page.goto(lab.address)
    page.locator(".card").first.wait_for(timeout=DEADLINE)
    page.wait_for_load_state("networkidle")
    return page


def shot(page: Page) -> Image.Image:
    """What is to be seen, with nothing under the pointer."""
    page.mouse.move(VIEW[0] / 2, VIEW[1] - 2)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def scenes(page: Page, lab: Laboratory) -> Iterator[Image.Image]:
    """The stored run; another choice, by its recording; its training; chains that are dropped."""
    for _ in range(6):
        yield shot(page)
    choose(page, "Checkerboard", "Persistent CD")
    expect(page.locator(".note")).to_contain_text("Recorded", timeout=DEADLINE)
    for _ in range(10):
        yield shot(page)
    play(page).click()
    badge(page, "live")
    expect(page.locator(".note")).to_have_count(0, timeout=DEADLINE)
    yield shot(page)
    (run,) = lab.ask("GET", "/runs")
    while (horizon := lab.ask("GET", f"/runs/{run['id']}")["horizon"]) is None:
        time.sleep(0.1)
    for step in sorted(moments(horizon, 44)):
        when(page, f"count() >= {step}")
        yield shot(page)
    badge(page, "finished")
    when(page, "Number.isFinite(figure())")
    stage = page.locator("canvas.stage").bounding_box()
    assert stage is not None
    for x, y in DROPS:
        page.mouse.click(stage["x"] + x * stage["width"], stage["y"] + y * stage["height"])
        for _ in range(3):
            yield shot(page)


def film(frames: list[Image.Image]) -> bytes:
    """An animated WebP, as good as fits.

    Raises:
        ValueError: None does.
    """
    small = [frame.resize(SHOWN, Image.Resampling.LANCZOS) for frame in frames]
    times = [PACE] * (len(small) - 1) + [END]
    for quality in QUALITIES:
        file = io.BytesIO()
        options = {"duration": times, "loop": 0, "quality": quality, "minimize_size": True}
        small[0].save(file, "WEBP", save_all=True, append_images=small[1:], **options)
        if file.tell() <= LARGEST[FILM]:
            return file.getvalue()
    raise ValueError(f"{len(small)} frames do not fit into {LARGEST[FILM]} bytes")


def still(page: Page) -> bytes:
    """The samplers' tab, once its chains have found the modes."""
    page.get_by_role("button", name="Samplers", exact=True).click()
    expect(page.locator(".headline .big")).to_have_text(re.compile(r"^[\d,]+$"), timeout=DEADLINE)
    when(page, "count() > 60")
    file = io.BytesIO()
    shot(page).quantize(256, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def main() -> None:
    """Writes both, or one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[FILM.stem, STILL.stem], help="make this one alone")
    only = parser.parse_args().only
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Laboratory(Path(folder)) as lab,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        page = opened(browser, lab)
        if only != STILL.stem:
            write(FILM, film(list(scenes(page, lab))))
        if only != FILM.stem:
            write(STILL, still(page))
        browser.close()


def write(path: Path, data: bytes) -> None:
    """Writes a picture that is small enough; else ends the program."""
    if len(data) > LARGEST[path]:
        sys.exit(f"{path.name} takes {len(data)} bytes; {LARGEST[path]} are allowed")
    path.write_bytes(data)
    print(f"{path}: {len(data) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
