"""An energy as it travels, for who computes it without Python: `ebm_core.networks.portable`."""

from typing import Literal

from ebm_server.protocol.frames import PackedArray
from ebm_server.protocol.messages import Message

Pair = tuple[float, float]


class PackedLayer(Message):
    weight: PackedArray
    """(out, in)"""
    bias: PackedArray
    """(out)"""


class PackedGroups(Message):
    """sum_k offsets_k r_k(x), with r the softmax over k of log_weights_k - |x - mean_k|_k^2 / 2."""

    offsets: list[float]
    log_weights: list[float]
    means: list[Pair]
    precisions: list[tuple[Pair, Pair]]
    """The matrices of the squared lengths."""


class PackedEnergy(Message):
    """E(p) of a run at an update, for points p of the plane in the data's units.

    1. x = matrix (p - center).
    2. a = [x, sin t, cos t] with t = x frequencies + phases; a = x where there are none.
    3. a <- f(weight a + bias) for each layer, with f the activation; the last one has no f.
    4. h, by `reading`: "height" is a itself, of one entry; "log_sum_exp" is -log sum exp a;
       "entropy" is the entropy of softmax(a).
    5. E = scale h + quadratic |x|^2 / 2 + constant + what `groups` add at x.
    """

    version: Literal[1]
    """Of this format; a reader of another one must refuse it."""
    step: int
    center: Pair
    matrix: tuple[Pair, Pair]
    frequencies: PackedArray | None
    """(2, w)"""
    phases: PackedArray | None
    """(w)"""
    activation: Literal["silu", "softplus", "tanh"]
    layers: list[PackedLayer]
    reading: Literal["height", "log_sum_exp", "entropy"]
    scale: float
    quadratic: float
    constant: float
    groups: PackedGroups | None
