"""A run as exports read it: kept by a server, or made again from the folder of `ebm train`."""

import json
import logging
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ebm_core import Change, Frame, RunConfig, Training
from ebm_core.networks.portable import NotPortable
from ebm_core.ranks import RankLost
from ebm_core.runs import snapshots
from ebm_core.runs.changes import at_the_start
from ebm_core.runs.config import arrays_of, saved, written
from ebm_core.runs.portable import portable_at, portable_of
from ebm_server.protocol.messages import unpack
from ebm_server.protocol.packed_energy import pack_energy
from ebm_server.protocol.packing import unpack_frame
from ebm_server.protocol.runs import Run
from ebm_server.ranks.followers import leading
from ebm_server.refusals import Refused
from ebm_server.runs.ledger import Entry, now
from ebm_server.runs.store import EVENTS, METRICS, Store

log = logging.getLogger(__name__)
ROWS, EVALUATIONS = 150, 25
"""Rows and exact figures of a run that is made again."""


@dataclass(frozen=True)
class Material:
    """A run's record. `frame` and `energy` read one moment when they are asked for it."""

    run: Run
    directory: Path
    """Where its points, snapshots and checkpoint are."""
    initial: dict[str, Any]
    """The config that it was created with, points by digest."""
    changes: list[dict[str, Any]]
    """What was changed while it ran: step, path, value, previous."""
    rows: list[dict[str, Any]]
    """Its metrics."""
    moments: list[tuple[int, float]]
    """Update and seconds of each frame that is kept, in order."""
    weighed: Sequence[int]
    """The updates whose weights are kept."""
    frame: Callable[[int], Frame]
    energy: Callable[[int], bytes | None]
    """A `PackedEnergy` as MessagePack; None where the energy is not known as numbers."""

    def frames(self) -> list[tuple[int, float]]:
        """The moments.

        Raises:
            Refused: There are none.
        """
        if self.moments:
            return self.moments
        raise Refused(409, f"run {self.run.id} has kept no moment yet; let it go on for a second")

    @property
    def config(self) -> RunConfig:
        """The config that it was created with, read.

        Raises:
            Refused: It uses a plug-in from outside that is not loaded, or its points are gone.
        """
        try:
            return saved(self.initial, arrays_of(self.directory))[0]
        except ValueError as error:
            raise Refused(409, str(error)) from error


def kept(entry: Entry, directory: Path, store: Store) -> Material:
    """A run of a server, as its database and its folder have it now."""
    run = entry.run

    def frame(step: int) -> Frame:
        found = store.keyframe(run.id, step)
        if found is None:
            raise Refused(404, f"run {run.id} has no keyframe at update {step}")
        return unpack_frame(unpack(found.message))

    keys = ("step", "path", "value", "previous")
    events = store.after(EVENTS, run.id, 0)
    return Material(
        run=run,
        directory=directory,
        initial=entry.initial,
        changes=[{k: e[k] for k in keys} for e in events if e["kind"] == "change"],
        rows=store.after(METRICS, run.id, 0),
        moments=[(row["step"], row["seconds"]) for row in store.keyframes(run.id)],
        weighed=snapshots.steps(directory),
        frame=frame,
        energy=lambda step: _energy_at(directory, step),
    )


def _energy_at(directory: Path, step: int) -> bytes | None:
    try:
        return pack_energy(*portable_at(directory, step))
    except (NotPortable, snapshots.NoSnapshot):  # a run that goes on thins its snapshots meanwhile
        return None
    except ValueError as error:  # a damaged snapshot, or a plug-in that is gone
        raise Refused(409, str(error)) from error


def recorded(folder: Path) -> Material:
    """The run in a folder of `ebm train`, without its moments: these are not kept there.

    Raises:
        FileNotFoundError, ValueError: There is none, or it cannot be read.
    """
    training = Training.resume(folder, anywhere=True)
    changes = [change.model_dump(mode="json") for change in training.events]
    initial = written(at_the_start(training.config, training.events), folder)
    return Material(
        run=_described(training, folder),
        directory=folder,
        initial=initial,
        changes=changes,
        rows=[],
        moments=[],
        weighed=(),
        frame=_nothing,
        energy=lambda _step: None,
    )


def made_again(folder: Path, count: int, tell: Callable[[int, int], None]) -> Material:
    """The run in a folder of `ebm train`, made again bit for bit to see its moments.

    Args:
        count: Moments, dense early and thin late.
        tell: Is told the updates that are made, and that there will be.

    Raises:
        FileNotFoundError, ValueError: There is none, or it cannot be made again.
        Refused: Its weights came out otherwise, as they may on another machine.
    """
    known = recorded(folder)
    try:
        with leading(known.config.processes, log.error) as ranks:
            return _with_moments(known, Training.repeated(folder, ranks), count, tell)
    except RankLost as error:
        raise Refused(409, str(error)) from error


def _with_moments(
    known: Material, training: Training, count: int, tell: Callable[[int, int], None]
) -> Material:
    """What `recorded` knows, with the moments that a training of it comes to."""
    end = known.run.step
    shown, evaluated, written = (spread(end, n) for n in (count, EVALUATIONS, ROWS))
    frames: dict[int, Frame] = {}
    energies: dict[int, bytes | None] = {}
    rows: list[dict[str, Any]] = []
    exact: set[str] = set()
    while True:
        step = training.step
        figures = training.evaluate(thorough=training.finished) if step in evaluated else {}
        exact |= figures.keys()
        if step in shown:
            frames[step] = training.frame()
            energies[step] = _portable(training)
        if step in written | evaluated and step:
            rows.append(_row(len(rows) + 1, training, exact - figures.keys()))
        tell(step, end)
        if step >= end:
            break
        training.update()
    _refuse_other_weights(training, known.directory)
    moments = [(step, frame.seconds) for step, frame in frames.items()]
    weighed = [step for step, energy in energies.items() if energy]
    more: dict[str, Any] = {"rows": rows, "moments": moments, "weighed": weighed}
    return Material(
        **{**vars(known), **more, "frame": frames.__getitem__, "energy": energies.__getitem__}
    )


def spread(updates: int, count: int) -> set[int]:
    """`count` steps from 0 to `updates`, dense early: their square roots are evenly spread."""
    return {round(updates * (i / max(count - 1, 1)) ** 2) for i in range(count)} | {updates}


def _nothing(step: int) -> Frame:
    raise Refused(404, f"no frame of update {step} is kept")


def _portable(training: Training) -> bytes | None:
    try:
        return pack_energy(training.step, portable_of(training.config, training.network))
    except NotPortable:
        return None


def _row(number: int, training: Training, stale: Set[str]) -> dict[str, Any]:
    """What was measured at an update, without figures of an earlier one."""
    known = {n: v for n, v in training.metrics.items() if n not in stale and np.isfinite(v)}
    place = {"seq": number, "step": training.step, "seconds": training.seconds}
    return {**place, "values": known}


def _refuse_other_weights(training: Training, folder: Path) -> None:
    known = Training.resume(folder, anywhere=True)
    before, after = known.network.state_dict(), training.network.state_dict()
    if all(after[name].equal(tensor) for name, tensor in before.items()):
        return
    raise Refused(
        409,
        f"made again, the run in {folder} comes to other weights: it was trained on another "
        "machine or with other versions, and it keeps no moments of its own to show",
    )


def _described(training: Training, folder: Path) -> Run:
    """A run of `ebm train` as the server would tell of it."""
    config = json.loads(training.config.model_dump_json(context=arrays_of(folder)))
    return Run(
        id=folder.resolve().name,
        name=f"{config['method']['kind']} on {config['dataset']['kind']}",
        state="finished" if training.finished else "stopped",
        config=config,
        created=now(),
        step=training.step,
        seconds=training.seconds,
        horizon=training.horizon,
        metrics={n: v for n, v in training.metrics.items() if np.isfinite(v)},
    )


def changes_of(material: Material) -> list[Change]:
    """A run's changes as training takes them."""
    return [Change(**change) for change in material.changes]
