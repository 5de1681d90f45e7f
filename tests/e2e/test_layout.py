"""Where things are: the stage fits, settings are seen, nothing is cut, nothing moves at a start."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser import admitted
from tests.e2e.test_lab import DEADLINE, badge, choose, play, when
from tests.server.laboratory import Laboratory

BOXES = """(beside) => Object.fromEntries(
    [...document.querySelectorAll(`.topbar *, .choices h2, ${beside}, .question .card,
        .stage-tools *, .stage-frame, .under, .timeline, .round, .track-slider,
        .evidence h2, .evidence .plot`)]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => !one.closest("svg, .svg-container"))
    .map((one) => {
        const { x, y } = one.getBoundingClientRect();
        const group = one.closest("section, header, main, aside")?.className ?? "";
        const name = one.getAttribute("aria-label") || one.textContent.replace(/[\\d,.]+/g, "#");
        return [`${one.localName} ${one.className} ${name} in ${group}`, [x, y + scrollY]];
    }))"""
WATCH = """() => {
    window.shifted = [];
    new PerformanceObserver((list) => {
        for (const { sources } of list.getEntries())
            for (const { node, previousRect: from, currentRect: to } of sources) {
                const one = node?.nodeType === 1 ? node : node?.parentElement;
                const figure = one?.closest(
                    ".track, .mono, .lines, .note, .badge, .tex, .coming, .explanation");
                const gone = from.width * from.height * to.width * to.height === 0;
                const by = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
                if (one && !figure && !gone && by > 1)
                    window.shifted.push(`${one.localName}.${one.className} by ${by}`);
            }
    }).observe({ type: "layout-shift" });
}"""
CUT = """() => {
    const told = `.formulas, .tex, .card, .run-name, .field label, .headline, .figures > div,
        .stage-tools, .under, h2, p`;
    const shown = (one) => one.checkVisibility() && one.clientWidth > 4
        && !one.closest(".hidden-visually") && getComputedStyle(one).display !== "inline";
    return [...document.querySelectorAll(told)].filter(shown)
        .filter((one) => one.scrollWidth > one.clientWidth + 1)
        .map((one) => `${one.className} ${one.textContent}: ${one.scrollWidth}`);
}"""
STARTS = [("Pinwheel", "Persistent CD"), ("Two moons", "Denoising"), ("Digits", "Persistent CD")]


@pytest.mark.parametrize(("width", "height"), [(911, 512), (844, 390), (1280, 720), (1920, 1080)])
def test_the_stage_fits_the_window(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.locator(".card").first.wait_for(timeout=DEADLINE)
    box = page.locator("canvas.stage").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    assert box["width"] >= 0.65 * height
    bar = page.locator(".timeline").bounding_box()
    assert bar is not None
    assert box["y"] + box["height"] <= bar["y"]
    assert bar["y"] + bar["height"] <= height


def test_settings_and_the_equation_are_seen_at_a_lecture_halls_resolution(page: Page) -> None:
    choose(page, "Pinwheel", "Persistent CD")
    low = page.locator(".timeline").bounding_box()
    assert low is not None
    fields = [row.bounding_box() for row in page.locator(".field").all()]
    ends = [box["y"] + box["height"] for box in fields if box is not None and box["y"] > 64]
    assert sum(end <= low["y"] for end in ends) >= 6
    formulas = page.locator(".formulas").bounding_box()
    assert formulas is not None
    assert formulas["y"] + formulas["height"] <= low["y"]


def test_a_phone_has_the_choices_beside_the_stage(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".card").first.wait_for(timeout=DEADLINE)
    for chosen in page.locator(".choices [aria-checked=true]").all():
        box = chosen.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] + box["height"] < 240
    stage = page.locator("canvas.stage").bounding_box()
    assert stage is not None
    assert stage["y"] + stage["height"] < 844 - 72


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (911, 512), (390, 844)])
def test_the_stage_stands_while_the_choices_are_on_their_way(
    browser: Browser, lab: Laboratory, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height})
    page = admitted(context, lab).new_page()
    held: list[Route] = []
    page.route(re.compile("/demo/|catalogue"), lambda route: held.append(route))
    page.goto(f"http://127.0.0.1:{lab.port}/")
    canvas = page.locator("canvas.stage")
    canvas.wait_for(timeout=DEADLINE)
    page.wait_for_function("document.fonts.status === 'loaded'")
    before = canvas.bounding_box()
    assert held
    page.unroute_all(behavior="default")  # lets them go
    page.locator(".thumbnail").first.wait_for(timeout=DEADLINE)
    page.locator(".card").first.wait_for(timeout=DEADLINE)
    assert canvas.bounding_box() == before
    context.close()


@pytest.mark.parametrize("width", [1366, 911, 390])
def test_no_word_and_no_equation_is_cut(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": {911: 512, 1366: 768, 390: 844}[width]})
    page.locator(".card").first.wait_for(timeout=DEADLINE)
    cards = page.locator(".card").all()
    assert len(cards) > 8
    for card in cards:
        card.click()
        page.locator(".formulas .katex").first.wait_for(timeout=DEADLINE)
        assert page.evaluate(CUT) == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize(("distribution", "method"), STARTS)
def test_nothing_moves_when_a_run_starts(
    page: Page, width: int, distribution: str, method: str
) -> None:
    page.set_viewport_size({"width": width, "height": 768 if width == 1366 else 844})
    choose(page, distribution, method)
    page.locator(".formulas .katex").first.wait_for(timeout=DEADLINE)
    when(page, "document.querySelector('.plot svg') !== null")
    page.wait_for_load_state("networkidle")  # the catalogue of the server has come
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(WATCH)
    # on a phone the settings stand below all else
    beside = ".question .field" if width == 1366 else ".thumbnail"
    before: dict[str, list[float]] = page.evaluate(BOXES, beside)
    play(page).click()
    badge(page, "live")
    when(page, "count() > 30")
    when(page, "Number.isFinite(figure())")
    after: dict[str, list[float]] = page.evaluate(BOXES, beside)
    moved = {
        name: (box, after[name])
        for name, box in before.items()
        if name in after and max(abs(a - b) for a, b in zip(box, after[name], strict=True)) > 1
    }
    assert moved == {}
    assert page.evaluate("window.shifted") == []
