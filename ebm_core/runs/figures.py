"""Plotly figures of energies and runs, for notebooks and reports."""

from collections.abc import Callable, Iterable

import numpy as np
import plotly.graph_objects as go
import torch
from torch import Tensor

from ebm_core.contracts.dataset import Window
from ebm_core.runs.display import SIZE, as_array, cell_centres
from ebm_core.runs.frame import Frame, Landscape

DATA, CHAINS, GENERATOR = "#ff9d5c", "#0b6fa4", "#e58cf5"


def landscape(
    energy: Callable[[Tensor], Tensor], extent: float | Window = 4.5, size: int = SIZE
) -> go.Figure:
    """The energy of points of the plane as a heat map; bright is low.

    Args:
        extent: [-extent, extent]^2 is shown, or the window ((x, x), (y, y)).
    """
    window = ((-extent, extent),) * 2 if isinstance(extent, int | float) else extent
    with torch.no_grad():
        grid = energy(cell_centres(window, size).float()).view(size, size)
    return heat_map(Landscape(as_array(grid), window))


def of_frame(frame: Frame) -> go.Figure:
    """A frame's landscape with its data, chains and generator samples.

    Raises:
        ValueError: The frame has no landscape: its points are images, or it was made without.
    """
    if frame.landscape is None:
        raise ValueError(f"the frame of update {frame.step} has no landscape to draw")
    figure = heat_map(frame.landscape)
    for name, colour in (("data", DATA), ("chains", CHAINS), ("generator", GENERATOR)):
        if name in frame.arrays:
            x, y = frame.arrays[name].T
            marker = {"color": colour, "size": 4}
            figure.add_scatter(x=x, y=y, mode="markers", name=name, marker=marker)
    figure.update_layout(title=f"update {frame.step:,}")
    return figure


def heat_map(values: Landscape) -> go.Figure:
    """A landscape above its minimum, cut where no mass is left."""
    height = values.values - values.values.min()
    size = len(height)
    share = (np.arange(size) + 0.5) / size
    x, y = (low + share * (high - low) for low, high in values.window)
    heat = go.Heatmap(
        x=x,
        y=y,
        z=height,
        zmin=0,
        zmax=10,
        colorscale="Viridis",
        reversescale=True,
        colorbar={"title": "E - min, nats"},
    )
    figure = go.Figure(heat)
    figure.update_xaxes(constrain="domain", title="x")
    figure.update_yaxes(scaleanchor="x", title="y")
    return figure


def history(frames: Iterable[Frame], *names: str) -> go.Figure:
    """Metrics of a run over its updates; `kl` on a logarithmic axis where no other is named."""
    wanted = names or ("kl",)
    moments = list(frames)
    figure = go.Figure()
    for name in wanted:
        known = [frame for frame in moments if name in frame.metrics]
        figure.add_scatter(
            x=[frame.step for frame in known],
            y=[frame.metrics[name] for frame in known],
            name=name,
        )
    figure.update_xaxes(title="update")
    figure.update_yaxes(type="linear" if names else "log", title=", ".join(wanted))
    return figure
