"""One run in a worker: update after update, obeying commands and recording what happens between."""

import logging
import time
from pathlib import Path
from queue import Empty
from typing import Literal

from ebm_core import Change, Training
from ebm_core.runs import snapshots
from ebm_core.runs.config import saved
from ebm_server.configs import with_changes
from ebm_server.protocol.messages import Problem
from ebm_server.protocol.worker_messages import (
    Assign,
    Begun,
    ChangeItem,
    Command,
    Dismiss,
    Done,
    MetricsItem,
    StateItem,
)
from ebm_server.refusals import Invalid
from ebm_server.worker.pacing import Rows
from ebm_server.worker.publishing import Publisher
from ebm_server.worker.server_connection import Link

log = logging.getLogger(__name__)
CHECKPOINT_SECONDS = 5.0
FIRST_CHECKPOINT_SECONDS = 1.0
ORPHAN_SECONDS = 600.0
"""A paused run whose server is gone for this long is saved and stopped."""
STEP_ANSWER_SECONDS = 1.0

State = Literal["running", "paused", "finished", "stopped", "failed"]


class Walk:
    """A run and what it is told to do."""

    def __init__(self, given: Assign, link: Link) -> None:
        self.given = given
        self.link = link
        self.directory = Path(given.directory)
        self.training = self._training()
        self.publisher = Publisher(self.training, given.run, link, self.directory)
        self.rows = Rows()
        self.paused = False
        self.speed = given.speed
        self.steps_left = 0
        self.steps_asked: list[tuple[float, Command]] = []
        self.stop: Command | None = None
        self.next_update = 0.0
        self.next_checkpoint = time.monotonic() + FIRST_CHECKPOINT_SECONDS
        self.told = len(self.training.events)
        """Changes that the server has heard of."""
        recorded = [Change(**change.model_dump()) for change in given.recorded]
        self.replay = recorded[self.told :]

    def _training(self) -> Training:
        if self.given.resume:
            try:
                return Training.resume(self.directory)
            except FileNotFoundError:
                log.info("there is no checkpoint yet: the run starts afresh")
        config, changes = saved(self.given.config)
        training = Training(config)
        training.plugin_changes = changes
        return training

    def walk(self) -> None:
        """Walks to the end.

        Raises:
            TrainingDiverged: The averaged weights are still good.
        """
        self.begin()
        while self.obey():
            self.update()
            if self.training.finished:
                self.end("finished", None)
                return
        self.end("stopped", self.stop.reason if self.stop else None)

    def begin(self) -> None:
        """Tells where the run goes on, and makes the changes that the checkpoint lacks."""
        training = self.training
        snapshots.forget_after(self.directory, training.step)
        self.link.record(
            Begun(
                n=self.link.next_number(),
                step=training.step,
                seconds=training.seconds,
                horizon=training.horizon,
                resumed=self.given.resume,
                changes=self.told,
                note="; ".join(training.plugin_changes) or None,
                config=training.config.model_dump(mode="json"),
            )
        )
        self.make_changes()
        for change in self.given.pending:
            training.change(change.path, change.value)
        self.make_changes()
        self.publisher.publish(keyframe=True)

    def make_changes(self) -> None:
        """Makes recorded changes that are due again, and tells the server of new ones.

        Where a time budget is measured, lengths in updates are measured anew.
        """
        training = self.training
        while self.replay and self.replay[0].step <= training.step:
            change = self.replay.pop(0)
            if change.path != "updates" or not training.measures_speed:
                training.change(change.path, change.value)
        for change in training.events[self.told :]:
            config = training.config.model_dump(mode="json")
            number = self.link.next_number()
            self.link.record(ChangeItem(n=number, config=config, **change.model_dump()))
        self.told = len(training.events)

    def update(self) -> None:
        """One update, and what is due after it."""
        publisher = self.publisher
        start = publisher.clock()
        metrics = self.training.update()
        publisher.trained(publisher.clock() - start)
        self.make_changes()
        exact = publisher.exact_names
        self.rows.add({name: value for name, value in metrics.items() if name not in exact})
        if (figures := publisher.evaluate()) is not None:
            self.rows.add_exact(figures)
            self.write_row()
        publisher.show()
        now = time.monotonic()
        if self.rows.due(now):
            self.write_row()
        if now >= self.next_checkpoint:
            self.save()
        if self.speed:
            self.next_update = max(now, self.next_update + 1 / self.speed)
        if self.steps_left:
            self.count_step(now)

    def count_step(self, now: float) -> None:
        """One of the updates that were asked for while paused is made."""
        self.steps_left -= 1
        if not self.steps_left:
            self.write_row()
            self.publisher.publish()
        for asked, command in list(self.steps_asked):
            if not self.steps_left or now - asked > STEP_ANSWER_SECONDS:
                self.steps_asked.remove((asked, command))
                self.answer(command)

    def write_row(self) -> None:
        """Records the metrics gathered since the last row."""
        values = self.rows.close(time.monotonic())
        if not values:
            return
        values["publishing_share"] = self.publisher.share
        training = self.training
        self.link.record(
            MetricsItem(
                n=self.link.next_number(),
                step=training.step,
                seconds=training.seconds,
                horizon=training.horizon,
                values=values,
            )
        )

    def save(self) -> None:
        """Writes a checkpoint."""
        self.training.save(self.directory)
        self.next_checkpoint = time.monotonic() + CHECKPOINT_SECONDS

    def obey(self) -> bool:
        """Does what was asked, waiting while paused or too fast; False at the end."""
        while self.stop is None:
            resting = self.paused and not self.steps_left
            now = time.monotonic()
            ahead = self.next_update - now if self.speed else 0.0
            wait = ORPHAN_SECONDS if resting else max(0.0, ahead)
            if not wait and self.link.inbox.empty():
                return True
            try:
                command = self.link.inbox.get(block=wait > 0, timeout=wait or None)
            except Empty:
                if resting and self.link.lost_for > ORPHAN_SECONDS:
                    reason = "it was paused and its server did not come back"
                    self.stop = Command(verb="stop", reason=reason)
                continue
            finally:
                if not resting:
                    self.publisher.trained(0.0, idle=time.monotonic() - now)
            if isinstance(command, Dismiss):
                self.stop = Command(verb="stop", reason="the server has no more use for its worker")
            elif isinstance(command, Command):
                self.do(command)
        return False

    def do(self, command: Command) -> None:
        """Obeys one command; it is answered when it is done."""
        problems: list[Problem] = []
        if command.verb == "stop":
            self.stop = command
            return
        if command.verb == "step":
            self.steps_left += command.updates
            self.steps_asked.append((time.monotonic(), command))
            return
        if command.verb == "pause" and not self.paused:
            self.paused = True
            self.settle("paused")
        elif command.verb == "resume" and self.paused:
            self.paused, self.steps_left = False, 0
            self.tell_state("running")
        elif command.verb == "change":
            problems = self.change(command)
        elif command.verb == "speed":
            self.speed, self.next_update = command.speed, 0.0
        elif command.verb == "watch":
            self.publisher.rate = command.frames_per_second
        self.answer(command, problems)

    def change(self, command: Command) -> list[Problem]:
        """Sets live fields, all or none; what was wrong."""
        try:
            with_changes(self.training.config, command.changes)
        except Invalid as refusal:
            return refusal.problems
        for path, value in command.changes.items():
            self.training.change(path, value)
        self.make_changes()
        self.next_checkpoint = min(self.next_checkpoint, time.monotonic() + 0.5)
        return []

    def answer(self, command: Command, problems: list[Problem] | None = None) -> None:
        """Tells that a command is done."""
        if command.id:
            self.link.answer(Done(id=command.id, problems=problems or []))

    def settle(self, state: State, reason: str | None = None) -> None:
        """Shows, saves and tells a state that lasts."""
        self.write_row()
        self.publisher.publish(keyframe=True)
        self.save()
        self.tell_state(state, reason)

    def tell_state(self, state: State, reason: str | None = None) -> None:
        """Records a state."""
        training = self.training
        self.link.record(
            StateItem(
                n=self.link.next_number(),
                step=training.step,
                seconds=training.seconds,
                horizon=training.horizon,
                state=state,
                reason=reason,
            )
        )

    def end(self, state: State, reason: str | None) -> None:
        """The last words of a run that is well."""
        if state == "finished":
            self.rows.add_exact(self.publisher.figures(thorough=True))
        self.settle(state, reason)
        for _, command in self.steps_asked:
            self.answer(command)
        if self.stop:
            self.answer(self.stop)

    def fail(self, reason: str) -> None:
        """The last words of one that is not: its last good frame; the last checkpoint stays."""
        self.write_row()
        try:
            self.publisher.publish(keyframe=True)
        except (ValueError, RuntimeError) as error:
            log.error("there is no last frame: %s", error)
        self.tell_state("failed", reason)
