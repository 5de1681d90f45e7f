"""One run in memory, update by update."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, Task
from ebm_core.contracts.evaluations import Evaluations, counted_in
from ebm_core.contracts.phases import Phases, observed_by
from ebm_core.optimization import Schedule
from ebm_core.randomness.streams import stream, stream_seed
from ebm_core.ranks import ALONE, Ranks
from ebm_core.runs import agreement, checkpoint
from ebm_core.runs.assessment import Assessment
from ebm_core.runs.at_hand import on_device_at_hand
from ebm_core.runs.changes import (
    Change,
    at_the_start,
    changed_in_words,
    metrics_in_data_units,
    plugins_changed,
    refuse_unknown_length,
    value_at,
    value_at_or_none,
)
from ebm_core.runs.config import PLUGINS, RunConfig, arrays_of, saved, written
from ebm_core.runs.display import Showing
from ebm_core.runs.divergence import refuse_divergence
from ebm_core.runs.division import batch_share, share_of
from ebm_core.runs.frame import Frame
from ebm_core.runs.frame_to_come import FrameToCome
from ebm_core.runs.metrics import numbers
from ebm_core.runs.shown_energy import ShownEnergy
from ebm_core.runs.time_budget import TimeBudget
from ebm_core.runs.trained import TrainedEnergy


class Training:
    """A run: its config, its seed and its events decide the weights, bit for bit on one machine.

    Args:
        config: The run.
        events: Changes recorded earlier, applied again at their steps; a time budget then follows
            them and measures nothing.
        ranks: The processes that train it, as many as it is of; each makes a training of its own.
            Where this is another number, it can be looked at, and not be trained.

    Raises:
        ValueError: The parts of the config do not fit together.
        RankLost: Another process of the run is gone; so in all that orders or asks the others.
    """

    def __init__(
        self, config: RunConfig, events: Sequence[Change] = (), ranks: Ranks = ALONE
    ) -> None:
        self.config = config
        self.dataset = config.dataset
        self.ranks = ranks
        self.others: dict[str, Any] = {}
        """States of further ranks, as the checkpoint has them that was opened."""
        self.device = ranks.device(config.device)
        self.replayed = sorted(events, key=lambda change: change.step)
        measures = config.seconds is not None and not events and ranks.rank == 0
        self.budget = TimeBudget(measures)
        self.events: list[Change] = []
        self.plugin_changes: list[str] = []
        """What has changed about the run's plug-ins since its checkpoint was written."""
        self.metrics: dict[str, float] = {}
        self.seconds = 0.0
        self.evaluations = Evaluations()
        """Of the energy, in all updates so far."""
        self.schedule = Schedule(config.optimization, horizon=config.updates, ranks=ranks)
        self.data_generator = stream(config.seed, "data", rank=ranks.rank)
        self.generator = stream(config.seed, "training", self.device, ranks.rank)
        with torch.random.fork_rng(devices=[self.device] if config.device == "cuda" else []):
            # network initialisation takes no generator
            torch.manual_seed(stream_seed(config.seed, "weights"))
            self.energy = config.method.network(config.energy, self.dataset.shape).to(self.device)
            config.method.refuse(self.dataset.classes, self.energy)
            self.learner = share_of(config.method, config.processes).learner(
                Task(
                    self.dataset.shape,
                    self.energy,
                    self.sample_data,
                    self.sample_noise,
                    self.schedule,
                    self.generator,
                    self.device,
                    self.dataset.classes,
                    self.sample_labelled,
                    self.held_out_labelled,
                    groups.to(self.device) if (groups := self.dataset.groups) else None,
                    lambda: self.shown.average.network,
                )
            )
        self.dataset.sample(1, torch.Generator())  # what it reads once, the clock must not count
        self.shown = ShownEnergy(self.energy, config, self.device)
        self._evaluation: dict[bool, Assessment] = {}
        ranks.order("begin", config.model_dump(), [change.model_dump() for change in events])
        self._replay()

    @property
    def step(self) -> int:
        """Updates made so far."""
        return self.schedule.step

    @property
    def horizon(self) -> int | None:
        """Updates in the whole run; None while a time budget's speed is not known yet."""
        return self.schedule.horizon

    @property
    def finished(self) -> bool:
        """Whether the run has reached its length."""
        return self.horizon is not None and self.step >= self.horizon

    @property
    def network(self) -> EnergyNetwork:
        """The energy that is shown and evaluated: averaged weights, of now or the best moment."""
        return self.shown.network(self.config.method, self.finished)

    def sample_data(self, count: int) -> Tensor:
        """Fresh training points in the model's coordinates."""
        return self.sample_labelled(count)[0]

    def sample_labelled(self, count: int) -> tuple[Tensor, Tensor]:
        """Fresh training points in the model's coordinates, and their classes."""
        noise = self.config.method.smoothing
        points, labels = self.dataset.sample_under(noise, count, self.data_generator)
        return self.dataset.to_model(points).to(self.device), labels.to(self.device)

    def held_out_labelled(self, count: int) -> tuple[Tensor, Tensor]:
        """At most so many points in the model's coordinates that training never sees, and their
        classes."""
        points, labels = self.dataset.held_out_labelled(count, self.data_generator)
        return self.dataset.to_model(points).to(self.device), labels.to(self.device)

    def sample_noise(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """Points that know nothing of the data, for training; or with another generator."""
        return self.dataset.starts(count, generator or self.generator)

    def update(self, phases: Phases | None = None) -> dict[str, float]:
        """One update; returns its metrics.

        Args:
            phases: Is told what the update does, which changes nothing of it.

        Raises:
            BadMetrics: A ValueError: the method tells of itself what are no numbers.
            TrainingDiverged: Something is not finite or has run away. The averaged weights, which
                frames show and checkpoints keep, are those of the last good update.
            ValueError: It is of another number of processes than there are.
        """
        agreement.refuse_other_number(self.config, self.ranks)
        self.ranks.order("update")
        with self._timed():
            size = batch_share(self.config.optimization, self.config.processes)
            positives = self.sample_data(size)
            if phases:
                phases.batch = positives
            with counted_in(self.evaluations), observed_by(phases):
                told = numbers(self.learner, self.learner.update(positives))
            told, made = agreement.agreed(self.ranks, self.learner, told, self.evaluations)
            self.metrics["learning_rate"] = self.schedule.learning_rate
            self.metrics.update(metrics_in_data_units(self.config, told))
            self.metrics["gradient_evaluations"] = float(made.gradients)
            self.metrics["value_evaluations"] = float(made.values)
            refuse_divergence(self.metrics, self.step, self.config.method, self.dataset)
            self.shown.update(self.energy, self.step)
            if self.config.method.smoothing:
                self.metrics["smoothing"] = self.config.method.smoothing * self.config.scale
            self.schedule.step += 1
        length = self.budget.length(self.config.seconds, self.seconds, self.step, self.horizon)
        if length is not None:
            self._change("updates", length)
            self.ranks.order("lengthen", length)
        self._replay()
        if self.ranks.rank == 0 and self.shown.is_due(self.step, self.finished):
            self._judge()
        return self.metrics

    def _judge(self) -> None:
        assessment = self._assessment(thorough=False)
        with self._timed():
            kept = self.shown.judge(self.step, self.finished, self.config.method, assessment)
        self.metrics["kept_update"] = kept

    def _replay(self) -> None:
        """Makes the recorded changes that are due."""
        while self.replayed and self.replayed[0].step <= self.step:
            change = self.replayed.pop(0)
            if change.path != PLUGINS:
                self._change(change.path, change.value)
                self._settle(change.path)

    def change(self, path: str, value: Any) -> Change:
        """Sets a live field before the next update and records it.

        Raises:
            ValueError: There is no such field, it is not live, or the value is out of bounds.
        """
        made = self._change(path, value)
        self._settle(path)
        self.ranks.order("change", path, value)
        return made

    def _settle(self, path: str) -> None:
        if path == "updates":
            self.budget.settle()

    def lengthen(self, updates: int) -> None:
        """Takes over the length that the leading process came to by the speed it measured."""
        self._change("updates", updates)

    def _change(self, path: str, value: Any) -> Change:
        lengthened = path == "updates"
        # a length in updates stands beside a time budget, and leaves the config as it is
        whole = self.config.model_copy(update={"seconds": None}) if lengthened else self.config
        config = changed_in_words(whole, path, value)
        previous = self.horizon if lengthened else value_at_or_none(self.config, path)
        taken = value_at(config, path)
        change = Change(step=self.step, path=path, value=taken, previous=previous)
        if lengthened:
            self.schedule.horizon = config.updates
        else:
            self.config = config
            if path == "seconds":
                self.budget.calibrated = 0
            self.learner.reconfigure(share_of(self.config.method, self.config.processes))
            self.schedule.options = self.config.optimization
        self.events.append(change)
        return change

    def frame(self, landscape: bool = True, series: bool = True) -> Frame:
        """What to show now. Moves the displayed chains; never touches what training depends on."""
        with self._timed():
            shown = self._showing.draw(
                self.network, self.config, self.learner.picture(), landscape, series
            )
        return Frame(self.step, self.seconds, dict(self.metrics), *shown)

    def frame_to_come(self, landscape: bool = True) -> FrameToCome | None:
        """The frame of now, whose energies are computed while training goes on.

        None where there is no compiled code for the energy.
        """
        with self._timed():
            now, picture = (self.step, self.seconds, dict(self.metrics)), self.learner.picture()
            return FrameToCome.begin(
                now, self._showing, self.network, self.config, picture, landscape=landscape
            )

    @cached_property
    def _showing(self) -> Showing:
        return Showing(self.config, self.device)

    def evaluate(self, thorough: bool = False) -> dict[str, float]:
        """Exact figures of the averaged weights, also kept in `metrics`."""
        assessment = self._assessment(thorough)
        with self._timed():
            figures = assessment(self.network, self.config.method, self.learner)
            if thorough:
                figures |= {name: float(value) for name, value in self.learner.figures().items()}
            figures |= self._sizes
            self.metrics.update(figures)
        return figures

    @cached_property
    def _sizes(self) -> dict[str, float]:
        """How many weights are learned: those of the energy, and those of what learns beside it."""
        own = {id(weights) for weights in self.energy.parameters()}
        counts = self.schedule.learned
        energy = sum(weights for tensor, weights in counts.items() if tensor in own)
        return {
            "energy_parameters": float(energy),
            "other_parameters": float(sum(counts.values()) - energy),
        }

    def _assessment(self, thorough: bool) -> Assessment:
        if thorough not in self._evaluation:
            self._evaluation[thorough] = Assessment(self.config, thorough)
        self._evaluation[thorough].prepare(self.config.method.smoothing)
        return self._evaluation[thorough]

    @contextmanager
    def _timed(self) -> Iterator[None]:
        clock = time.thread_time if self.device.type == "cpu" else time.perf_counter
        start = clock()
        try:
            yield
        finally:
            self.seconds += clock() - start

    def trained(self) -> TrainedEnergy:
        """The energy as it is shown now; it stays so, and can be saved, while training goes on.

        Only the method's own samples, where it has some, are those of the training as it goes on.
        """
        state = checkpoint.copied(self.state())
        learner = self.learner
        return TrainedEnergy(self.config, self.network, learner, learner.tuning, state)

    def save(self, directory: Path) -> None:
        """Writes a checkpoint from which `resume` goes on bit for bit, and the data's own points
        beside it, once."""
        checkpoint.save(directory, {"config": written(self.config, directory), **self.state()})

    def state(self) -> dict[str, Any]:
        """All that decides how it goes on, beside the config; of every rank, where it leads."""
        self.ranks.order("state")
        own = self._own_state()
        others = agreement.states(self.ranks, own, self.energy) or self.others
        return own | ({"ranks": others} if others else {})

    def _own_state(self) -> dict[str, Any]:
        return {
            "events": [change.model_dump(mode="json") for change in self.events],
            "replayed": [change.model_dump(mode="json") for change in self.replayed],
            "measures_speed": self.budget.measures,
            "calibrated": self.budget.calibrated,
            "seconds": self.seconds,
            "step": self.step,
            "horizon": self.horizon,
            "metrics": self.metrics,
            "evaluations": vars(self.evaluations),
            "energy": self.energy.state_dict(),
            **self.shown.state(self.config.method),
            "learner": self.learner.state(),
            "data_generator": self.data_generator.get_state(),
            "generator": self.generator.get_state(),
        }

    @classmethod
    def resume(cls, directory: Path, anywhere: bool = False, ranks: Ranks = ALONE) -> Self:
        """The run whose checkpoint is in `directory`.

        Args:
            anywhere: On the CPU, with a warning, where its device is not there. It then goes on
                with other random numbers.

        Raises:
            FileNotFoundError: There is none.
            PlugInMissing: A ValueError: it uses a plug-in from outside that is not loaded.
            ValueError: It is damaged.
        """
        state = checkpoint.load(directory)
        config, plugin_changes = saved(state["config"], arrays_of(directory))
        training = cls.restored(on_device_at_hand(config) if anywhere else config, state, ranks)
        training.plugin_changes = plugin_changes
        training.events += plugins_changed(training.step, state["config"], config)
        return training

    @classmethod
    def repeated(cls, directory: Path, ranks: Ranks = ALONE) -> Self:
        """The run whose checkpoint is in `directory` from its start, to be made again bit for bit
        with the changes and the length that are recorded.

        Raises:
            FileNotFoundError, PlugInMissing, ValueError: As in `resume`.
            ValueError: It is a run by time that was stopped before its speed was measured.
        """
        state = checkpoint.load(directory)
        config, plugin_changes = saved(state["config"], arrays_of(directory))
        made = [Change.model_validate(change) for change in state["events"]]
        due = [Change.model_validate(change) for change in state["replayed"]]
        refuse_unknown_length(config.seconds, [*made, *due])
        training = cls(at_the_start(config, made), [*made, *due], ranks)
        training.plugin_changes = plugin_changes
        return training

    @classmethod
    def restored(cls, config: RunConfig, state: dict[str, Any], ranks: Ranks = ALONE) -> Self:
        """The run whose `state` it is."""
        training = cls(config, ranks=ranks)
        training.restore(state)
        return training

    def restore(self, state: dict[str, Any]) -> None:
        """Goes back, or on, to where a run of this config was when `state` told it."""
        whole, self.others = state, state.get("ranks", {})
        state = agreement.state_of(self.ranks.rank, state)
        self.events = [Change.model_validate(change) for change in state["events"]]
        self.replayed = [Change.model_validate(change) for change in state["replayed"]]
        measures = state["measures_speed"] and self.ranks.rank == 0
        self.budget = TimeBudget(measures, state["calibrated"])
        self.seconds = state["seconds"]
        self.schedule.step = state["step"]
        self.schedule.horizon = state["horizon"]
        self.metrics = state["metrics"]
        self.evaluations = Evaluations(**state.get("evaluations", {}))  # earlier ones have none
        self.energy.load_state_dict(state["energy"])
        self.shown.load_state(state, self.config.method)
        self.learner.load_state(checkpoint.on_device(state["learner"], self.device))
        self.data_generator.set_state(state["data_generator"])
        # on another device than it was saved on, a generator has another state
        if len(state["generator"]) == len(self.generator.get_state()):
            self.generator.set_state(state["generator"])
        self.ranks.order("restore", whole)
