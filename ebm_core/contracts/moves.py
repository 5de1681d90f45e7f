"""One step of chains, taken apart for who looks closely: drift, noise, and what was accepted."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from jaxtyping import Bool, Float
from torch import Tensor


class Move(NamedTuple):
    """One step of every chain: start + drift + noise = proposal, which is where the chain then is,
    unless it was not accepted."""

    start: Float[Tensor, "n ..."]
    proposal: Float[Tensor, "n ..."]
    drift: Float[Tensor, "n ..."] | None
    """What the energy does; None where a proposal does not know it."""
    accepted: Bool[Tensor, " n"] | None
    """None where nothing is ever rejected."""
    drift_term: str
    """The part of the sampler's move, in TeX, that the drift is."""
    noise_term: str
    test_term: str = r"\text{ or stay}"
    path: Float[Tensor, "s n ..."] | None = None
    """Where each chain is on its way from start to proposal, both included, where that is no
    straight line: there is then no drift."""
    push: Float[Tensor, "n ..."] | None = None
    """Where the first step of a path would lead without the energy, less the start."""

    @property
    def way(self) -> Float[Tensor, "n ..."]:
        """Where drift alone leads."""
        return self.start if self.drift is None else self.start + self.drift

    @property
    def end(self) -> Float[Tensor, "n ..."]:
        """Where the chains are afterwards."""
        if self.accepted is None:
            return self.proposal
        mask = self.accepted.view(-1, *[1] * (self.start.dim() - 1))
        return self.proposal.where(mask, self.start)

    def of(self, rows: Tensor) -> "Move":
        """That of some chains, whose tensors nobody changes later."""
        drift = None if self.drift is None else self.drift[rows]
        accepted = None if self.accepted is None else self.accepted[rows]
        return self._replace(
            start=self.start[rows],
            proposal=self.proposal[rows],
            drift=drift,
            accepted=accepted,
            path=None if self.path is None else self.path[:, rows],
            push=None if self.push is None else self.push[rows],
        )


Listener = Callable[[Move], None]


class _Current(threading.local):
    listener: Listener | None = None


_current = _Current()


@contextmanager
def moves_told_to(listener: Listener | None) -> Iterator[None]:
    """Every step that samplers make meanwhile in this thread is told, where there is a listener."""
    before, _current.listener = _current.listener, listener
    try:
        yield
    finally:
        _current.listener = before


def listener() -> Listener | None:
    """Who is told of moves; a sampler that finds none takes nothing apart."""
    return _current.listener
