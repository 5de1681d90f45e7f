"""How much of a change of its images a classifier withstands: what is answered."""

from ebm_server.protocol.messages import Message


class ByNorm(Message):
    """Numbers for the radii of an attack, by what the radius bounds."""

    linf: list[float]
    """The change of each grey value."""
    l2: list[float]
    """The length of the change."""


class Robustness(Message):
    """A classifier beside a plain one, under attack. See `ebm_core.playground.robustness`."""

    step: int
    """The update whose weights were attacked: those that were saved last."""
    images: int
    """Held-out images that were attacked, as many as time allowed."""
    radii: ByNorm
    """Of the attacks, where black and white are 1 apart."""
    accuracies: dict[str, ByNorm]
    """Shares that are told right, by classifier: `joint`, and `softmax`, the plain one."""
    seconds: float
