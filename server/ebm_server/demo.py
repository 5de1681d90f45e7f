"""`python -m ebm_server.demo`: trains the run that the page plays when it is opened.

The file holds the run's info, its first frames, metrics rows, the true density and the catalogue,
so that the page stands whole before a server answers, as one MessagePack map. The other frames
(dense early, thin late) are in a second file, which is read once the first ones move. A choice that
is made before the server answers is of the stored catalogue: `--catalogue` renews it.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgpack
import torch

from ebm_core import Landscape, RunConfig, Training
from ebm_core.runs.display import true_density
from ebm_server.catalogue import build
from ebm_server.protocol.messages import unpack
from ebm_server.protocol.packing import pack_frame, quantise
from ebm_server.protocol.runs import Run
from ebm_server.runs.ledger import now
from ebm_server.settings import package_version

DEMO = Path(__file__).parents[2] / "frontend" / "public" / "demo" / "run.msgpack"
REST = "rest.msgpack"
"""Beside it."""
FIRST = 9
"""Frames that come with the run: they play for two seconds."""
LARGEST = 1_500_000
CELLS = 96
ROWS = 150
EVALUATIONS = 40


def moments(updates: int, count: int) -> set[int]:
    """`count` steps from 0 to `updates`, dense early: their square roots are evenly spread."""
    return {round(updates * (i / (count - 1)) ** 2) for i in range(count)}


def record(seconds: float, count: int, seed: int) -> dict[str, Any]:
    """Trains persistent contrastive divergence on the pinwheel and keeps what is to be shown."""
    given = {"dataset": {"kind": "pinwheel"}, "method": {"kind": "persistent"}, "seed": seed}
    measured = measured_updates(RunConfig.model_validate({**given, "seconds": seconds}))
    config = RunConfig.model_validate({**given, "updates": measured})
    training = Training(config)
    shown, evaluated = moments(measured, count), moments(measured, EVALUATIONS)
    written = moments(measured, ROWS) | evaluated
    created, frames = now(), []
    rows: list[dict[str, Any]] = []
    figures: dict[str, float] = {}
    while True:
        if training.step in evaluated:
            figures = training.evaluate(thorough=training.finished)
        if training.step in shown:
            frame = training.frame()
            assert frame.landscape is not None
            frame = replace(frame, landscape=resized(frame.landscape, CELLS))
            frames.append(unpack(pack_frame("demo", frame, "u1").message))
        if training.step in written and training.metrics:
            fresh = figures if training.step in evaluated else {}
            current = {n: v for n, v in training.metrics.items() if n not in figures}
            values = current | fresh
            moment = {"step": training.step, "seconds": training.seconds}
            rows.append({"seq": len(rows) + 1, **moment, "values": values})
        if training.finished:
            break
        training.update()
    return {
        "version": package_version(),
        "run": info_of(training, "demo", created)
        .model_copy(update={"seq": len(rows)})
        .model_dump(),
        "frames": frames,
        "metrics": rows,
        "truth": quantise(true_density(config.dataset)),
        "catalogue": stored_catalogue(),
    }


def stored_catalogue() -> dict[str, Any]:
    """The catalogue, but for papers' recipes, which come with the server's own."""
    return {name: part for name, part in build().items() if name != "presets"}


def parted(made: dict[str, Any]) -> tuple[bytes, bytes]:
    """What the page needs to move, and the frames that may come later; as they are stored."""
    frames = made["frames"]
    moments = [{"step": frame["step"], "seconds": frame["seconds"]} for frame in frames]
    first = made | {"frames": frames[:FIRST], "keyframes": moments}
    return msgpack.packb(first), msgpack.packb({"frames": frames[FIRST:]})


def info_of(training: Training, name: str, created: str) -> Run:
    """A finished run as the server would tell of it."""
    config = training.config.model_dump(mode="json")
    return Run(
        id=name,
        name=f"{config['method']['kind']} on {config['dataset']['kind']}",
        state="finished",
        config=config,
        created=created,
        started=created,
        ended=now(),
        step=training.step,
        seconds=training.seconds,
        horizon=training.horizon,
        metrics=training.metrics,
    )


def resized(landscape: Landscape, cells: int) -> Landscape:
    """A landscape of so many rows and columns, by linear interpolation."""
    grid = torch.from_numpy(landscape.values)[None, None]
    values = torch.nn.functional.interpolate(grid, size=cells, mode="bilinear")[0, 0]
    return Landscape(values.numpy(), landscape.window)


def measured_updates(config: RunConfig) -> int:
    """How many updates fit in the config's seconds on this machine."""
    training = Training(config)
    while training.horizon is None:
        training.update()
    return training.horizon


def main() -> None:
    """Writes the file, or says why not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=DEMO, help="the file to write")
    parser.add_argument("--seconds", type=float, default=20.0, help="training time of one core")
    parser.add_argument("--frames", type=int, default=59, help="frames to keep")
    parser.add_argument("--seed", type=int, default=0, help="of weights, data and chains")
    parser.add_argument(
        "--catalogue", action="store_true", help="renew the catalogue alone, without training"
    )
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.catalogue:
        stored = msgpack.unpackb(given.out.read_bytes())
        given.out.write_bytes(msgpack.packb(stored | {"catalogue": stored_catalogue()}))
        return
    start = time.monotonic()
    made = record(given.seconds, given.frames, given.seed)
    data, rest = parted(made)
    size = len(data) + len(rest)
    if size > LARGEST:
        parser.error(f"{size} bytes are more than {LARGEST}; keep fewer frames (--frames)")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_bytes(data)
    given.out.with_name(REST).write_bytes(rest)
    print(
        f"{given.out}: {size / 1e6:.2f} MB, {len(made['frames'])} frames, "
        f"{made['run']['step']} updates, KL {made['run']['metrics']['kl']:.4f} nats, "
        f"{time.monotonic() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
