"""What every state of the page must hold: the rules of axe, and room for a finger."""

from typing import Any

from playwright.sync_api import Page

from tests.server.laboratory import ROOT

AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
FIND = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}"""
LEAST = 24
"""CSS pixels a target is wide and high at least (WCAG 2.2, 2.5.8)."""

MEASURE = """(least) => {
    const pressed = "button, a[href], input, select, summary, [role=slider], [tabindex='0']";
    const shown = (one) => one.checkVisibility({ visibilityProperty: true })
        && !one.disabled && !one.matches(".skip-link");
    return [...document.querySelectorAll(pressed)].filter(shown).flatMap((one) => {
        const { width, height } = one.getBoundingClientRect();
        const name = one.getAttribute("aria-label") || one.id || one.textContent;
        return width >= least && height >= least ? [] : [`${name}: ${width} x ${height}`];
    });
}"""


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: Any = page.evaluate(FIND)
    return list(found)


def narrow_targets(page: Page) -> list[str]:
    """Controls that are shown and smaller than a finger needs."""
    found: Any = page.evaluate(MEASURE, LEAST)
    return list(found)
