"""How large an export may be, and what is said of one that would be larger."""

from collections.abc import Sequence
from typing import TypeVar

from ebm_server.exports.material import Material
from ebm_server.refusals import Refused

T = TypeVar("T")
LARGEST_HTML = 12_000_000
"""Bytes of a file that replays runs; with what is set at first it has less than 3 MB."""
LARGEST_GIF = 24_000_000
"""Bytes of a film, as far as they can be told before it is drawn."""


def refuse_larger(what: str, size: float, most: float, instead: str) -> None:
    """Refuses an export by its size in bytes.

    Raises:
        Refused: It is larger than `most`.
    """
    if size > most:
        raise Refused(
            413,
            f"{what} would have {size / 1e6:.1f} MB, and at most {most / 1e6:.0f} MB are made; "
            f"{instead}",
        )


def thinned(steps: Sequence[T], count: int) -> list[T]:
    """At most `count` of some steps, evenly by their place, the first and the last among them."""
    if len(steps) <= count:
        return list(steps)
    places = {round(i * (len(steps) - 1) / max(count - 1, 1)) for i in range(count)}
    return [steps[place] for place in sorted(places | {len(steps) - 1})][-max(count, 1) :]


def refuse_unlike(materials: Sequence[Material]) -> None:
    """Refuses to put runs beside each other that learn other data.

    Raises:
        Refused: It names the first two that differ.
    """
    first, *others = materials
    for other in others:
        if first.initial["dataset"] != other.initial["dataset"]:
            kinds = [one.initial["dataset"]["kind"] for one in (first, other)]
            how = " and ".join(kinds) if len(set(kinds)) > 1 else f"{kinds[0]}, set otherwise"
            raise Refused(
                422,
                f"runs {first.run.id} and {other.run.id} learn other data ({how}); choose runs of "
                "the same",
            )


def within(material: Material, first: int | None, last: int | None) -> list[int]:
    """The steps of a run's moments from `first` to `last`.

    Raises:
        Refused: There are none.
    """
    steps = [step for step, _ in material.frames()]
    low, high = first or 0, steps[-1] if last is None else last
    found = [step for step in steps if low <= step <= high]
    if not found:
        raise Refused(
            422,
            f"no moment of run {material.run.id} lies between updates {low} and {high}; it has "
            f"{len(steps)} from {steps[0]} to {steps[-1]}",
        )
    return found
