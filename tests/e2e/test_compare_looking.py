"""How a comparison is looked at: kept by its address, chains on all, and medians of repeats."""

import re
import time
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_compare import choose, go_to, settled, when
from tests.e2e.test_export import downloaded, open_dialog
from tests.e2e.test_lab import DEADLINE
from tests.server.laboratory import PATIENCE, SMALL, Laboratory


@pytest.fixture(scope="module")
def runs(lab: Laboratory) -> list[str]:
    """Three seeds of one method, and a run of another; ended."""
    kinds = [("denoising", 1), ("denoising", 2), ("denoising", 3), ("persistent", 1)]
    made = [
        lab.create({**SMALL, "method": {"kind": kind}, "updates": 60, "seed": seed})
        for kind, seed in kinds
    ]
    for run in made:
        with lab.page() as listener:
            listener.watch(run, rate=0)
            listener.state("finished")
    return made


def opened(page: Page, lab: Laboratory, runs: list[str], more: str = "") -> None:
    """The comparison of the two methods; the first has two repeats."""
    go_to(page, lab, f"{'.'.join(runs[:3])},{runs[3]}{more}")
    settled(page)


def test_the_address_keeps_how_a_comparison_is_looked_at(
    page: Page, lab: Laboratory, runs: list[str]
) -> None:
    opened(page, lab, runs)
    layers = page.get_by_role("group", name="Layers")
    layers.get_by_role("button", name="score", exact=True).click()
    layers.get_by_role("button", name="data", exact=True).click()
    choose(page, "difference", "What the maps show")
    choose(page, "B", "Difference from")
    page.keyboard.press("+")
    expect(page.get_by_text("×1.3")).to_be_visible()
    layers.get_by_role("button", name="3D", exact=True).click()
    page.wait_for_url(re.compile(r"mode=difference.*surface=.*compare="), timeout=DEADLINE)
    page.wait_for_url(re.compile(r"layers=energy,contours,chains,score.*view=0,0,1\.25.*from=B"))
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    settled(page)
    checked = page.get_by_role("radiogroup", name="Difference from").get_by_role("radio", name="B")
    expect(checked).to_be_checked(timeout=DEADLINE)
    expect(page.get_by_text("×1.3")).to_be_visible()
    expect(page.locator("canvas[data-surface=true]")).to_have_count(2)
    for name, pressed in (("score", "true"), ("data", "false"), ("energy", "true")):
        word = layers.get_by_role("button", name=name, exact=True)
        expect(word).to_have_attribute("aria-pressed", pressed)
    assert page.url == address
    # the lab is looked at in its own way
    page.get_by_role("navigation").get_by_role("button", name="Lab", exact=True).click()
    expect(page.get_by_role("radio", name="E(x)", exact=True)).to_be_checked()


def test_an_address_that_asks_for_what_there_is_not_says_so(
    page: Page, lab: Laboratory, runs: list[str]
) -> None:
    opened(page, lab, runs, "&mode=fog&layers=data,mist")
    told = page.get_by_role("alert")
    expect(told).to_contain_text("they can show energy, density, truth, difference")
    expect(told).to_contain_text("layers that there are not: mist")


DRAWN = "[...document.querySelectorAll('.compare-canvas canvas')].map((one) => one.toDataURL())"


def until_all_move(page: Page) -> None:
    """Until every stage shows something else than now."""
    page.evaluate(f"window.before = {DRAWN}")
    when(page, f"{DRAWN}.every((now, i) => now !== window.before[i])")


def test_one_press_drops_chains_on_all_runs(page: Page, lab: Laboratory, runs: list[str]) -> None:
    opened(page, lab, runs)
    canvas = page.locator(".compare-canvas canvas").first
    canvas.click(position={"x": 120, "y": 150})
    clear = page.get_by_role("button", name="Clear dropped chains")
    expect(clear).to_be_visible()
    until_all_move(page)
    assert violations(page) == []
    page.mouse.move(4, 4)
    page.keyboard.press("c")
    expect(clear).to_be_hidden()
    # by keys: the cross-hair, then a cloud
    canvas.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".compare-reading").nth(1)).to_contain_text("score", timeout=DEADLINE)
    expect(clear).to_be_hidden()
    page.keyboard.press("Enter")
    expect(clear).to_be_visible()
    until_all_move(page)


def test_the_file_that_goes_home_has_the_table_with_its_ranges(
    page: Page, lab: Laboratory, runs: list[str], tmp_path: Path
) -> None:
    opened(page, lab, runs)
    expect(page.locator(".compare-table")).to_contain_text("median of 3 seeds", timeout=DEADLINE)
    rows = page.locator(".compare-table tbody tr").filter(has_text=re.compile("^(KL|NLL|sample)"))
    assert rows.count() >= 3
    open_dialog(page)
    expect(page.get_by_role("dialog")).to_contain_text("the median and the range of all seeds")
    expect(page.get_by_role("button", name="Metrics, seed 3")).to_be_visible()
    assert violations(page) == []
    file = downloaded(page, "HTML", tmp_path)
    assert page.context.browser
    alone = page.context.browser.new_context(offline=True).new_page()
    alone.goto(file.as_uri())
    table = alone.get_by_role("region", name="Measured")
    expect(table).to_contain_text("median of 3 seeds")
    alone.keyboard.press("End")
    lines = table.locator("tbody tr").filter(has_text=re.compile("^(KL|NLL|sample)"))
    expect(lines).to_have_count(rows.count())
    taken = [numbers(text) for text in lines.all_inner_texts()]
    end = time.monotonic() + PATIENCE
    # the file has the last figures; on a busy machine they reach the page a little later
    while [numbers(text) for text in rows.all_inner_texts()] != taken:
        assert time.monotonic() < end, (taken, rows.all_inner_texts())
        page.wait_for_timeout(100)
    expect(alone.locator("figure.chart")).to_contain_text("median of 3 seeds, band: their range")
    assert alone.locator(".chart polygon").count() == 1
    assert violations(alone) == []
    alone.context.close()


def numbers(text: str) -> list[str]:
    """The figures of a line, in their order."""
    return re.findall(r"[<\d.]+[\d.]", text)


def test_the_table_has_the_median_of_three_seeds(
    page: Page, lab: Laboratory, runs: list[str]
) -> None:
    opened(page, lab, runs)
    table = page.locator(".compare-table")
    expect(table).to_contain_text("median of 3 seeds", timeout=DEADLINE)
    row = table.locator("tbody tr").filter(has_text=re.compile(r"^KL\s?nats"))
    infos = [lab.ask("GET", f"/runs/{run}") for run in runs]
    kls = [info["metrics"].get("kl_data", info["metrics"]["kl"]) for info in infos]
    shown = [
        float(found) for found in re.findall(r"\d+\.\d+", row.locator("td").first.inner_text())
    ]
    wanted = [median(kls[:3]), min(kls[:3]), max(kls[:3])]
    assert shown == pytest.approx(wanted, rel=0.05)
    alone = re.findall(r"\d+\.\d+", row.locator("td").nth(1).inner_text())
    assert [float(found) for found in alone] == pytest.approx([kls[3]], rel=0.05)
    assert violations(page) == []
    assert narrow_targets(page) == []
