"""What has become of a sweep's runs, on disk: a line for each run that has ended.

A sweep's folder holds `records.jsonl`, `points/`, and each run's checkpoint in `runs/<key>/`, as
`ebm train` would leave it. What is missing is what no line tells of; it is stored nowhere.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

from ebm_core.sweeps.lines import Lines
from ebm_core.sweeps.members import Member
from ebm_core.sweeps.summary import Outcome


class Records:
    """The records of a sweep's folder, which has one writer at a time.

    Raises:
        ValueError: The file holds something else.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines = Lines(folder / "records.jsonl")
        try:
            found = [Outcome(**line) for line in self.lines.read]
        except TypeError as error:
            raise ValueError(
                f"{self.lines.path} holds something else than runs of a sweep ({error}); give "
                "another folder"
            ) from error
        self.ended = {outcome.key: outcome for outcome in found}

    @property
    def points(self) -> Path:
        """Where the points are that configs refer to."""
        return self.folder / "points"

    def directory(self, key: str) -> Path:
        """Where the checkpoint of a run is."""
        return self.folder / "runs" / key

    def add(self, outcome: Outcome) -> None:
        """Records an end."""
        self.lines.add(dataclasses.asdict(outcome))
        self.ended[outcome.key] = outcome

    def missing(self, members: Iterable[Member]) -> list[Member]:
        """The runs that have not ended."""
        return [member for member in members if member.key not in self.ended]

    def outcomes(self, members: Sequence[Member]) -> list[Outcome]:
        """What has become of each run, with the values that the sweep has of it now."""
        waiting = [Outcome(m.key, m.values, "missing") for m in members]
        return [
            dataclasses.replace(self.ended.get(one.key, one), values=one.values) for one in waiting
        ]
