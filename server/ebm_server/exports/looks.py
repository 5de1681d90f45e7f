"""The choices of a film, for the command line and the server, which name them before they draw."""

from typing import Literal, get_args

Show = Literal["energy", "density", "truth", "difference"]
"""What a map of the plane shows."""
Layer = Literal["energy", "contours", "data", "perturbed", "chains", "generator"]
"""What a film can show; `energy` is the map itself, in whichever colours."""
LAYERS: tuple[Layer, ...] = get_args(Layer)
Clock = Literal["updates", "seconds", "evaluations"]
"""On which several runs stand."""
Theme = Literal["dark", "light"]
