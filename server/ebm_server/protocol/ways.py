"""Ways of images: what is asked of chains of a run's images, and what is answered."""

from pydantic import SkipValidation, with_config
from typing_extensions import TypedDict

from ebm_server.protocol.frames import PackedArray, QuantisedArray
from ebm_server.protocol.messages import Message
from ebm_server.protocol.run_config import UNCHECKED


@with_config(UNCHECKED)
class StartImage(TypedDict, total=False):
    """Grey values, -1 black and 1 white, or a held-out image by its row; and noise on it."""

    pixels: list[float] | None
    held_out: int | None
    noise: float


@with_config(UNCHECKED)
class Way(TypedDict, total=False):
    """Where chains start, under which condition, how long. Checked by the process that makes it."""

    step: SkipValidation[int | None]
    start: SkipValidation[StartImage | None]
    to: SkipValidation[StartImage | None]
    hole: SkipValidation[list[bool] | None]
    label: SkipValidation[int | None]
    steps: SkipValidation[int | None]
    chains: SkipValidation[int]
    seed: SkipValidation[int]


class WayMade(Message):
    """A way at its start and at some moments after it. See `ebm_core.playground.way`."""

    step: int
    """The update whose energy moved the chains."""
    description: str
    at: PackedArray
    """(kept,): chain steps until then; of a line its share."""
    images: QuantisedArray
    """(kept, chains, channels, height, width)."""
    energies: PackedArray
    """(kept, chains): E(x), or E(x, y) of a class."""
    ends: dict[str, PackedArray]
    """Of the training images nearest to the ends, named as in frames: `tile_nearest`,
    `tile_distances` and `tile_classes`; `class_shares` (chains, classes) is p(y | x) of the ends,
    where the energy knows classes."""
    seconds: float
