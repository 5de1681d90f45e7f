"""A density on the page is that of the server's own energy, or it says that it is rougher."""

import re

import pytest
import torch
from playwright.sync_api import Page, expect

from ebm_core import load
from tests.e2e.test_lab import DEADLINE, badge, timeline
from tests.server.laboratory import SMALL, Laboratory


def pointed(page: Page, x: float, y: float) -> dict[str, list[str]]:
    """What is under the pointer, by name, at shares of the stage."""
    box = page.locator("canvas.stage").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    spans = page.locator(".under .reading span")
    expect(spans.first).to_be_visible(timeout=DEADLINE)
    return {text.split(" ")[0]: text.split(" ")[1:] for text in spans.all_inner_texts()}


def test_the_density_has_the_exact_normaliser_of_its_update(page: Page, lab: Laboratory) -> None:
    run = lab.create({**SMALL, "updates": 300})
    with lab.page() as socket:
        socket.watch(run)
        socket.state("finished")
    page.goto("about:blank")
    page.goto(f"http://127.0.0.1:{lab.port}/#run={run}&mode=density")
    badge(page, "finished")
    under = page.locator(".under")
    expect(under).to_contain_text("Z exact at this update", timeout=DEADLINE)
    expect(page.locator("canvas.stage")).to_be_visible()
    energy = load(lab.data_dir / "runs" / run)
    read = pointed(page, 0.3, 0.3)
    at = [float(part.strip(",").replace("\u2212", "-")) for part in read["x"]]
    exact = energy.log_prob(torch.tensor([at])).exp().item()
    (density,) = read["p"]
    assert float(density) == pytest.approx(exact, rel=0.06)  # two digits, at a place of two digits

    timeline(page).press("Home")
    badge(page, "replay")
    page.mouse.move(5, 400)
    expect(under).to_contain_text(
        re.compile("summed over the map|Z exact at this update"), timeout=DEADLINE
    )
