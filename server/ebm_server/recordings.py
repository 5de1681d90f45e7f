"""`python -m ebm_server.recordings`: records each distribution with each method.

A recording plays on the page between the choice of a pair and the first frame of its own run. It is
a short run of default settings: coarse landscapes, few points, and no figures that could be read
for those of the run that is to come. One that is there is left; those of kinds that are named are
made anew.
"""

import argparse
import gzip
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import torch

from ebm_core import Frame, Landscape, RunConfig, Training
from ebm_core.contracts.frozen_array import pictures_field, table_field
from ebm_core.contracts.outside import ORIGINS
from ebm_core.datasets import DATASETS
from ebm_core.methods import METHODS
from ebm_core.setting import local_fields
from ebm_server.demo import DEMO, info_of, measured_updates, moments, resized
from ebm_server.protocol.messages import unpack
from ebm_server.protocol.packing import pack_frame
from ebm_server.runs.ledger import now

PAIRS = DEMO.parent / "pairs"
LARGEST = 80_000
"""Bytes of one recording."""
SECONDS = {"plane": 8.0, "image": 16.0}
"""Training time of one core, by the shape of the data."""
MOMENTS = 18
CELLS = 48
DEEPEST = 40
"""Nats above the lowest energy from which on all is one colour on the page."""
MOVES = 6
"""Times that the shown chains move between two moments: as fast as those of a live run look."""
STAYING = ("data", "labelled", "labels")
"""Arrays that only the first frame brings: they are the same in all."""
POINTS, IMAGES = 160, 64
"""Points of each kind that move, and images: as many as there are tiles."""
SHADES = 8
"""Shades of grey above the middle, and below: as many as the digits have."""


def pairs() -> list[tuple[str, str]]:
    """Every distribution of the package with every method, but for those of files."""
    own = {k: one for k, one in DATASETS.items() if one not in ORIGINS and not table_field(one)}
    datasets = [k for k, one in own.items() if not local_fields(one) and not pictures_field(one)]
    methods = [k for k, one in METHODS.items() if one not in ORIGINS]
    return list(product(datasets, methods))


def fits(dataset: str, method: str) -> bool:
    """Whether such a run can start: some methods need classes."""
    try:
        Training(config_of(dataset, method))
    except ValueError:
        return False
    return True


def config_of(dataset: str, method: str) -> RunConfig:
    """A pair at its defaults."""
    given = {"dataset": {"kind": dataset}, "method": {"kind": method}, "updates": 1}
    return RunConfig.model_validate(given)


def path_of(dataset: str, method: str) -> Path:
    """Where the recording of a pair is kept."""
    return PAIRS / dataset / f"{method}.recording"


def record(config: RunConfig) -> dict[str, Any]:
    """Trains for some seconds and keeps what is to be seen of it, as a stored run."""
    seconds = SECONDS["plane" if len(config.dataset.shape) == 1 else "image"]
    timed = config.model_copy(update={"seconds": seconds, "updates": None})
    updates = measured_updates(timed)
    training = Training(config.model_copy(update={"updates": updates}))
    created, shown = now(), moments(updates, MOMENTS)
    frames: list[Any] = []
    while True:
        if training.step in shown:
            for _ in range(MOVES if frames else 0):
                training.frame(landscape=False)
            kept = reduced(training.frame(), config, first=not frames)
            frames.append(unpack(pack_frame("recording", kept, "u1", levels_of(config)).message))
        if training.finished:
            break
        training.update()
    run = info_of(training, "recording", created).model_dump()
    return {"run": run | {"metrics": {}}, "frames": frames, "metrics": []}


def moving(config: RunConfig) -> set[str]:
    """The arrays that each frame brings: what the page shows of such a method, if not asked."""
    if len(config.dataset.shape) > 1:
        return {"generator"} if config.method.family == "learned_sampler" else {"chains"}
    own = {"learned_sampler": "generator", "score_matching": "perturbed"}
    return {own.get(config.method.family, "chains")}


def levels_of(config: RunConfig) -> str:
    """How fine points are kept: those of the plane finer than a pixel, shades of grey as shades."""
    return "u2" if len(config.dataset.shape) == 1 else "u1"


def reduced(frame: Frame, config: RunConfig, first: bool) -> Frame:
    """A frame with no more than is shown of it."""
    names = moving(config) | (set(STAYING) if first else set())
    most = IMAGES if frame.landscape is None else POINTS
    arrays = {n: a[: None if n in STAYING else most] for n, a in frame.arrays.items() if n in names}
    frame = replace(frame, metrics={}, arrays=arrays, places=frame.places & names)
    if frame.landscape is None:
        shades = {n: np.rint(a.clip(-1, 1) * SHADES) / SHADES for n, a in arrays.items()}
        return replace(frame, arrays=shades)
    coarse = resized(frame.landscape, CELLS)
    flat = np.minimum(coarse.values, coarse.values.min() + DEEPEST)
    return replace(frame, landscape=Landscape(flat, coarse.window))


def make(dataset: str, method: str) -> str:
    """Records a pair, writes it, and says what it is.

    Raises:
        ValueError: It is larger than `LARGEST`.
    """
    torch.set_num_threads(1)
    start = time.monotonic()
    made = record(config_of(dataset, method))
    data = gzip.compress(msgpack.packb(made), mtime=0)
    if len(data) > LARGEST:
        raise ValueError(f"{dataset} with {method} takes {len(data)} bytes of {LARGEST} at most")
    path = path_of(dataset, method)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    updates, seconds = made["run"]["step"], time.monotonic() - start
    return f"{path}: {len(data) / 1000:.0f} kB, {updates} updates, {seconds:.0f} s"


def wanted(kinds: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs of these kinds that go together; without any, those that have no recording."""
    return [
        pair
        for pair in pairs()
        if (set(pair) & set(kinds) if kinds else not path_of(*pair).is_file()) and fits(*pair)
    ]


def main() -> None:
    """Records what is wanted, and removes recordings of pairs that are no more."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", help="distributions and methods to record anew")
    parser.add_argument("--jobs", type=int, default=1, help="pairs that are recorded at once")
    given = parser.parse_args()
    known = {kind for pair in pairs() for kind in pair}
    if unknown := set(given.kinds) - known:
        parser.error(f"{', '.join(sorted(unknown))} is none of {', '.join(sorted(known))}")
    for path in set(PAIRS.glob("*/*")) - {path_of(*pair) for pair in pairs()}:
        path.unlink()
    with ProcessPoolExecutor(given.jobs) as pool:
        for done in as_completed([pool.submit(make, *pair) for pair in wanted(given.kinds)]):
            print(done.result(), flush=True)


if __name__ == "__main__":
    main()
