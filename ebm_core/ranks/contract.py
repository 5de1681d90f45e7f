"""What one of the processes that train a run together has of the others."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor


class RankLost(Exception):
    """Another process of the run is gone, or answers no more."""


class Ranks(ABC):
    """The processes that train one run, as one of them sees them.

    Rank 0 leads: it alone evaluates, prints and saves, and orders what is done next. The others
    follow. All that is not an order is asked for by all of them, in the same order, or they wait
    for each other.
    """

    rank: int
    """This one's own."""
    size: int
    """How many there are."""

    @abstractmethod
    def device(self, kind: str) -> torch.device:
        """Where this one trains: on the CPU, or on a GPU of its own."""

    @abstractmethod
    def averaged(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """The mean of each over the ranks, the same on all of them to the bit.

        Raises:
            RankLost: One of them is gone.
        """

    @abstractmethod
    def gathered(self, values: Shaped[Tensor, "..."]) -> Shaped[Tensor, "size ..."]:
        """What each rank has, on every rank, in their order; without a graph.

        Raises:
            RankLost: One of them is gone.
        """

    @abstractmethod
    def order(self, *words: Any) -> None:
        """Tells those that follow what to do next; one that follows tells nobody.

        Raises:
            RankLost: One of them is gone.
        """

    @abstractmethod
    def ordered(self) -> tuple[Any, ...] | None:
        """What the leader orders next, as soon as it does; None where it has ended the run.

        Raises:
            RankLost: It is gone.
        """

    @abstractmethod
    def collected(self, told: Any) -> list[Any]:
        """What each rank tells, in their order, for the leader; nothing for the others.

        Raises:
            RankLost: One of them is gone.
        """

    def agree_on(self, tensors: Sequence[Tensor]) -> bool:
        """Whether they are the same on all ranks, by their sums."""
        if self.size == 1:
            return True
        with torch.no_grad():
            exact = [tensor.double() for tensor in tensors]
            sums = torch.stack([part for one in exact for part in (one.sum(), one.square().sum())])
        found = self.gathered(sums)
        return bool((found == found[0]).all())
