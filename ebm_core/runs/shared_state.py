"""What a checkpoint holds of the ranks of a run: the first one's state, and where others differ."""

from typing import Any

import torch
from torch import Tensor

SAME = "same as of rank 0"
"""Stands for a part in which a rank does not differ."""


def difference(own: Any, first: Any) -> Any:
    """A rank's state, with what it shares with rank 0 left out: weights and moments, mostly."""
    if isinstance(own, dict) and isinstance(first, dict):
        return {key: difference(value, first.get(key)) for key, value in own.items()}
    return SAME if same(own, first) else own


def laid_over(first: Any, differing: Any) -> Any:
    """The inverse of `difference`."""
    if isinstance(differing, dict):
        base = first if isinstance(first, dict) else {}
        return {key: laid_over(base.get(key), value) for key, value in differing.items()}
    return first if isinstance(differing, str) and differing == SAME else differing


def same(one: Any, other: Any) -> bool:
    """Whether two leaves are the same, to the bit."""
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        alike = one.dtype == other.dtype and one.device == other.device
        return alike and torch.equal(one, other)
    return type(one) is type(other) and not isinstance(one, Tensor) and bool(one == other)
