"""Films are drawn by the server in the colours of the page's stage."""

import re

import numpy as np
from ebm_server.exports import colors

from tests.server.laboratory import ROOT

STAGE = ROOT / "frontend/src/stage"


def test_the_map_has_the_stops_and_the_reach_of_the_page() -> None:
    text = (STAGE / "colormap.ts").read_text()
    found = re.search(r'const VIRIDIS =\s+((?:"[^"]+"[\s+]*)+);', text)
    assert found
    assert "".join(re.findall(r'"([^"]+)"', found[1])) == colors.VIRIDIS
    assert f"LEVELS = {colors.LEVELS}" in text
    assert f"ENERGY_REACH = {colors.ENERGY_REACH}" in text
    modes = (STAGE / "modes.ts").read_text()
    assert f"SHALLOWEST_SPAN = {colors.SPAN[0]:g}" in modes
    assert f"ENERGY_SPAN = {colors.SPAN[1]:g}" in modes


def test_marks_have_the_colours_of_the_page() -> None:
    dark, light = (STAGE / "palette.ts").read_text().split("  light: {")[:2]
    for theme, text in (("dark", dark), ("light", light)):
        for name, of in (("background", "background"), ("data", "data"), ("chains", "chainHead")):
            assert f'{of}: "{colors.THEMES[theme][name]}"' in text


def test_low_energy_is_bright_and_the_far_field_still_differs() -> None:
    table = colors.energy_table().astype(int).sum(1)
    assert table[0] == sum(bytes.fromhex("fde725"))
    assert (np.diff(table[::64]) < 0).all()
