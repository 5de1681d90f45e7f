"""What is said: of the server on every tab, and over the stage, which leaves room for its map."""

import re
import resource
from pathlib import Path

import pytest
from ebm_server.cli import cli
from playwright.sync_api import Browser, expect
from typer.testing import CliRunner

from tests.browser import admitted
from tests.e2e.accessibility import violations
from tests.e2e.test_lab import DEADLINE
from tests.server.laboratory import Laboratory, endless

pytestmark = pytest.mark.slow
RAISES = '"loss": loss.detach(),'


def test_five_broken_plug_ins_and_a_failed_run_leave_room(tmp_path: Path, browser: Browser) -> None:
    fails = tmp_path / "fails.py"
    CliRunner().invoke(cli, ["new", "method", str(fails)])
    text = fails.read_text()
    assert RAISES in text
    fails.write_text(text.replace(RAISES, '"loss": 1 / 0,'))
    plugins = [fails, *(tmp_path / f"a_broken_plug_in_{i}.py" for i in range(5))]
    for broken in plugins[1:]:
        broken.write_text("x = 1\n)")
    options = [word for path in plugins for word in ("--plugin", str(path))]
    with Laboratory(tmp_path / "data", options=options) as lab:
        run = lab.create(endless(method={"kind": "fails"}))
        with lab.page() as listener:
            listener.watch(run)
            listener.state("failed")
        context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
        admitted(context, lab)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{lab.port}/#run={run}")
        page.get_by_text("The run failed.").wait_for(timeout=60_000)
        lines = page.locator(".notes .lines > p")
        lines.nth(4).wait_for(timeout=60_000)
        assert lines.count() == 5
        notes = page.locator(".notes").bounding_box()
        stage = page.locator(".stage-frame").bounding_box()
        assert notes
        assert stage
        assert notes["y"] > stage["y"] + stage["height"] / 2
        assert notes["y"] + notes["height"] <= stage["y"] + stage["height"]
        height = [line.bounding_box() for line in lines.all()]
        assert all(box and box["height"] < 24 for box in height)
        for button in ("Dismiss", "Go on from the last checkpoint"):
            place = page.get_by_role("button", name=button).bounding_box()
            assert place
            assert place["x"] + place["width"] <= 390
        lines.first.click()
        opened = lines.first.bounding_box()
        assert opened
        assert opened["height"] > 24
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Runs", exact=True).tap()
        page.get_by_role("row").filter(has_text="ZeroDivisionError").wait_for()
        context.close()


def test_every_tab_says_what_keeps_the_server_from_its_work_until_that_ends(
    tmp_path: Path, browser: Browser
) -> None:
    with Laboratory(tmp_path, {"EBM_MAX_RUNNING": "1"}) as lab:
        lab.create(endless())
        waiting = lab.create(endless())
        context = browser.new_context(viewport={"width": 390, "height": 844})
        page = admitted(context, lab).new_page()
        page.goto(f"http://127.0.0.1:{lab.port}/#run={waiting}")
        expect(
            page.get_by_text("until another run ends: this server trains 1 at once")
        ).to_be_visible(timeout=DEADLINE)
        told = page.get_by_role("alert").filter(has_text="The server is in trouble")
        assert lab.process
        limits = resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
        expect(told).to_contain_text(re.compile("larger than the system allows"), timeout=DEADLINE)
        assert violations(page) == []
        page.get_by_role("button", name="Runs", exact=True).click()
        expect(told).to_be_in_viewport()
        page.get_by_role("button", name="put away").click()
        expect(told).to_be_hidden()
        page.reload()  # what still holds is told to whoever comes
        expect(told).to_be_visible(timeout=DEADLINE)
        resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE, limits)
        expect(told).to_be_hidden(timeout=DEADLINE)
        resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
        expect(told).to_be_visible(timeout=DEADLINE)
        page.get_by_role("button", name="put away").click()
        resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE, limits)
        expect(page.get_by_role("button", name="put away")).to_be_hidden()
        context.close()
