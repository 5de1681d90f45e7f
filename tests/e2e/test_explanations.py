"""Whatever stands on the page explains itself to keys and to touch, and says what it will do."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import admitted
from tests.e2e.test_lab import DEADLINE, badge, choose, play, timeline, when
from tests.server.laboratory import Laboratory


def explanation(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Explanation")


def stands_free(page: Page, anchor: Locator) -> None:
    """The explanation is wholly in the window, over everything else, and not over its word."""
    box, word, window = explanation(page).bounding_box(), anchor.bounding_box(), page.viewport_size
    assert box is not None
    assert word is not None
    assert window is not None
    right, bottom = box["x"] + box["width"], box["y"] + box["height"]
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert right <= window["width"]
    assert bottom <= window["height"]
    beside = right <= word["x"] or box["x"] >= word["x"] + word["width"]
    assert beside or bottom <= word["y"] or box["y"] >= word["y"] + word["height"]
    corners = [(x, y) for x in (box["x"] + 4, right - 4) for y in (box["y"] + 4, bottom - 4)]
    for x, y in corners:
        on_top = f"document.elementFromPoint({x}, {y})?.closest('.explanation') !== null"
        assert page.evaluate(on_top)


@pytest.mark.parametrize("tab", ["Lab", "Samplers", "Runs"])
def test_no_explanation_is_in_a_title(page: Page, tab: str) -> None:
    page.get_by_role("radio", name="Pinwheel", exact=True).wait_for()
    page.get_by_role("button", name=tab, exact=True).click()
    if tab == "Samplers":
        expect(page.locator(".figures .term").first).to_be_visible(timeout=DEADLINE)
    assert page.locator("[title]").count() == 0


def test_figures_settings_and_methods_explain_themselves_to_the_keyboard(page: Page) -> None:
    choose(page, "Two moons", "Variational")
    expect(play(page)).to_have_accessible_name("Train it yourself: Two moons · Variational")
    play(page).click()
    badge(page, "live")
    when(page, "document.querySelectorAll('.figures .term').length > 2")
    legend = page.get_by_role("list", name="Marks on the stage")
    expect(legend.get_by_role("listitem")).to_have_text(["data", "generator"])
    words = [
        page.locator(".figures .term", has_text="effective negatives"),
        page.locator("#field-method-spread"),
        page.get_by_role("radio", name=re.compile("^Denoising")),
        page.get_by_role("button", name="chains", exact=True),
        page.locator(".badge"),
    ]
    told = [
        "equally weighted",
        "Standard deviation",
        "Vincent 2011",
        "trains without chains",
        "newest moment",
    ]
    for word, text in zip(words, told, strict=True):
        page.keyboard.press("Tab")  # from here on the focus is that of one who uses keys
        word.focus()
        expect(explanation(page)).to_contain_text(text)
        expect(word).to_have_accessible_description(re.compile(text))
        stands_free(page, word)
        page.keyboard.press("Escape")
        expect(explanation(page)).to_be_hidden()
        expect(word).to_be_focused()
    page.locator("#field-method-spread").blur()
    expect(play(page)).to_have_accessible_name("Pause")


def test_the_paper_is_reached_by_the_tab_key(page: Page) -> None:
    page.get_by_role("radio", name=re.compile("^Persistent CD")).wait_for(timeout=DEADLINE)
    word = page.get_by_role("button", name="Loss", exact=True)
    kl = page.locator("#distance + .headline .term")
    page.keyboard.press("Tab")
    kl.focus()
    expect(explanation(page)).to_contain_text("Kullback and Leibler 1951")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(explanation(page).get_by_role("link")).to_be_focused()
    page.keyboard.press("Tab")
    expect(explanation(page)).not_to_contain_text("Kullback")
    word.hover()
    expect(explanation(page)).to_contain_text("What an update descends")


def test_a_button_that_was_pressed_covers_nothing(page: Page) -> None:
    choose(page, "Pinwheel", "Denoising")
    play(page).click()
    badge(page, "live")
    when(page, "count() > 30")
    expect(explanation(page)).to_be_hidden()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_tap_explains_at_the_width_of_a_phone(
    browser: Browser, lab: Laboratory, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = admitted(context, lab).new_page()
    page.set_default_timeout(DEADLINE)
    page.goto(f"http://127.0.0.1:{lab.port}/")
    for word in [
        page.locator(".headline .term").first,
        page.get_by_role("radio", name=re.compile("^Denoising")),
        page.locator(".legend .term").first,
        page.locator("label[for=field-method-halo_share]"),
        page.get_by_role("radio", name=re.compile("^Sliced")),
    ]:
        word.tap()
        expect(explanation(page)).to_be_visible()
        stands_free(page, word)
        box = word.bounding_box()
        assert box is not None
        assert box["height"] >= 24
        page.keyboard.press("Escape")
        expect(explanation(page)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_the_big_button_tells_what_it_does_over_another_choice_and_moment(page: Page) -> None:
    choose(page, "Two moons", "Denoising")
    told = page.locator(".pressing")
    expect(told).to_have_text("Train it yourself Two moons · Denoising")
    play(page).click()
    badge(page, "live")
    expect(told).to_have_text("Pause")
    when(page, "count() > 40")
    page.get_by_role("radio", name=re.compile("^Sliced")).click()
    expect(play(page)).to_have_accessible_name("Train this instead: Sliced; the other is kept")
    page.get_by_role("radio", name=re.compile("^Denoising")).click()
    play(page).click()
    badge(page, "paused")
    slider = timeline(page)
    slider.press("Home")
    expect(play(page)).to_have_accessible_name(
        re.compile(r"^Go on: from update \d+, not from the moment shown$")
    )


def test_digits_of_a_generator_are_its_own_and_tell_what_they_are_like(page: Page) -> None:
    choose(page, "Digits", "Variational")
    play(page).click()
    badge(page, "live")
    generator = page.get_by_role("radio", name="generator", exact=True)
    expect(generator).to_have_attribute("aria-checked", "true", timeout=DEADLINE)
    tiles = page.get_by_label("Images drawn by the generator")
    tiles.hover()
    expect(page.locator(".tile-reading")).to_have_text(
        re.compile(r"sample \d+\s*E [−\d.]+\s*nearest of the data\s+a\s+\d\s*distance [\d.]+")
    )
    page.get_by_role("radio", name="chains, for looking").click()
    page.mouse.move(5, 5)
    expect(page.locator("#tile-reading")).to_contain_text("Training uses none")
