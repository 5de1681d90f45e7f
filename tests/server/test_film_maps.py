"""What a film shows of a moment, against energies in closed form."""

import math
from typing import get_args

import numpy as np
import pytest
from ebm_server.exports import colors
from ebm_server.exports.film import Film, drawing
from ebm_server.exports.looks import Layer
from ebm_server.exports.maps import contoured, log_partition, painted
from numpy.typing import NDArray
from PIL import Image

from ebm_core import Frame
from ebm_core.runs.frame import Landscape

REACH = 6.0
WINDOW = ((-REACH, REACH), (-REACH, REACH))
SIZE, WIDTH = 96, 240


def grid() -> NDArray[np.float32]:
    """r^2 at the centres of the cells."""
    at = (np.arange(SIZE) + 0.5) * (2 * REACH / SIZE) - REACH
    found: NDArray[np.float32] = (at[:, None] ** 2 + at[None] ** 2).astype(np.float32)
    return found


def moment(constant: float = 0.0) -> Frame:
    """The energy of a standard normal, up to a constant, with some points."""
    points = {
        "data": np.array([[-3.0, 3.0]]),
        "perturbed": np.array([[3.0, 3.0]]),
        "chains": np.array([[-3.0, -3.0]]),
        "generator": np.array([[3.0, -3.0]]),
    }
    return Frame(
        step=7,
        seconds=1.0,
        metrics={},
        landscape=Landscape((grid() / 2 + constant).astype(np.float32), WINDOW),
        arrays=points,
        window=WINDOW,
        places=frozenset(points),
    )


def normal(variance: float) -> Landscape:
    """Its density."""
    density = np.exp(-grid() / (2 * variance)) / (2 * math.pi * variance)
    return Landscape(density.astype(np.float32), WINDOW)


TRUTH = normal(1.0)


@pytest.mark.parametrize("constant", [0.0, -40.0])
def test_log_z_is_that_of_a_normal(constant: float) -> None:
    assert log_partition(moment(constant)) == pytest.approx(
        math.log(2 * math.pi) - constant, abs=1e-4
    )


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_difference_is_seen_where_there_is_none(theme: str) -> None:
    found = np.asarray(painted(moment(3.0), TRUTH, "difference", WIDTH, theme)).astype(int)
    neutral = np.array(list(bytes.fromhex(colors.DIVERGING[theme].split()[4])))
    assert np.abs(found - neutral).max() <= 6
    held = np.asarray(painted(moment(), normal(4.0), "difference", WIDTH, theme)).astype(int)
    middle = held[WIDTH // 2, WIDTH // 2]
    assert middle[1] > max(middle[0], middle[2])  # green: more than the truth has


def test_density_and_truth_are_the_same_map_of_what_is_learned_exactly() -> None:
    density = np.asarray(painted(moment(5.0), TRUTH, "density", WIDTH, "dark")).astype(int)
    truth = np.asarray(painted(moment(), TRUTH, "truth", WIDTH, "dark")).astype(int)
    assert np.abs(density - truth).max() <= 8
    with pytest.raises(ValueError, match="true density"):
        painted(moment(), None, "truth", WIDTH, "dark")


def test_contours_stand_at_their_energies() -> None:
    plain = Image.new("RGB", (WIDTH, WIDTH), "#000000")
    lines = np.asarray(contoured(plain, moment(9.0), "#ffffff", over_viridis=False)).sum(2) > 0
    row = np.flatnonzero(lines[WIDTH // 2, WIDTH // 2 :])
    radii = (row + 0.5) * (2 * REACH / WIDTH)
    wanted = [math.sqrt(2 * level) for level in colors.CONTOUR_LEVELS if 2 * level < REACH**2]
    for radius in wanted:
        assert np.abs(radii - radius).min() < 0.1
    assert len(row) <= 2 * len(wanted)


@pytest.mark.parametrize("layer", ["data", "perturbed", "chains", "generator"])
def test_a_layer_is_drawn_where_it_is_and_where_it_is_asked_for(layer: Layer) -> None:
    frame = moment()
    alone = np.asarray(drawing(frame, "", Film(WIDTH, layers=(layer,))))[:WIDTH]
    bare = np.asarray(drawing(frame, "", Film(WIDTH, layers=())))[:WIDTH]
    rows, columns = np.nonzero((alone != bare).any(2))
    x, y = frame.arrays[layer][0]
    assert len(rows) > 0
    assert np.abs((columns + 0.5) * 2 * REACH / WIDTH - REACH - x).max() < 0.3
    assert np.abs(REACH - (rows + 0.5) * 2 * REACH / WIDTH - y).max() < 0.3


def test_all_layers_are_drawn_unless_some_are_named() -> None:
    assert set(Film().layers) == set(get_args(Layer))
