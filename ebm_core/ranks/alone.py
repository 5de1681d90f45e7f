"""A run of one process, which has nobody to ask."""

from collections.abc import Sequence
from typing import Any, final

import torch
from jaxtyping import Shaped
from torch import Tensor

from ebm_core.ranks.contract import Ranks


@final
class Alone(Ranks):
    """Rank 0 of 1: what it has is what all have."""

    rank = 0
    size = 1

    def device(self, kind: str) -> torch.device:
        return torch.device(kind)

    def averaged(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        return list(tensors)

    def gathered(self, values: Shaped[Tensor, "..."]) -> Shaped[Tensor, "1 ..."]:
        return values.detach()[None]

    def order(self, *words: Any) -> None:
        """There is nobody to tell."""

    def ordered(self) -> None:
        return None

    def collected(self, told: Any) -> list[Any]:
        return [told]


ALONE = Alone()
