"""Films are drawn by the server in the colours of the page's stage."""

import re

import numpy as np
from ebm_server.exports import colors, film
from ebm_server.exports.limits import LARGEST_GIF

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


def test_differences_densities_and_contours_are_those_of_the_page() -> None:
    text = (STAGE / "colormap.ts").read_text()
    for theme, stops in colors.DIVERGING.items():
        assert f'{theme}: "{stops}"' in text
    assert f"DENSITY_SPAN = {colors.DENSITY_SPAN:g};" in text
    levels = ", ".join(f"{level:g}" for level in colors.CONTOUR_LEVELS)
    assert f"CONTOUR_LEVELS = [{levels}]" in (STAGE / "layers.ts").read_text()
    light = (STAGE / "palette.ts").read_text().split("  light: {")[1]
    assert f'generator: "{colors.BARE["light"]["generator"]}"' in light


def test_the_page_asks_for_no_larger_film_than_is_made() -> None:
    text = (ROOT / "frontend/src/export/Replays.tsx").read_text()
    assert f"LARGEST_GIF = {LARGEST_GIF:_};" in text
    assert f"BYTES_A_PIXEL = {film.BYTES_A_PIXEL};" in text
    assert f"[GAP, CAPTION] = [{film.GAP}, {film.CAPTION}]" in text
