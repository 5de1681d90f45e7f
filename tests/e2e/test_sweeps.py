"""A sweep on the page: described, refused, started, looked at, and opened run by run."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import admitted
from tests.e2e.accessibility import narrow_targets, violations
from tests.server.laboratory import Laboratory
from tests.server.swept import leave, noisy
from tests.server.test_sweep_command import SMALL

ON_TWO = """
name = "two by two"
[base]
updates = 100
[grid]
"dataset.kind" = ["gaussian_ring", "moons"]
"method.kind" = ["denoising", "persistent"]
seed = [0, 1]
"""
SLOW = 60_000
"""Milliseconds until the server has imported torch, or a worker has saved its run."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A server that finds a sweep that has ended."""
    folder = tmp_path_factory.mktemp("swept")
    leave(folder, ON_TWO, noisy)
    with Laboratory(folder, {"EBM_SPARE": "0"}) as laboratory:
        yield laboratory


@pytest.fixture
def swept(lab: Laboratory) -> str:
    """Its id."""
    return str(lab.ask("GET", "/sweeps")[-1]["id"])


def test_a_sweep_is_looked_at_by_its_address_and_each_run_opens(
    page: Page, lab: Laboratory, swept: str
) -> None:
    page.goto(f"http://127.0.0.1:{lab.port}/?#sweep={swept}")
    expect(page.get_by_role("heading", name="two by two")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("8 of 8")).to_be_visible()
    expect(page.get_by_text("1 failed, such as Distribution Two moons, Method Per")).to_be_visible()
    expect(page.locator(".sweep .plot .heatmaplayer image")).to_have_count(1)
    expect(page.locator(".sweep .plot .heatmap-label")).to_have_count(4)
    assert page.locator(".sweep .plot .scatterlayer .trace").count() > 1
    rows = page.locator(".sweep-table tbody tr")
    expect(rows).to_have_count(4)
    assert violations(page) + narrow_targets(page) == []
    map_, _ = page.locator(".sweep .plot").all()
    box = map_.locator(".nsewdrag").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(4)
    whole = lab.ask("GET", f"/sweeps/{swept}")
    where = "Distribution Two moons, Method Persistent CD, Seed 1"
    page.get_by_label(f"Open the run of {where}").click()
    run = next(
        one["run"]
        for one in whole["members"]
        if list(one["values"].values()) == ["moons", "persistent", 1]
    )
    expect(page).to_have_url(re.compile(f"run={run}"))
    page.go_back()
    expect(rows).to_have_count(4)


def test_a_sweep_is_described_refused_and_started(page: Page, lab: Laboratory) -> None:
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("button", name="New sweep").click()
    text = page.get_by_label("The sweep as TOML")
    expect(text).to_have_value(re.compile(r"seed = \[0, 1, 2\]"))
    page.get_by_label("Add a field to the grid").select_option(label="Batch size")
    expect(text).to_have_value(
        re.compile(r'seed = \[0, 1, 2\]\n"optimization.batch_size" = \[\d+\]')
    )
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text(re.compile(r"^3 runs, about .* with \d at a time\.$"))).to_be_visible(
        timeout=SLOW
    )
    text.fill(f"{SMALL}updates = 10000000\n[grid]\nseed = [0, 1, -1]\nsead = [2]")
    page.get_by_role("button", name="Start").click()
    wrong = page.locator("#sweep-wrong li")
    expect(wrong).to_have_count(2, timeout=SLOW)
    expect(wrong.nth(1)).to_contain_text("seed: ")
    expect(wrong.nth(1)).to_contain_text("Allowed: a whole number >= 0")
    assert violations(page) + narrow_targets(page) == []
    text.fill(f"{SMALL}updates = 10000000\n[grid]\nseed = [0, 1, 2]")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("0 of 3")).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile(r"#sweep=\w{10}$"))
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete with its runs").click()
    expect(page.get_by_role("button", name="New sweep")).to_be_visible(timeout=SLOW)
    assert [one["name"] for one in lab.ask("GET", "/sweeps")] == ["two by two"]


@pytest.mark.parametrize("width", [390])
def test_a_sweep_fits_a_phone(browser: Browser, lab: Laboratory, swept: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = admitted(context, lab).new_page()
    page.goto(f"http://127.0.0.1:{lab.port}/#sweep={swept}")
    expect(page.locator(".sweep .plot .heatmaplayer image")).to_have_count(1, timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) + narrow_targets(page) == []
    context.close()
