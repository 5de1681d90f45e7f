"""One update in phases: what a method tells of it while somebody looks closely.

A method asks `observer` whether somebody does. Nobody nearly always does, and then it keeps and
computes nothing for it; else it adds phases on its way. It draws no random number for them, and
changes nothing, so an update that is looked at is the same to the bit.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from ebm_core.contracts.energy import EnergyNetwork
from ebm_core.contracts.evaluations import counted_in

FOLLOWED = 12
"""Points of a batch that are shown, and chains that are followed."""

Arrow = tuple[Float[Tensor, "_ ..."], Float[Tensor, "_ ..."]]
"""From where to where: one for each of the points, or, along bent paths, several."""


@dataclass
class Phase:
    """One thing that an update does, at some points of its own batch; in the model's units."""

    name: str
    """In a few words, such as "Start the chains"."""
    term: str
    """The part of the method's equation, or of its sampler's move, that this is: the very TeX, to
    be lit up in it; "" for none."""
    sentence: str
    """What happens, with the current numbers, in the data's units."""
    points: Mapping[str, Float[Tensor, "n ..."]] = field(default_factory=dict)
    """By what they are: "data", "chains", "rejected", "generator", "perturbed", "labelled"."""
    arrows: Mapping[str, Arrow] = field(default_factory=dict)
    """By what they are: "drift", "noise", "target", "predicted", "energy", "entropy", "pull",
    "slice", "moved"."""
    values: Mapping[str, Mapping[str, Float[Tensor, " n"]]] = field(default_factory=dict)
    """Numbers at the points of a name, by name: "before" and "after" are the energy there."""


class Phases:
    """The phases of one update, as they are added.

    Args:
        scale: What a length of 1 in the model's units is in the data's.
    """

    def __init__(self, scale: float = 1.0) -> None:
        self.found: list[Phase] = []
        self.scale = scale
        self.batch: Float[Tensor, "n ..."] = torch.empty(0)
        """The data that the update is given."""
        self.rows: Int[Tensor, " k"] = torch.arange(FOLLOWED)
        """The chains that are followed."""

    def add(
        self,
        name: str,
        term: str,
        sentence: str,
        points: Mapping[str, Tensor] | None = None,
        arrows: Mapping[str, Arrow] | None = None,
        values: Mapping[str, Mapping[str, Tensor]] | None = None,
    ) -> None:
        """One phase more; what it is given is copied, and has no graph."""
        self.found.append(
            Phase(
                name,
                term,
                sentence,
                {key: kept(found) for key, found in (points or {}).items()},
                {key: (kept(start), kept(end)) for key, (start, end) in (arrows or {}).items()},
                {
                    key: {name: kept(numbers).float() for name, numbers in of.items()}
                    for key, of in (values or {}).items()
                },
            )
        )

    def take(self, positives: Float[Tensor, "n ..."], term: str) -> None:
        """The first phase of most: the batch."""
        self.add(
            "Take data",
            term,
            f"A batch of {len(positives)} points of the data; {len(first(positives))} of them are "
            "shown.",
            {"data": first(positives)},
        )

    def follow(self, special: Tensor, count: int) -> Tensor:
        """Chooses the chains to follow of `count`: up to a third from `special` rows, then the
        first others. They keep their places."""
        some = special[: FOLLOWED // 3]
        others = torch.arange(count, device=special.device)
        others = others[~torch.isin(others, special)][: FOLLOWED - len(some)]
        rows: Tensor = torch.cat([some, others]).sort().values
        self.rows = rows
        return rows

    def rows_of(self, count: int) -> Tensor:
        """The followed of so many chains."""
        rows: Tensor = self.rows[self.rows < count]
        return rows

    def length(self, lengths: Tensor | float) -> str:
        """A mean length in the data's units, for a sentence."""
        return number(float(torch.as_tensor(lengths).detach().mean()) * self.scale)


def first(points: Shaped[Tensor, "n ..."]) -> Shaped[Tensor, "m ..."]:
    """Those of a batch that are shown: as good as any, since the batch has no order."""
    return points[:FOLLOWED]


def ends_of(count: int) -> Tensor:
    """Rows to show where the last are of another kind: the first ones, and the last two."""
    last = torch.arange(min(count, max(FOLLOWED - 2, count - 2)), count)
    return torch.cat([torch.arange(min(FOLLOWED - 2, count)), last])


def kept(values: Tensor) -> Tensor:
    """A copy without a graph."""
    return values.detach().clone()


def lengths(vectors: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
    """Of each."""
    found: Tensor = torch.linalg.vector_norm(vectors.detach().flatten(1), dim=1)
    return found


def number(value: float | Tensor) -> str:
    """Three digits, for a sentence."""
    return f"{float(value):.3g}".replace("-", "−")


def from_to(before: float | Tensor, after: float | Tensor) -> str:
    """ "from ... to ...", with as many digits as tell the two apart, of three to seven."""
    told = [(f"{float(before):.{n}g}", f"{float(after):.{n}g}") for n in range(3, 8)]
    old, new = next((pair for pair in told if pair[0] != pair[1]), told[0])
    return f"from {old} to {new}".replace("-", "−")


@torch.no_grad()
@counted_in(None)
def energies_at(energy: EnergyNetwork, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
    """E at points that are shown, which costs the run no evaluation."""
    energies: Tensor = energy(points)
    return energies


class _Current(threading.local):
    phases: Phases | None = None


_current = _Current()


@contextmanager
def observed_by(phases: Phases | None) -> Iterator[None]:
    """What this thread's methods do meanwhile is told to `phases`, where that is not None."""
    before, _current.phases = _current.phases, phases
    try:
        yield
    finally:
        _current.phases = before


def observer() -> Phases | None:
    """Who looks closely at this update; None nearly always."""
    return _current.phases
