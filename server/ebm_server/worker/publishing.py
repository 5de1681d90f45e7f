"""What a run shows of itself while it trains: frames for who watches, keyframes, exact figures.

Each may cost its share of the training time. What motion leaves over goes to landscapes. Where a
core is idle and the energy lets training go on, frames are made beside it and cost next to nothing.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ebm_core import Frame, Training
from ebm_core.networks.portable import NotPortable
from ebm_core.runs import snapshots
from ebm_core.runs.portable import portable_of
from ebm_server.protocol.messages import Problem
from ebm_server.protocol.packed_energy import pack_energy
from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.protocol.packing import pack_frame
from ebm_server.protocol.worker_messages import Done, KeepSnapshot, KeyframeItem, TellEnergy
from ebm_server.worker.beside import Beside
from ebm_server.worker.pacing import Budget, Keyframes
from ebm_server.worker.server_connection import ServerConnection

MOTION_SHARE = 0.04
"""Of the training time, for frames as such: moving the shown chains, packing, sending."""
LANDSCAPE_SHARE = 0.015
"""For the landscapes in some of them, for keyframes, and for the snapshots beside them."""
EVALUATION_SHARE = 0.04
EVALUATION_SECONDS = 1.0
FIRST_EVALUATION_SECONDS = 0.5
MEMORY_SECONDS = 10.0
"""Training time over which the share of publishing is averaged."""


ASKED = 16
"""Moments that somebody looks at, which make no room for newer ones."""


class Publisher:
    """The frames of one run. `rate` is what the pages ask for, in frames a second.

    Args:
        directory: Where the run's snapshots go.
        kept: Called when one is there.
    """

    def __init__(
        self,
        training: Training,
        run: str,
        server: ServerConnection,
        directory: Path,
        kept: Callable[[], None] = lambda: None,
    ) -> None:
        self.training = training
        self.run = run
        self.asked: deque[int] = deque(maxlen=ASKED)
        """Updates whose weights somebody has asked to keep, the newest last."""
        self.server = server
        self.directory, self.kept = directory, kept
        self.rate = 0.0
        self.mapped = False
        """The pages compute landscapes themselves."""
        self.clock: Callable[[], float] = (
            time.thread_time if training.config.device == "cpu" else time.perf_counter
        )
        self.motion = Budget(MOTION_SHARE, credit=0.1)
        self.landscapes = Budget(LANDSCAPE_SHARE, credit=0.2)
        self.evaluation = Budget(EVALUATION_SHARE, credit=0.5)  # the first prepares the target
        self.keyframes = Keyframes(training.step)
        self.beside = Beside(training)
        self.exact_names: set[str] = set()
        self.next_frame = 0.0
        self.next_evaluation = time.monotonic() + FIRST_EVALUATION_SECONDS
        self.frame_cost = 0.005
        self._trained = self._published = 0.0
        self._sent = server.cpu_seconds

    def follow(self, training: Training) -> None:
        """Shows another training from now on, which stands where the one before stood."""
        self.beside.finish()
        self.training, self.beside = training, Beside(training)

    def trained(self, seconds: float, idle: float = 0.0) -> None:
        """Some training, or some waiting for the speed limit, has passed: both earn frames."""
        beyond = self.motion.earn(seconds, idle)
        self.landscapes.add(beyond)
        self.landscapes.earn(seconds, idle)
        self.evaluation.earn(seconds, idle)
        forget = math.exp(-seconds / MEMORY_SECONDS)
        self._trained = self._trained * forget + seconds
        self._published *= forget

    @property
    def share(self) -> float:
        """Publishing time over training time, of late."""
        return self._published / self._trained if self._trained else 0.0

    def show(self) -> None:
        """After an update: a frame or a keyframe, if one is due and can be afforded."""
        start = self.clock()
        if (frame := self.beside.come()) is not None:
            self.send(frame)
            self._charge(self.clock() - start)
        now = time.monotonic()
        # frames stay in order
        frame_due = self.rate > 0 and now >= self.next_frame and self.beside.idle
        frame_due = frame_due and self.motion.allows
        keyframe_due = self.keyframes.due(self.training.step) and self.landscapes.allows
        if not frame_due and not keyframe_due:
            return
        if frame_due:
            self.next_frame = max(now, self.next_frame + 1 / self.rate)
        if keyframe_due or not self.begin_beside():
            whole = self.landscapes.allows
            mapped = whole and (keyframe_due or not self.mapped)
            self.publish(mapped, whole, keyframe_due, moving=frame_due)

    def begin_beside(self) -> bool:
        """Begins a frame of now beside training, where that is possible."""
        start = self.clock()
        begun = self.beside.begin(landscape=not self.mapped)
        self._charge(self.clock() - start)
        return begun

    def publish(
        self,
        landscape: bool = True,
        series: bool = True,
        keyframe: bool = False,
        moving: bool = True,
    ) -> None:
        """Makes a frame now, sends it to who watches and keeps it, and the weights, as asked.

        Args:
            moving: It is the next picture of the motion, and not made for its keyframe alone.
        """
        start = self.clock()
        if (before := self.beside.finish()) is not None:
            self.send(before)
        frame = self.training.frame(landscape, series)
        packed = self.send(frame)
        if packed and keyframe:
            self.keyframes.taken(frame.step)
            snapshots.keep(self.directory, self.training, self.asked)
            self.kept()
            self.server.report(KeyframeItem(seconds=frame.seconds, frame=packed))
        spent = self.clock() - start
        if not series:
            self.frame_cost += (spent - self.frame_cost) / 10
        for_motion = min(spent, self.frame_cost) if self.rate > 0 and moving else 0.0
        self._charge(for_motion, spent - for_motion)

    def send(self, frame: Frame) -> PackedFrame | None:
        """Sends a frame to who watches; it comes back as it is sent, if it can be drawn."""
        if not drawable(frame):
            return None
        packed = pack_frame(self.run, frame)
        if self.rate > 0:
            self.server.show(packed)
        return packed

    def now(self, command: TellEnergy | KeepSnapshot) -> Done:
        """The energy that is shown now, told or kept, as the answer to a command."""
        if isinstance(command, TellEnergy):
            return self.energy(command.id)
        return Done(id=command.id, step=self.keep_snapshot())

    def energy(self, asked: int) -> Done:
        """The energy that is shown now, or why it cannot be told."""
        start = self.clock()
        training = self.training
        try:
            found = pack_energy(training.step, portable_of(training.config, training.network))
            done = Done(id=asked, energy=found)
        except NotPortable as error:
            done = Done(id=asked, problems=[Problem(path="energy", message=str(error))])
        self.motion.spend(self.clock() - start)
        return done

    def keep_snapshot(self) -> int:
        """Keeps the weights that are shown now, if they are not kept; of which update they are."""
        start = self.clock()
        step = self.training.step
        self.asked.append(step)
        if step not in snapshots.steps(self.directory):
            snapshots.keep(self.directory, self.training, self.asked)
        self._charge(0.0, self.clock() - start)
        return step

    def _charge(self, moving: float, rest: float = 0.0) -> None:
        """What a frame has cost as such, and what its landscape and a keyframe have."""
        sending = self.server.cpu_seconds - self._sent
        self._sent += sending
        self.motion.spend(moving + sending)
        self.landscapes.spend(rest)
        self._published += moving + rest + sending

    def evaluate(self) -> dict[str, float] | None:
        """After an update: the exact figures, if they are due and can be afforded."""
        now = time.monotonic()
        if now < self.next_evaluation or not self.evaluation.allows:
            return None
        start = self.clock()
        figures = self.figures()
        self.evaluation.spend(self.clock() - start)
        self.next_evaluation = now + EVALUATION_SECONDS
        return figures

    def figures(self, thorough: bool = False) -> dict[str, float]:
        """The exact figures now."""
        figures = self.training.evaluate(thorough=thorough)
        self.exact_names |= figures.keys()
        return figures


def drawable(frame: Frame) -> bool:
    """Whether every energy and every point is a number."""
    landscape = [] if frame.landscape is None else [frame.landscape.values]
    return all(bool(np.isfinite(array).all()) for array in (*landscape, *frame.arrays.values()))
