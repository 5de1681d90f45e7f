"""Figures for notebooks show what they are given."""

import numpy as np
import pytest
import torch

from ebm_core import Frame, Landscape
from ebm_core.runs import figures


def test_a_landscape_is_drawn_where_it_lies() -> None:
    figure = figures.landscape(lambda x: (x - torch.tensor([1.0, -2.0])).square().sum(1), size=64)
    heat = figure.data[0]
    row, column = np.unravel_index(np.asarray(heat.z).argmin(), (64, 64))
    assert (heat.x[column], heat.y[row]) == pytest.approx((1, -2), abs=0.08)


def test_a_frame_is_drawn_with_its_points() -> None:
    points = np.array([[1.0, 2.0]], dtype=np.float32)
    flat = Landscape(np.zeros((4, 4), dtype=np.float32), ((-4.5, 4.5), (-4.5, 4.5)))
    figure = figures.of_frame(Frame(7, 0.1, {}, flat, {"chains": points}))
    assert figure.data[1].name == "chains"
    assert (figure.data[1].x[0], figure.data[1].y[0]) == (1, 2)
    with pytest.raises(ValueError, match="no landscape"):
        figures.of_frame(Frame(7, 0.1, {}))


def test_a_history_leaves_out_what_was_not_measured() -> None:
    frames = [Frame(1, 0.1, {}), Frame(2, 0.2, {"kl": 0.5}), Frame(3, 0.3, {"kl": 0.25})]
    (line,) = figures.history(frames).data
    assert (list(line.x), list(line.y)) == ([2, 3], [0.5, 0.25])
