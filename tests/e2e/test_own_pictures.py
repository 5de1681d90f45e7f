"""Pictures of one's own in a browser: brought as files, seen, trained on, found again."""

import io
import re
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from ebm_core.datasets.images import figures
from tests.e2e.test_lab import DEADLINE, badge, play

PICTURES, LABELS = figures(60, 14)


def png(picture: Any, number: int) -> dict[str, Any]:
    """A file as the browser gets it."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return {"name": f"{number}.png", "mimeType": "image/png", "buffer": file.getvalue()}


def npy(name: str, array: Any) -> dict[str, Any]:
    file = io.BytesIO()
    np.save(file, array)
    return {"name": name, "mimeType": "application/octet-stream", "buffer": file.getvalue()}


def bring(page: Page, files: Any) -> None:
    page.locator("input[type=file]").set_input_files(files)


def test_pictures_are_brought_trained_on_and_found_again(page: Page) -> None:
    files = [png(picture[0], number) for number, picture in enumerate(PICTURES)]
    bring(page, files)
    read = page.get_by_text("60 pictures of 14 × 14 pixels in grey were read")
    expect(read).to_be_visible(timeout=DEADLINE)
    expect(page.get_by_role("radio", name="Your own points or pictures")).to_be_checked()
    expect(page.locator(".lab-title, header")).to_contain_text("60 pictures.zip, 60 pictures")
    page.locator("#field-seconds").fill("4")
    page.locator("#field-seconds").press("Enter")
    play(page).click()
    badge(page, "finished")
    expect(page.get_by_role("radio", name=re.compile("^chains$", re.IGNORECASE))).to_be_checked()
    page.reload()
    expect(page.locator("header")).to_contain_text("60 pictures.zip", timeout=DEADLINE)
    expect(read).to_be_visible(timeout=DEADLINE)
    expect(page.get_by_role("alert")).to_have_count(0)


IS_RED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((level, at) => at % 4 === 0 && level > data[at + 2] + 60);
}"""


def test_an_array_in_colour_and_what_is_none(page: Page) -> None:
    colour = np.repeat(PICTURES.transpose(0, 2, 3, 1), 3, 3) // np.array([1, 2, 3], np.uint8)
    bring(page, [npy("shapes.npy", colour)])
    read = page.get_by_text("60 pictures of 14 × 14 pixels in colour were read")
    expect(read).to_be_visible(timeout=DEADLINE)
    thumbnail = page.get_by_role("radio", name=re.compile("^Your own points or pictures"))
    assert thumbnail.locator("canvas").evaluate(IS_RED)
    bring(page, [npy("same.npy", np.zeros((3, 9, 9), np.uint8))])
    fault = page.get_by_role("alert").filter(has_text="all 3 pictures are the same")
    expect(fault).to_be_visible(timeout=DEADLINE)
    expect(read).to_be_visible()


def test_one_picture_is_refused_by_its_own_name(page: Page) -> None:
    bring(page, [{**png(PICTURES[0, 0], 0), "name": "alone.png"}])
    fault = page.get_by_role("alert").filter(has_text="alone.png")
    expect(fault).to_be_visible(timeout=DEADLINE)
