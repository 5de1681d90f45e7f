"""The list of 5,000 runs on the page: at once there, found, named, pinned and deleted."""

import re
import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import admitted
from tests.e2e.accessibility import violations
from tests.server.laboratory import SMALL, Laboratory
from tests.server.test_listing import MANY, fill

DEADLINE = 60_000


@pytest.mark.slow
def test_5000_runs_are_found_named_and_deleted(browser: Browser, tmp_path: Path) -> None:
    with Laboratory(tmp_path, {"EBM_SPARE": "0"}) as lab:
        run = lab.create({**SMALL, "updates": 5})
        with lab.page() as page:
            page.watch(run)
            page.state("finished")
        lab.stop()
        with sqlite3.connect(tmp_path / "ebm.sqlite") as connection:
            connection.row_factory = sqlite3.Row
            template = dict(connection.execute("SELECT * FROM runs").fetchone())
        connection.close()
        fill(tmp_path, template)
        lab.start()
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        shown = admitted(context, lab).new_page()
        shown.set_default_timeout(DEADLINE)
        shown.goto(f"http://127.0.0.1:{lab.port}/")
        shown.get_by_role("button", name="Runs", exact=True).click()
        runs = shown.get_by_role("main", name="Runs")
        expect(runs).to_contain_text(f"{MANY + 1:,} runs", timeout=DEADLINE)
        rows = runs.locator("tbody tr:not(.to-come)")
        expect(rows.first).to_be_visible(timeout=DEADLINE)
        assert rows.count() <= 150  # the others are not on the page
        runs.locator("tbody").nth(60).scroll_into_view_if_needed()
        thousands = re.compile(r"^\d{4}$")
        expect(rows.first).to_have_attribute("aria-rowindex", thousands, timeout=DEADLINE)
        assert rows.count() <= 200
        shown.get_by_role("combobox", name="State").select_option("failed")
        shown.get_by_role("searchbox", name="Search").fill(f"{8:010x}")
        expect(rows).to_have_count(1, timeout=DEADLINE)
        rows.get_by_role("button", name="Name, tags").click()
        shown.get_by_role("textbox", name="Name").fill("The good one")
        shown.get_by_label("Tags, with commas between").fill("thesis, figure 3")
        assert violations(shown) == []
        shown.keyboard.press("Enter")
        expect(rows).to_contain_text("The good one", timeout=DEADLINE)
        expect(rows.get_by_role("button", name="Name, tags")).to_be_focused()
        rows.get_by_role("button", name="Pin").press("Enter")
        shown.get_by_role("searchbox", name="Search").fill("")
        shown.get_by_role("combobox", name="State").select_option("")
        expect(rows.first).to_contain_text("The good one", timeout=DEADLINE)
        expect(rows.first).to_contain_text("pinned")
        shown.get_by_role("combobox", name="Tag").select_option("thesis")
        expect(rows).to_have_count(1, timeout=DEADLINE)
        rows.get_by_role("checkbox").check()
        shown.get_by_role("button", name="Delete 1", exact=True).click()
        shown.get_by_role("button", name="Delete 1 for good").click()
        expect(runs).to_contain_text("None of the 5,000 runs fits.", timeout=DEADLINE)
        shown.get_by_role("button", name="Show all").click()
        expect(runs).to_contain_text(f"{MANY:,} runs", timeout=DEADLINE)
        context.close()
