"""One run in a worker: update after update, obeying commands and reporting what happens between."""

import json
import logging
import time
from pathlib import Path
from queue import Empty
from typing import Any, Literal

from ebm_core import Change, Training
from ebm_core.atomic_file import write_whole
from ebm_core.ranks import ALONE, Ranks
from ebm_core.runs import snapshots
from ebm_core.runs.changes import plugins_changed
from ebm_core.runs.config import PLUGINS, arrays_of, saved
from ebm_core.runs.load import DIVERGED
from ebm_core.runs.slow_motion import slow_update
from ebm_server.configs import with_changes
from ebm_server.protocol.messages import Problem
from ebm_server.protocol.packed_phases import pack_phases
from ebm_server.protocol.worker_messages import (
    REPEATED,
    Assign,
    Begun,
    ChangeItem,
    Command,
    Dismiss,
    Done,
    KeepSnapshot,
    LimitSpeed,
    MakeSlowUpdate,
    MakeUpdates,
    MetricsItem,
    Pause,
    Resume,
    SetFields,
    ShowFrames,
    Sleep,
    StateItem,
    Stop,
    TellEnergy,
)
from ebm_server.refusals import Invalid
from ebm_server.worker.long_updates import BrokenOff, LongUpdates
from ebm_server.worker.mirror import Mirror
from ebm_server.worker.pacing import Rows
from ebm_server.worker.publishing import Publisher
from ebm_server.worker.server_connection import ServerConnection

log = logging.getLogger(__name__)
CHECKPOINT_SECONDS = 5.0
FIRST_CHECKPOINT_SECONDS = 1.0
ORPHAN_SECONDS = 600.0
"""A paused run whose server is gone for this long is saved and stopped."""
STEP_ANSWER_SECONDS = 1.0

State = Literal["running", "paused", "finished", "stopped", "failed"]


class RunLoop:
    """A run and what it is told to do.

    Args:
        ranks: The processes that train it, of which this one is the first.
    """

    def __init__(
        self, given: Assign, server: ServerConnection, mirror: Mirror, ranks: Ranks = ALONE
    ) -> None:
        self.given = given
        self.server = server
        self.ranks = ranks
        self.mirror, self.directory = mirror, mirror.directory
        self.training = self._training()
        self.publisher = Publisher(self.training, given.run, server, self.directory, mirror.changed)
        self.rows = Rows()
        self.paused = given.paused
        self.speed = given.speed
        self.steps_left = 0
        self.steps_asked: list[tuple[float, MakeUpdates]] = []
        self.slow_asked: list[MakeSlowUpdate] = []
        self.stop: Stop | None = None
        self.asleep = False
        self.long = LongUpdates(server, given.update_seconds, self.do)
        self.saved = False
        """The checkpoint is of this very moment."""
        self.next_update = 0.0
        self.next_checkpoint = time.monotonic() + FIRST_CHECKPOINT_SECONDS
        told = len(self.training.events) - bool(self.training.plugin_changes)
        self.told = told if self.goes_on else 0
        """Changes that the server has heard of: those of the checkpoint, not of plug-ins since."""
        recorded = [Change(**change.model_dump()) for change in given.recorded]
        again = [_what(change) for change in [*self.training.replayed, *self.training.events]]
        self.replay = [change for change in recorded[self.told :] if _what(change) not in again]

    def _training(self) -> Training:
        self.goes_on = self.given.resume
        if self.given.resume:
            try:
                return Training.resume(self.directory, ranks=self.ranks)
            except FileNotFoundError:
                self.goes_on = False
                log.info("there is no checkpoint yet: the run starts afresh")
        config, changes = saved(self.given.config, arrays_of(self.directory))
        training = Training(config, repeated(self.directory), self.ranks)
        training.plugin_changes = changes
        training.events[:0] = plugins_changed(0, self.given.config, config)
        return training

    def run(self) -> None:
        """Makes updates until the run is finished or stopped.

        Raises:
            TrainingDiverged: The averaged weights are still good.
        """
        self.begin()
        (self.directory / DIVERGED).unlink(missing_ok=True)  # resumed with a change
        while self.obey():
            if self.asleep:
                return
            self.update()
            if self.training.finished:
                self.end("finished", None)
                return
        self.end("stopped", self.stop.reason if self.stop else None)

    def begin(self) -> None:
        """Tells where the run goes on, and makes the changes that the checkpoint lacks."""
        training = self.training
        snapshots.forget_after(self.directory, training.step)
        self.server.report(
            Begun(
                **self.progress(),
                resumed=self.given.resume,
                changes=self.told,
                paused=self.paused,
                note="; ".join(training.plugin_changes) or None,
                config=training.config.model_dump(mode="json", context=arrays_of(self.directory)),
            )
        )
        self.make_changes()
        for change in self.given.pending:
            training.change(change.path, change.value)
        self.make_changes()
        self.publisher.publish(keyframe=True)

    def progress(self) -> dict[str, Any]:
        """How far the run is, for an item."""
        training = self.training
        return {"step": training.step, "seconds": training.seconds, "horizon": training.horizon}

    def make_changes(self) -> None:
        """Makes recorded changes that are due again, and tells the server of new ones.

        Where a time budget is measured, lengths in updates are measured anew.
        """
        training = self.training
        while self.replay and self.replay[0].step <= training.step:
            change = self.replay.pop(0)
            if change.path == PLUGINS:
                continue  # what is loaded now has been compared anew
            if change.path != "updates" or not training.budget.measures:
                training.change(change.path, change.value)
        for change in training.events[self.told :]:
            in_config = change.path != "updates"  # a length in updates stands beside the config
            self.server.report(ChangeItem(in_config=in_config, **change.model_dump()))
        self.told = len(training.events)

    def update(self) -> None:
        """One update, and what is due after it."""
        fresh = not self.training.step and not self.training.events
        if self.long.expected and not self.saved and not fresh:
            self.save()
        publisher = self.publisher
        start = publisher.clock()
        slow = None
        # others that train it too cannot leave an update half made
        can_break = self.ranks.size == 1 and (self.saved or fresh)
        try:
            with self.long.watched(self.training, can_break):
                if self.slow_asked:
                    slow = self.update_slowly(self.slow_asked[0])
                else:
                    self.training.update()
        except BrokenOff:
            self.restore()
            return
        self.saved = False
        metrics = self.training.metrics
        self.slow_asked = self.slow_asked[1:] if slow else self.slow_asked
        publisher.trained(publisher.clock() - start)
        self.make_changes()
        exact = publisher.exact_names
        self.rows.add({name: value for name, value in metrics.items() if name not in exact})
        if (figures := publisher.evaluate()) is not None:
            self.rows.add_exact(figures)
        publisher.show()
        now = time.monotonic()
        # the last row of a run comes with its last figures, at its end
        if not self.training.finished and (figures is not None or self.rows.due(now)):
            self.report_row()
        if now >= self.next_checkpoint:
            self.save()
        if self.speed:
            self.next_update = max(now, self.next_update + 1 / self.speed)
        if self.steps_left:
            self.count_step(now)
        if slow:
            self.server.answer(slow)

    def restore(self) -> None:
        """Goes back to where an update that was broken off began: the checkpoint, or the start."""
        self.training = Training.resume(self.directory) if self.saved else self._training()
        self.publisher.follow(self.training)

    def update_slowly(self, command: MakeSlowUpdate) -> Done:
        """One update in slow motion; the answer, which is sent when its frame is."""
        told = slow_update(self.training)
        phases = pack_phases(told.step, told.phases, told.window, told.change)
        return Done(id=command.id, phases=phases)

    def count_step(self, now: float) -> None:
        """One of the updates that were asked for while paused is made."""
        self.steps_left -= 1
        if not self.steps_left:
            self.report_row()
            self.publisher.publish()
        for asked, command in list(self.steps_asked):
            if not self.steps_left or now - asked > STEP_ANSWER_SECONDS:
                self.steps_asked.remove((asked, command))
                self.answer(command)

    def report_row(self) -> None:
        """Reports the metrics gathered since the last row."""
        if values := self.rows.close(time.monotonic()):
            values["publishing_share"] = self.publisher.share
            self.server.report(MetricsItem(**self.progress(), values=values))

    def save(self) -> None:
        """Writes a checkpoint, and the changes that it holds for people and scripts."""
        self.training.save(self.directory)
        changes = [change.model_dump(mode="json") for change in self.training.events]
        text = json.dumps(changes, indent=2)
        write_whole(self.directory / "events.json", text.encode(), outlives_power=False)
        self.next_checkpoint = time.monotonic() + CHECKPOINT_SECONDS
        self.saved = True
        self.mirror.changed()

    def obey(self) -> bool:
        """Does what was asked, waiting while paused or too fast; False at the end."""
        while self.stop is None:
            resting = self.paused and not self.steps_left
            now = time.monotonic()
            ahead = self.next_update - now if self.speed else 0.0
            wait = ORPHAN_SECONDS if resting else max(0.0, ahead)
            waiting = self.long.waiting
            if self.asleep:
                return True
            if not wait and not waiting and self.server.inbox.empty():
                return True
            try:
                inbox = self.server.inbox
                message = waiting.popleft() if waiting else inbox.get(wait > 0, wait or None)
            except Empty:
                if resting and self.server.lost_for > ORPHAN_SECONDS:
                    self.stop = Stop(reason="it was paused and its server did not come back")
                continue
            finally:
                if not resting:
                    self.publisher.trained(0.0, idle=time.monotonic() - now)
            if isinstance(message, Dismiss):
                self.stop = Stop(reason="the server has no more use for its worker")
            elif isinstance(message, Sleep):
                self.sleep(message)
            elif isinstance(message, Command):
                self.do(message)
        return False

    def sleep(self, command: Sleep) -> None:
        """Saves and leaves, where the run rests."""
        self.asleep = self.paused and not self.steps_left
        if self.asleep:
            self.save()
            self.mirror.settle()
        busy = Problem(path="state", message="the run goes on")
        self.answer(command, [] if self.asleep else [busy])

    def do(self, command: Command) -> None:
        """Obeys one command; it is answered when it is done."""
        problems: list[Problem] = []
        match command:
            case Stop():
                self.stop = command
                return
            case MakeUpdates():
                self.steps_left += command.updates
                self.steps_asked.append((time.monotonic(), command))
                return
            case MakeSlowUpdate():
                self.steps_left += 1
                self.slow_asked.append(command)
                return
            case Pause() if not self.paused:
                self.paused = True
                self.settle("paused")
            case Resume() if self.paused:
                self.paused, self.steps_left = False, 0
                self.report_state("running")
            case SetFields():
                problems = self.change(command.changes)
            case LimitSpeed():
                self.speed, self.next_update = command.speed, 0.0
            case ShowFrames():
                self.publisher.rate = command.frames_per_second
                self.publisher.mapped = not command.landscapes
            case TellEnergy() | KeepSnapshot():
                self.tell(command)
                return
        self.answer(command, problems)

    def tell(self, command: TellEnergy | KeepSnapshot) -> None:
        """Answers with the energy that is shown, or keeps it where the server reads it at once."""
        done = self.publisher.now(command)
        if isinstance(command, KeepSnapshot):
            self.mirror.settle()
        self.server.answer(done)

    def change(self, changes: dict[str, Any]) -> list[Problem]:
        """Sets live fields, all or none; what was wrong."""
        try:
            with_changes(self.training.config, changes)
        except Invalid as refusal:
            return refusal.problems
        for path, value in changes.items():
            self.training.change(path, value)
        self.make_changes()
        self.next_checkpoint = min(self.next_checkpoint, time.monotonic() + 0.5)
        self.saved, self.long.expected = False, True
        return []

    def answer(self, command: Command, problems: list[Problem] | None = None) -> None:
        """Tells that a command is done."""
        if command.id:
            self.server.answer(Done(id=command.id, problems=problems or []))

    def settle(self, state: State, reason: str | None = None) -> None:
        """Shows, saves and reports a state that lasts."""
        self.report_row()
        if self.publisher.keyframes.last != self.training.step:  # one more would move the chains
            self.publisher.publish(keyframe=True)
        self.save()
        trouble = self.mirror.settle()
        self.report_state(state, "; ".join(filter(None, (reason, trouble))) or None)

    def report_state(self, state: State, reason: str | None = None) -> None:
        """Reports a state."""
        self.server.report(StateItem(**self.progress(), state=state, reason=reason))

    def end(self, state: State, reason: str | None) -> None:
        """Ends a run that did not fail: with its exact figures, a keyframe and a checkpoint."""
        if state == "finished":
            self.rows.add_exact(self.publisher.figures(thorough=True))
        self.settle(state, reason)
        for _, command in self.steps_asked:
            self.answer(command)
        for unmade in self.slow_asked:
            self.answer(unmade, [Problem(path="updates", message="the run ended before it")])
        if self.stop:
            self.answer(self.stop)

    def fail(self, reason: str) -> None:
        """Ends a run that failed, with a keyframe if one can be made; its last checkpoint stays."""
        self.report_row()
        try:
            self.publisher.publish(keyframe=True)
        except (Exception, SystemExit):  # what failed may be a plug-in, which shows itself too
            log.exception("there is no last frame")
        self.report_state("failed", reason)


def repeated(directory: Path) -> list[Change]:
    """The changes of another run that this one makes again."""
    file = directory / REPEATED
    return [Change(**change) for change in json.loads(file.read_text())] if file.is_file() else []


def _what(change: Change) -> tuple[int, str, str]:
    return change.step, change.path, repr(change.value)
