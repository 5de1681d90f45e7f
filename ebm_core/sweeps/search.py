"""Tuning by Optuna: each trial draws the fields of [random] by what earlier trials came to.

A trial is made in every cell of the grid, such as with three seeds, and is worth the median.
Trials are lines of `trials.jsonl`; what they are worth is read from the records of their runs.
"""

import dataclasses
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ebm_core.runs.problems import Problem
from ebm_core.sweeps.lines import Lines
from ebm_core.sweeps.members import Member, members
from ebm_core.sweeps.records import Records
from ebm_core.sweeps.spec import MOST, Draw, Draws, Refused, Sweep
from ebm_core.sweeps.summary import HIGH, Group, groups

if TYPE_CHECKING:
    import optuna

WITHOUT = "--search needs Optuna, which is not installed: pip install 'ebm-lab[search]'"


class Search:
    """The trials of a sweep, those of before included.

    Args:
        trials: How many, at most.
        figure: What is to be made small, or large where more of it is better.

    Raises:
        ImportError: Optuna is not installed.
        Refused: The sweep draws nothing, or beyond what fields take.
    """

    def __init__(self, sweep: Sweep, records: Records, trials: int, figure: str) -> None:
        try:
            import optuna
        except ImportError as error:
            raise ImportError(WITHOUT) from error
        if not sweep.random:
            message = "a search draws the fields of [random], and there is no such table"
            raise Refused([Problem("random", None, message, "paths with a draw")])
        if trials * sweep.cells > MOST:
            message = f"with {sweep.cells:,} runs each; give fewer"
            raise Refused([Problem("--search", trials, message, f"up to {MOST:,} runs")])
        self.sweep, self.records, self.trials, self.figure = sweep, records, trials, figure
        self.ways = {path: distribution(draw) for path, draw in sweep.drawn.items()}
        for end in (0, 1):
            self._runs({path: draw.ends[end] for path, draw in sweep.drawn.items()})
        self.lines = Lines(records.folder / "trials.jsonl")
        kept = [values for values in self.lines.read if set(values) == set(self.ways)][:trials]
        # what is known is not drawn again: the same seed would draw the same a second time
        seed = sweep.random.first + len(kept)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.study = optuna.create_study(
            sampler=optuna.samplers.TPESampler(seed=seed, constant_liar=True),
            direction="maximize" if figure in HIGH else "minimize",
        )
        self.going: dict[int, tuple[optuna.trial.Trial, list[Member]]] = {}
        """Trials whose runs have not all ended, by number."""
        self.members: list[Member] = []
        """The runs of all trials so far."""
        for values in kept:
            self.study.enqueue_trial(values)
            self._ask()

    @property
    def total(self) -> int:
        """Runs of all trials to come."""
        return self.trials * self.sweep.cells

    def missing(self) -> Iterator[Member]:
        """The runs to be made. A trial is drawn when the next run is asked for, and not before."""
        yield from self.records.missing(list(self.members))
        while len(self.study.get_trials(deepcopy=False)) < self.trials:
            self._tell()
            trial, its = self._ask()
            self.lines.add(trial.params)
            yield from self.records.missing(its)

    def _ask(self) -> "tuple[optuna.trial.Trial, list[Member]]":
        trial = self.study.ask(self.ways)
        its = self._runs(trial.params)
        self.members += its
        self.going[trial.number] = trial, its
        self._tell()
        return trial, its

    def _tell(self) -> None:
        """Tells the study of trials whose runs have all ended."""
        for number, (trial, its) in list(self.going.items()):
            if not self.records.missing(its):
                self.study.tell(trial, self._worth(self._group(its)))
                del self.going[number]

    def best(self) -> list[Group]:
        """The trials, the best first; each is one group, whatever its runs differ by."""
        trials = self.study.get_trials(deepcopy=False)
        found = [self._group(self._runs(trial.params)) for trial in trials]
        return sorted(found, key=self._worth, reverse=self.figure in HIGH)

    def _worth(self, group: Group) -> float:
        """The median, and where a failure decides it the worst: a search goes elsewhere then."""
        found = group.figures.get(self.figure)
        if found is None or found.median is None:
            return -math.inf if self.figure in HIGH else math.inf
        return found.median

    def _group(self, its: list[Member]) -> Group:
        drawn = self.sweep.drawn
        together = [
            dataclasses.replace(one, values={p: v for p, v in one.values.items() if p in drawn})
            for one in self.records.outcomes(its)
        ]
        # a field that some runs do not have is still this trial's
        whole = max((one.values for one in together), key=len)
        return groups([dataclasses.replace(one, values=whole) for one in together])[0]

    def _runs(self, values: dict[str, Any]) -> list[Member]:
        """A trial's run in every cell of the grid."""
        ways = {path: Draw(choice=(_short(value),)) for path, value in values.items()}
        drawn = self.sweep.model_copy(update={"random": Draws(count=1, fields=ways)})
        return members(drawn, self.records.points)


def distribution(draw: Draw) -> "optuna.distributions.BaseDistribution":
    """How Optuna draws a field."""
    from optuna import distributions

    if draw.choice:
        return distributions.CategoricalDistribution(draw.choice)
    if draw.integer:
        return distributions.IntDistribution(*draw.integer)
    return distributions.FloatDistribution(*draw.ends, log=draw.log is not None)


def _short(value: Any) -> Any:
    """A number with as many digits as it deserves."""
    return float(f"{value:.6g}") if isinstance(value, float) else value
