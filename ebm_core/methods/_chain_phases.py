"""The phases of an update by chains, but for their steps: the data, where chains start, and what is
stored."""

from jaxtyping import Float, Int
from torch import Tensor

from ebm_core.contracts.phases import Phases, first, lengths


def tell_data(
    phases: Phases, clean: Float[Tensor, "n ..."], used: Float[Tensor, "n ..."], term: str
) -> None:
    """The batch, and the noise on it, where there is some."""
    phases.take(clean, term)
    if used is clean:
        return
    way = phases.length(lengths(used - clean))
    phases.add(
        "Blur the data",
        term,
        f"Each point gets a little noise, {way} long on average.",
        {"data": first(used)},
        {"noise": (first(clean), first(used))},
    )


def tell_starts(phases: Phases, starts: Float[Tensor, "n ..."], term: str, sentence: str) -> None:
    """Chains that all start in the same way."""
    followed = first(starts)
    phases.add(
        "Start the chains",
        term,
        f"{sentence} There are {len(starts)}; {len(followed)} of them are followed.",
        {"chains": followed},
    )


def tell_buffer(
    phases: Phases,
    starts: Float[Tensor, "n ..."],
    slots: Int[Tensor, " n"],
    restarted: Int[Tensor, " r"],
    source: str,
    term: str,
) -> None:
    """Chains that go on from a buffer, but for those that start afresh from `source`."""
    rows = phases.follow(restarted, len(slots))
    afresh = (rows[:, None] == restarted).any(1)
    phases.add(
        "Start the chains",
        term,
        f"{len(slots) - len(restarted)} of {len(slots)} chains go on from their slots of the "
        f"buffer, and {len(restarted)} start afresh from {source}: {int(afresh.sum())} of the "
        f"{len(rows)} that are followed.",
        {"chains": starts[rows]},
        {},
        {"chains": {"slot": slots[rows], "afresh": afresh}},
    )


def tell_stored(
    phases: Phases, ends: Float[Tensor, "n ..."], slots: Int[Tensor, " n"], term: str
) -> None:
    """Where the chains' ends are kept for the next update."""
    rows = phases.rows
    phases.add(
        "Store the chains",
        term,
        f"The ends of all {len(ends)} chains go back to the slots of the buffer that they came "
        "from; the next update goes on from them.",
        {"chains": ends[rows]},
        {},
        {"chains": {"slot": slots[rows]}},
    )
