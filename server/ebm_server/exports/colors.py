"""The stage's colours, as `frontend/src/stage` has them: a test holds the two together."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

VIRIDIS = (
    "440154 470d60 48186a 482374 472d7b 453781 424086 3e4989 3b528b 375b8d 33638d 2f6b8e 2c728e "
    "297a8e 26828e 23898e 21918c 1f988b 1fa088 22a785 28ae80 32b67a 3fbc73 4ec36b 5ec962 70cf57 "
    "84d44b 98d83e addc30 c2df23 d8e219 ece51b fde725"
)
LEVELS = 1024
ENERGY_REACH = 2.5
"""Spans of energy above the lowest that the colours cover."""
SPAN = (3.0, 8.0)
"""Nats of a span, at least and at most."""

THEMES = {
    "dark": {
        "background": "#0b0d10",
        "ink": "#e8ebef",
        "plate": "#0d1218",
        "data": "#ff9d5c",
        "chains": "#0e7fb0",
        "rim": "#ffffff",
        "generator": "#e58cf5",
        "perturbed": "#ff9d5c",
    },
    "light": {
        "background": "#f4f4f1",
        "ink": "#1b1f25",
        "plate": "#fbfbf9",
        "data": "#c2500a",
        "chains": "#0e7fb0",
        "rim": "#ffffff",
        "generator": "#e58cf5",
        "perturbed": "#c2500a",
    },
}


BARE = {"light": {"generator": "#9c36b5"}}
"""Colours of marks that stand on no viridis, where they are others."""
DIVERGING = {
    "dark": "dccbff b394f5 8358d8 452c80 15191f 15472f 1f8150 4fc98a b4f5d0",
    "light": "3a1a7a 6a3fc4 9d7fdf d6c9f2 f7f7f4 bfe6cf 62b98a 1f8150 0b4a2b",
}
"""From less than the truth has to more."""
DENSITY_SPAN = 7.0
"""Nats below the peak at which a density has faded to nothing."""
CONTOUR_LEVELS = (0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Nats above the lowest energy."""


def palette(theme: str, over_viridis: bool) -> dict[str, str]:
    """The colours of what is drawn over the map, or over none."""
    return THEMES[theme] | ({} if over_viridis else BARE.get(theme, {}))


@cache
def viridis() -> NDArray[np.uint8]:
    """(LEVELS, 3) red, green and blue: dark for 0, bright yellow for 1."""
    return _table(VIRIDIS)


@cache
def difference_table(theme: str) -> NDArray[np.uint8]:
    """Colours from less than the truth has, by as much, to more."""
    return _table(DIVERGING[theme])


@cache
def density_table() -> NDArray[np.uint8]:
    """Colours by energy from the peak's up to DENSITY_SPAN above it: those of the density."""
    share = np.exp(-DENSITY_SPAN * np.arange(LEVELS) / (LEVELS - 1))
    table: NDArray[np.uint8] = viridis()[np.floor(share * (LEVELS - 1) + 0.5).astype(np.intp)]
    return table


def _table(colors: str) -> NDArray[np.uint8]:
    """(LEVELS, 3) through stops that are evenly apart."""
    stops = np.array([list(bytes.fromhex(stop)) for stop in colors.split()], dtype=np.float64)
    place = np.linspace(0, len(stops) - 1, LEVELS)
    channels = [np.interp(place, np.arange(len(stops)), stops[:, i]) for i in range(3)]
    return np.floor(np.stack(channels, 1) + 0.5).astype(np.uint8)


@cache
def energy_table() -> NDArray[np.uint8]:
    """Colours by energy from the lowest up to ENERGY_REACH spans above it: low is bright."""
    share = np.arange(LEVELS) / (LEVELS - 1)
    depth = _fade(ENERGY_REACH * share) / _fade(np.float64(ENERGY_REACH))
    table: NDArray[np.uint8] = viridis()[np.floor((1 - depth) * (LEVELS - 1) + 0.5).astype(np.intp)]
    return table


def _fade(spans: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(spans / np.hypot(1, spans))


def ranges(energy: NDArray[np.floating]) -> tuple[float, float]:
    """The lowest energy but for spikes, and the nats that most of its colours span."""
    low, high = np.quantile(energy, (0.001, 0.9))
    return float(low), float(min(max(high - low, SPAN[0]), SPAN[1]))


def through(share: NDArray[np.floating], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Shares of a table as its colours; beyond its ends the last ones."""
    found: NDArray[np.uint8] = table[(share.clip(0, 1) * (LEVELS - 1)).astype(np.intp)]
    return found
