"""The stage's colours, as `frontend/src/stage` has them: a test holds the two together."""

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


def viridis() -> NDArray[np.uint8]:
    """(LEVELS, 3) red, green and blue: dark for 0, bright yellow for 1."""
    stops = np.array([list(bytes.fromhex(stop)) for stop in VIRIDIS.split()], dtype=np.float64)
    place = np.linspace(0, len(stops) - 1, LEVELS)
    channels = [np.interp(place, np.arange(len(stops)), stops[:, i]) for i in range(3)]
    return np.floor(np.stack(channels, 1) + 0.5).astype(np.uint8)


def energy_table() -> NDArray[np.uint8]:
    """Colours by energy from the lowest up to ENERGY_REACH spans above it: low is bright."""
    share = np.arange(LEVELS) / (LEVELS - 1)
    depth = _fade(ENERGY_REACH * share) / _fade(np.float64(ENERGY_REACH))
    table: NDArray[np.uint8] = viridis()[np.floor((1 - depth) * (LEVELS - 1) + 0.5).astype(np.intp)]
    return table


def _fade(spans: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(spans / np.hypot(1, spans))


def colored(energy: NDArray[np.floating]) -> NDArray[np.uint8]:
    """A landscape in its colours: (rows, columns, 3), in the rows' order."""
    low, high = np.quantile(energy, (0.001, 0.9))
    span = min(max(high - low, SPAN[0]), SPAN[1])
    level = np.clip((energy - low) / (ENERGY_REACH * span), 0, 1) * (LEVELS - 1)
    table: NDArray[np.uint8] = energy_table()[level.astype(np.intp)]
    return table
