"""The steps of an update's chains as phases: drift, noise, and what was accepted."""

from typing import final

from torch import Tensor

from ebm_core.contracts.moves import Move
from ebm_core.contracts.phases import Phases, lengths

APART = 2
"""First steps whose drift, noise and test are a phase each; of a later one they are one phase."""


@final
class StepsInPhases:
    """Listens to one run of chains.

    Args:
        steps: How many there will be.
        made: How many there were.
        apart: Until which step the parts are phases of their own.
    """

    def __init__(self, phases: Phases, steps: int, made: int = 0, apart: int = APART) -> None:
        self.phases = phases
        self.steps = steps
        self.made = made
        self.apart = apart

    def __call__(self, move: Move) -> None:
        """Adds the phases of one step."""
        self.made += 1
        followed = move.of(self.phases.rows_of(len(move.start)))
        if self.made <= self.apart:
            if followed.path is None:
                self.drift(followed)
                self.noise(followed)
            else:
                self.push(followed)
                self.path(followed, len(followed.path) - 1)
            if followed.accepted is not None:
                self.test(move, followed)
        else:
            self.whole(move, followed)

    def name(self, part: str) -> str:
        """Which step it is, and what of it."""
        return f"Step {self.made} of {self.steps}: {part}"

    def drift(self, move: Move) -> None:
        """What the energy does, where the sampler knows it."""
        if move.drift is None:
            return
        self.phases.add(
            self.name("drift"),
            move.drift_term,
            "The energy's slope moves each chain by "
            f"{self.phases.length(lengths(move.drift))} on average.",
            {"chains": move.start},
            {"drift": (move.start, move.way)},
        )

    def noise(self, move: Move) -> None:
        """What chance does."""
        way = self.phases.length(lengths(move.proposal - move.way))
        rest = (
            "To there it is only proposed."
            if move.accepted is not None
            else "That is where the chains are now."
        )
        self.phases.add(
            self.name("noise"),
            move.noise_term,
            f"Noise moves each by {way} on average. {rest}",
            {"chains": move.start if move.accepted is not None else move.end},
            self.arrows(move),
        )

    def push(self, move: Move) -> None:
        """The momenta that chance gives the chains."""
        assert move.push is not None
        self.phases.add(
            self.name("momentum"),
            "",
            "Each chain is given a momentum by chance: without the energy, one leapfrog step would "
            f"carry it {self.phases.length(lengths(move.push))} on average.",
            {"chains": move.start},
            {"noise": (move.start, move.start + move.push)},
        )

    def path(self, move: Move, steps: int) -> None:
        """The way that the energy bends."""
        straight = self.phases.length(lengths(move.proposal - move.start))
        self.phases.add(
            self.name("path"),
            move.noise_term,
            f"{steps} leapfrog steps follow the momentum, which the energy's slope bends: the "
            f"chains come {straight} far on average. To there it is only proposed.",
            {"chains": move.start},
            self.arrows(move),
        )

    def test(self, whole: Move, move: Move) -> None:
        """Which proposals are accepted."""
        assert move.accepted is not None
        assert whole.accepted is not None
        self.phases.add(
            self.name("accept or stay"),
            move.test_term,
            f"{self.accepted(whole, move)} What is rejected stays where it was.",
            {"chains": move.end, "rejected": move.proposal[~move.accepted]},
            {"moved": (move.start, move.end)},
            {"chains": {"accepted": move.accepted}},
        )

    def whole(self, all_chains: Move, move: Move) -> None:
        """All of a later step."""
        if move.accepted is None:
            way = self.phases.length(lengths(move.end - move.start))
            sentence, rejected, values = f"Each chain moves by {way} on average.", {}, {}
        else:
            sentence = self.accepted(all_chains, move)
            rejected = {"rejected": move.proposal[~move.accepted]}
            values = {"chains": {"accepted": move.accepted}}
        self.phases.add(
            f"Step {self.made} of {self.steps}",
            move.noise_term,
            sentence,
            {"chains": move.end, **rejected},
            self.arrows(move),
            values,
        )

    def arrows(self, move: Move) -> dict[str, tuple[Tensor, Tensor]]:
        """Drift, where there is one, and noise, one after the other; or all of a path."""
        if move.path is not None and move.start.dim() == 2:
            return {"drift": (move.path[:-1].flatten(0, 1), move.path[1:].flatten(0, 1))}
        drift = {} if move.drift is None else {"drift": (move.start, move.way)}
        return {**drift, "noise": (move.way, move.proposal)}

    @staticmethod
    def accepted(whole: Move, move: Move) -> str:
        """How many proposals were accepted, in a sentence."""
        assert move.accepted is not None
        assert whole.accepted is not None
        share = 100 * float(whole.accepted.float().mean())
        return (
            f"{int(move.accepted.sum())} of the {len(move.accepted)} proposals shown are accepted, "
            f"{share:.0f} % of all {len(whole.accepted)}."
        )
