"""What a preset is: a paper's recipe as a part of a run, for each set of images that it is for."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


class Measured(BaseModel):
    """What one run of a preset came to, with seed 0 and one thread."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    updates: int
    """Made in the preset's time, on a 2-core machine that others used beside it."""
    frechet: float
    """The figure of `ebm_core.evaluation.images`; no FID."""
    frechet_floor: float
    """That of the held-out images: what a perfect model would reach."""
    accuracy: float | None = None
    """Share of held-out images that a classifier names rightly, where it is one."""
    looks: str
    """What its samples look like: the end of a sentence."""
    of: str = ""
    """Which data, where these were not the whole set: "10,000 of the images"."""

    @property
    def sentence(self) -> str:
        """All of it in words."""
        named = f", accuracy {100 * self.accuracy:.1f} %" if self.accuracy is not None else ""
        learned = f" on {self.of}" if self.of else ""
        return (
            f"Frechet distance {self.frechet:.1f} (held-out images: {self.frechet_floor:.1f})"
            f"{named} after {self.updates:,} updates{learned}; {self.looks}."
        )


class Setup(BaseModel):
    """A recipe at the size that fits a data set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: Mapping[str, Any]
    """A part of a run: method, energy, optimization and length."""
    takes: str
    """How long it takes, and on what machine."""
    differs: tuple[str, ...] = ()
    """What is otherwise than in the paper on these data, and why: sentences."""
    measured: Measured | None = None
    not_measured: str = "not run to the end here"
    """What is said where nothing was measured."""

    @property
    def figures(self) -> str:
        """What a run came to, or why there was none: a sentence."""
        if self.measured is not None:
            return self.measured.sentence
        return self.not_measured[0].upper() + self.not_measured[1:] + "."


class Preset(BaseModel):
    """A paper's recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    paper: str
    link: str
    where: str
    """Section, table or appendix that it is taken from."""
    recipe: str
    """The paper's own settings, as it states them: a sentence."""
    differs: tuple[str, ...]
    """What is otherwise than in the paper on all data, and why: sentences."""
    reached: str = ""
    """What the paper says that it reached, and where."""
    on: Mapping[str, Setup]
    """By the kind of the data set."""

    def setup(self, kind: str) -> Setup:
        """The recipe for a data set.

        Raises:
            ValueError: It has none for these data.
        """
        if kind not in self.on:
            raise ValueError(
                f"preset {self.name!r} is a recipe for {', '.join(self.on)}, and the dataset is "
                f"{kind!r}; choose one of these, or leave the preset out"
            )
        return self.on[kind]

    def differences(self, kind: str) -> tuple[str, ...]:
        """What is otherwise than in the paper on a data set."""
        return self.differs + self.setup(kind).differs
