"""Runs beside each other on one clock: raced, scrubbed, pointed at, measured, and opened again."""

import csv
import io
import json
import math
import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import msgpack
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import admitted
from tests.e2e.accessibility import narrow_targets, violations
from tests.e2e.test_lab import DEADLINE
from tests.server.laboratory import SMALL, Laboratory, endless

METHODS = ["persistent", "variational", "denoising"]
ACTIVE = ("queued", "starting", "running", "paused")


@pytest.fixture(scope="module")
def ended(lab: Laboratory) -> list[str]:
    """Three short runs on the same data, at their ends."""
    small = {"energy": SMALL["energy"], "dataset": {"kind": "gaussian_ring"}}
    runs = [
        lab.create({**small, "method": {"kind": kind}, "updates": 150, "seed": 1})
        for kind in METHODS
    ]
    for run in runs:
        with lab.page() as listener:
            listener.watch(run, rate=0)
            listener.state("finished")
    return runs


@pytest.fixture
def compared(page: Page, lab: Laboratory, ended: list[str]) -> Page:
    """The comparison of them, opened by its address."""
    go_to(page, lab, f"{','.join(ended)}&clock=updates")
    settled(page)
    return page


def go_to(page: Page, lab: Laboratory, compared: str) -> None:
    """Opens a comparison by its address, in a fresh page."""
    page.goto("about:blank")
    page.goto(f"http://127.0.0.1:{lab.port}/#compare={compared}")


def settled(page: Page) -> None:
    """Until every stage shows a moment of its run."""
    for step in page.locator(".compare-step").all():
        expect(step).not_to_have_text("—", timeout=DEADLINE)
    expect(page.locator(".compare-table tbody tr").nth(6)).to_be_visible(timeout=DEADLINE)


def shown(page: Page) -> list[int]:
    """The update that each stage shows."""
    page.locator(".compare-step").first.wait_for(timeout=DEADLINE)
    texts = page.locator(".compare-step").all_inner_texts()
    return [int(text.replace(",", "").replace("—", "-1")) for text in texts]


def when(page: Page, condition: str) -> None:
    """Waits until a condition in JavaScript holds, in terms of the updates that are shown."""
    page.evaluate(
        f"""() => new Promise((done, fail) => {{
            const end = performance.now() + {DEADLINE};
            const look = () => {{
                const steps = [...document.querySelectorAll(".compare-step")]
                    .map((one) => parseInt(one.textContent.replaceAll(",", "")));
                if ({condition}) done();
                else if (performance.now() > end) fail(new Error("never, at " + steps));
                else requestAnimationFrame(look);
            }};
            look();
        }})"""
    )


def pixels(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.compare-canvas canvas')].map((one) => one.toDataURL())"
    )
    return found


def choose(page: Page, name: str, group: str) -> None:
    page.get_by_role("radiogroup", name=group).get_by_role("radio", name=name, exact=True).click()


def stop_all(lab: Laboratory) -> None:
    for run in lab.ask("GET", "/runs"):
        if run["state"] in ACTIVE:
            lab.http.post(f"/api/v1/runs/{run['id']}/stop")


def newest_moment(lab: Laboratory, run: str) -> int:
    """The last update that the server knows of; moments may come before the figures beside them."""
    kept = [moment["step"] for moment in lab.ask("GET", f"/runs/{run}/keyframes")]
    return int(max([lab.ask("GET", f"/runs/{run}")["step"], *kept]))


def test_one_click_races_the_three_families_and_the_clock_follows_the_slowest(
    page: Page, lab: Laboratory
) -> None:
    before = {run["id"] for run in lab.ask("GET", "/runs")}
    page.get_by_role("radio", name="Pinwheel", exact=True).click(timeout=DEADLINE)
    page.get_by_role("button", name="Race", exact=True).click()
    page.locator(".compare-run").nth(2).wait_for(timeout=DEADLINE)
    raced = [run for run in lab.ask("GET", "/runs") if run["id"] not in before]
    assert sorted(run["method"] for run in raced) == sorted(METHODS)
    configs = [lab.ask("GET", f"/runs/{run['id']}")["config"] for run in raced]
    assert {config["dataset"]["kind"] for config in configs} == {"pinwheel"}
    assert len({(config["seed"], config["seconds"]) for config in configs}) == 1
    choose(page, "updates", "Clock")
    when(page, "steps.length === 3 && steps.every((step) => step > 3)")
    # what is shown is read before what each has come to: none may be ahead of the slowest by then
    latest = shown(page)
    assert max(latest) <= min(newest_moment(lab, run["id"]) for run in raced)
    for box in page.locator(".compare-canvas").all():
        size = box.bounding_box()
        assert size is not None
        assert size["width"] >= 380
        assert size["y"] + size["height"] <= 768 - 56
        assert size["x"] >= 0
        assert size["x"] + size["width"] <= 1366
    page.get_by_role("button", name="Pause all", exact=True).click()
    expect(page.locator(".compare-run .badge")).to_have_text(["paused"] * 3, timeout=DEADLINE)
    steps = {run["id"]: lab.ask("GET", f"/runs/{run['id']}")["step"] for run in raced}
    page.get_by_role("button", name="One update of each").click()
    for run, step in steps.items():
        with lab.page() as listener:
            listener.watch(run, rate=0)
            assert listener.step_beyond(step) == step + 1
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.locator(".compare-run .badge")).to_have_text(["running"] * 3, timeout=DEADLINE)


def test_every_stage_stands_at_its_newest_moment_that_is_not_later(
    compared: Page, lab: Laboratory, ended: list[str]
) -> None:
    kept = [[k["step"] for k in lab.ask("GET", f"/runs/{run}/keyframes")] for run in ended]
    assert shown(compared) == [150, 150, 150]
    slider = compared.get_by_role("slider", name="Time of all runs")
    slider.fill("500")
    at = 75
    wanted = [max(step for step in steps if step <= at) for steps in kept]
    when(compared, f"JSON.stringify(steps) === '{str(wanted).replace(' ', '')}'")
    expect(compared.locator(".count")).to_have_text("75")
    compared.get_by_role("button", name="To the end").click()
    when(compared, "steps.every((step) => step === 150)")


def test_the_clock_changes_its_unit_and_keeps_the_moment(
    compared: Page, lab: Laboratory, ended: list[str]
) -> None:
    compared.get_by_role("slider", name="Time of all runs").fill("400")
    when(compared, "steps.every((step) => step > 0 && step <= 60)")
    choose(compared, "gradients", "Clock")
    rows = {run: lab.ask("GET", f"/runs/{run}/metrics") for run in ended}
    told = compared.locator(".count")
    expect(told).not_to_have_text("60", timeout=DEADLINE)
    now = int(told.inner_text().replace(",", ""))
    for run, step in zip(ended, shown(compared), strict=True):
        ahead = [row["values"]["gradient_evaluations"] for row in rows[run] if row["step"] <= step]
        assert max(ahead, default=0) <= now
    choose(compared, "seconds", "Clock")
    expect(told).to_have_text(re.compile(r"^\d+\.\d$"), timeout=DEADLINE)


def test_a_replay_runs_on_all_stages(compared: Page) -> None:
    compared.get_by_role("button", name="Replay", exact=True).click()
    when(compared, "steps.every((step) => step < 60)")
    when(compared, "steps.every((step) => step === 150)")


def test_one_pointer_reads_every_run(compared: Page) -> None:
    readings = compared.locator(".compare-reading")
    expect(readings.first).not_to_contain_text("score")
    compared.locator(".compare-canvas canvas").nth(1).hover(position={"x": 150, "y": 120})
    for reading in readings.all():
        expect(reading).to_contain_text(re.compile(r"−log p .+p .+score"), timeout=DEADLINE)
    crosses = [cross.bounding_box() for cross in compared.locator(".cross").all()]
    boxes = [box.bounding_box() for box in compared.locator(".compare-canvas").all()]
    for cross, box in zip(crosses, boxes, strict=True):
        assert cross is not None
        assert box is not None
        assert cross["x"] - box["x"] == pytest.approx(150, abs=2)
        assert cross["y"] - box["y"] == pytest.approx(120, abs=2)
    first = readings.first.inner_text()
    told = re.search(r"log p ([\d.-]+)\s*p ([\d.]+(?: × 10\S+)?)", first.replace("−", "-"))
    assert told is not None
    energy, density = told.groups()
    if "×" not in density:
        assert -float(energy) == pytest.approx(math.log(float(density)), abs=0.06)


def test_all_stages_are_looked_at_together(compared: Page) -> None:
    before = pixels(compared)
    compared.keyboard.press("+")
    expect(compared.get_by_text("×1.3")).to_be_visible(timeout=DEADLINE)
    drawn = "[...document.querySelectorAll('.compare-canvas canvas')].map((one) => one.toDataURL())"
    when(compared, f"{drawn}.every((now, i) => now !== {json.dumps(before)}[i])")
    for _ in range(4):
        compared.keyboard.press("-")
    # beyond the landscapes that came, the page computes the energies by itself
    compared.locator(".compare-canvas canvas").first.hover(position={"x": 4, "y": 4})
    for reading in compared.locator(".compare-reading").all():
        expect(reading).to_contain_text("score", timeout=DEADLINE)
    compared.get_by_role("button", name="Whole map").click()
    compared.get_by_role("button", name="3D", exact=True).click()
    expect(compared.locator("canvas[data-surface=true]")).to_have_count(3)
    compared.get_by_role("button", name="3D", exact=True).click()


def test_differences_and_scales_are_switched_for_all(compared: Page) -> None:
    own = compared.get_by_role("radio", name="each its own", exact=True)
    own.click()
    expect(own).to_be_checked()
    choose(compared, "difference", "What the maps show")
    for other in ("truth", "B"):
        choose(compared, other, "Difference from")
        expect(
            compared.get_by_role("radiogroup", name="Difference from").get_by_role(
                "radio", name=other, exact=True
            )
        ).to_be_checked()


def test_the_table_is_exported_as_it_stands(
    compared: Page, lab: Laboratory, ended: list[str]
) -> None:
    with compared.expect_download() as download:
        compared.get_by_role("button", name="CSV").click()
    table = list(csv.reader(io.StringIO(download.value.path().read_text())))
    assert table[0] == ["figure", "unit", "A Persistent CD", "B Variational", "C Denoising"]
    figures = {row[0]: row[2:] for row in table if len(row) == 5}
    for run, updates, kl, weights in zip(
        ended,
        figures["updates"],
        figures["KL"],
        figures["weights of the energy"],
        strict=True,
    ):
        info: dict[str, Any] = lab.ask("GET", f"/runs/{run}")
        metrics = info["metrics"]
        assert int(updates) == info["step"] == 150
        assert float(kl) == pytest.approx(metrics.get("kl_data", metrics["kl"]))
        assert float(weights) == metrics["energy_parameters"]
    assert [float(weights) > 0 for weights in figures["weights beside it"]] == [False, True, False]
    assert any(row and row[-2:-1] == ["borne out"] for row in table)
    with compared.expect_download() as download:
        compared.get_by_role("button", name="Markdown").click()
    text = download.value.path().read_text()
    assert text.startswith("## ")
    assert "| KL, nats |" in text
    assert "Double the number of parameters" in text


def test_a_comparison_is_opened_again_by_its_address(
    compared: Page, lab: Laboratory, ended: list[str]
) -> None:
    compared.get_by_role("slider", name="Time of all runs").fill("500")
    when(compared, "steps.every((step) => step > 0 && step <= 75)")
    compared.wait_for_url(re.compile("when=75"), timeout=DEADLINE)
    address = compared.url
    assert address.endswith(f"/#compare={','.join(ended)}&clock=updates&when=75")
    states = [lab.ask("GET", f"/runs/{run}") for run in ended]
    before = shown(compared)
    compared.goto("about:blank")
    compared.goto(address)
    expect(compared.locator(".count")).to_have_text("75", timeout=DEADLINE)
    when(compared, f"JSON.stringify(steps) === '{str(before).replace(' ', '')}'")
    assert [lab.ask("GET", f"/runs/{run}") for run in ended] == states


def test_ticked_runs_are_compared_and_others_refused_at_once(
    page: Page, lab: Laboratory, ended: list[str]
) -> None:
    other = lab.create({**SMALL, "dataset": {"kind": "moons"}, "updates": 5})
    wider = lab.create({**SMALL, "dataset": {"kind": "gaussian_ring", "count": 6}, "updates": 5})
    page.get_by_role("navigation").get_by_role("button", name="Runs", exact=True).click()
    rows = page.get_by_role("row")
    for name in ("Denoising", "Variational"):
        row = rows.filter(has_text=f"Ring of Gaussians · {name}").filter(has_text="150")
        row.first.get_by_role("checkbox").check(timeout=DEADLINE)
    compare = page.get_by_role("button", name=re.compile(r"^Compare 2 runs"))
    expect(compare).to_be_enabled()
    rows.filter(has_text="Two moons").first.get_by_role("checkbox").check(timeout=DEADLINE)
    refused = page.get_by_text("cannot be compared: the one learns Ring of Gaussians")
    expect(refused).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"^Compare 3 runs"))).to_be_disabled()
    rows.filter(has_text="Two moons").first.get_by_role("checkbox").uncheck()
    compare.click()
    page.locator(".compare-run").nth(1).wait_for(timeout=DEADLINE)
    go_to(page, lab, f"{ended[2]},{wider}")
    expect(
        page.get_by_text(re.compile("their Ring of Gaussians differ: count is 8 and 6"))
    ).to_be_visible(timeout=DEADLINE)
    go_to(page, lab, f"{ended[2]},{other},nothing")
    expect(page.get_by_text("A run of this comparison is no longer here")).to_be_visible(
        timeout=DEADLINE
    )


def test_a_run_that_fails_says_why_and_the_others_go_on(page: Page, lab: Laboratory) -> None:
    good, bad = (lab.create(endless()) for _ in range(2))
    go_to(page, lab, f"{good},{bad}&clock=updates")
    when(page, "steps.length === 2 && steps.every((step) => step > 0)")
    os.kill(lab.worker_pid(bad), signal.SIGKILL)
    failed = page.get_by_role("article", name=re.compile("^B"))
    expect(failed.get_by_role("alert")).to_contain_text(
        re.compile(r"Failed at update [\d,]+\. .*signal 9"), timeout=DEADLINE
    )
    expect(failed.locator(".badge")).to_have_text("failed")
    going = page.get_by_role("article", name=re.compile("^A"))
    expect(going.locator(".badge")).to_have_text("running", timeout=DEADLINE)
    at = shown(page)[0]
    when(page, f"steps[0] > {at}")


def test_members_are_changed_and_raced_with_three_seeds(
    compared: Page, lab: Laboratory, ended: list[str]
) -> None:
    before = {run["id"] for run in lab.ask("GET", "/runs")}
    compared.get_by_role("button", name="Members", exact=True).click()
    compared.get_by_role("button", name="Remove C").click()
    compared.get_by_label("B method").select_option(label="Sliced")
    compared.get_by_label("3 seeds each").check()
    compared.get_by_role("button", name="Race 2", exact=True).click()
    compared.wait_for_url(re.compile(r"compare=\w+\.\w+\.\w+,\w+\.\w+\.\w+"), timeout=DEADLINE)
    raced = [run for run in lab.ask("GET", "/runs") if run["id"] not in before]
    configs = [lab.ask("GET", f"/runs/{run['id']}")["config"] for run in raced]
    found = sorted((config["method"]["kind"], config["seed"]) for config in configs)
    assert found == [(kind, seed) for kind in ("persistent", "sliced") for seed in (1, 2, 3)]
    stop_all(lab)


@pytest.fixture(params=["dark", "light"])
def small_or_wide(
    browser: Browser, lab: Laboratory, ended: list[str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """The comparison in either theme."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, color_scheme=request.param
    )
    opened = admitted(context, lab).new_page()
    opened.set_default_timeout(60_000)
    opened.goto(f"http://127.0.0.1:{lab.port}/#compare={','.join(ended)}")
    settled(opened)
    yield opened
    context.close()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844), (911, 512), (260, 563)])
def test_the_tab_has_no_faults_for_anybody(small_or_wide: Page, width: int, height: int) -> None:
    page = small_or_wide
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 390:
        snap = "getComputedStyle(document.querySelector('.compare-stages')).scrollSnapType"
        assert page.evaluate(snap).startswith("x")
        box = page.locator(".compare-canvas").first.bounding_box()
        assert box is not None
        assert box["width"] >= 350
    page.get_by_role("button", name="Members", exact=True).click()
    page.locator(".compare-setup").wait_for()
    assert violations(page) == []
    assert narrow_targets(page) == []


def test_a_comparison_asks_for_no_more_frames_than_one_viewer(page: Page, lab: Laboratory) -> None:
    runs = [lab.create(endless(seed=seed)) for seed in range(3)]
    asked: list[dict[str, Any]] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda sent: keep(sent, asked)))
    go_to(page, lab, ",".join(runs))
    when(page, "steps.length === 3 && steps.every((step) => step > 0)")
    newest = {message["run"]: message for message in asked if message["type"] == "watch"}
    assert set(newest) == set(runs)
    assert sum(message["frames_per_second"] for message in newest.values()) == pytest.approx(15)
    page.get_by_role("navigation").get_by_role("button", name="Runs", exact=True).click()
    expect(page.locator(".runs")).to_be_visible()
    when(page, "document.querySelector('.runs') !== null")
    left = [message["run"] for message in asked if message["type"] == "unwatch"]
    assert sorted(left) == sorted(runs)
    stop_all(lab)


def keep(sent: str | bytes, into: list[dict[str, Any]]) -> None:
    if isinstance(sent, bytes):
        into.append(msgpack.unpackb(sent))


def test_images_are_compared_by_their_frechet_distance(page: Page, lab: Laboratory) -> None:
    runs = [
        lab.create({"dataset": {"kind": "digits"}, "method": {"kind": kind}, "updates": 3})
        for kind in ("persistent", "variational")
    ]
    for run in runs:
        with lab.page() as listener:
            listener.watch(run, rate=0)
            listener.state("finished")
    go_to(page, lab, ",".join(runs))
    expect(page.get_by_role("img", name=re.compile("^Images drawn by"))).to_have_count(
        2, timeout=DEADLINE
    )
    expect(
        page.get_by_role("row", name=re.compile("^Fréchet distance")).locator("td").nth(1)
    ).to_have_text(re.compile(r"\d.*real \d"), timeout=DEADLINE)
    expect(page.get_by_text(re.compile(r"^Fréchet distance \d.*has \d"))).to_be_visible()
    expect(page.get_by_role("radio", name="−log p(x)")).to_have_count(0)
