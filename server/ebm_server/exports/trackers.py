"""A run in TensorBoard, MLflow or Weights & Biases: its metrics and pictures, by their own writers.

Each of them is an extra, imported where it is asked for.
"""

import importlib
import io
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from ebm_server.exports.film import Film, drawing
from ebm_server.exports.limits import thinned
from ebm_server.exports.material import Material
from ebm_server.refusals import Refused

Tracker = Literal["tensorboard", "mlflow", "wandb"]
PICTURES = 12
"""Of a run, unless another number is asked for."""
AT_ONCE = 500
"""Figures that MLflow takes in one request, about."""
EXPERIMENT = "ebm-lab"
PICTURE = "landscape"
"""What the pictures are called there."""


def track(material: Material, tracker: Tracker, place: str, pictures: int = PICTURES) -> str:
    """Writes a run there, and says where it is.

    Args:
        place: A folder; for MLflow its tracking URI.

    Raises:
        Refused: The package is not installed, or the run has nothing to show.
    """
    try:
        importlib.import_module(tracker)
    except ImportError as error:
        raise Refused(
            409, f"there is no {tracker}; `pip install 'ebm-lab[{tracker}]'` brings it"
        ) from error
    return WRITERS[tracker](material, place, pictures)


def tensorboard(material: Material, place: str, pictures: int) -> str:
    """An event file in a folder of the run's id."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    folder = Path(place) / material.run.id
    if any(folder.glob("events.*")):
        raise Refused(409, f"{folder} has events already; choose another folder with --out")
    writer = EventFileWriter(str(folder))
    began = start_of(material)
    for step, seconds, figures, picture in story(material, pictures):
        values = [Summary.Value(tag=name, simple_value=figure) for name, figure in figures.items()]
        if picture is not None:
            shown = Summary.Image(
                height=picture.height,
                width=picture.width,
                colorspace=3,
                encoded_image_string=png(picture),
            )
            values.append(Summary.Value(tag=PICTURE, image=shown))
        summary = Summary(value=values)
        writer.add_event(Event(wall_time=began + seconds, step=step, summary=summary))
    writer.close()
    return str(folder)


def mlflow(material: Material, place: str, pictures: int) -> str:
    """A run of an experiment; pictures are artifacts."""
    from mlflow.entities import Metric, Param
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import MlflowClient

    try:
        client = MlflowClient(tracking_uri=place)
        known = client.get_experiment_by_name(EXPERIMENT)
        experiment = known.experiment_id if known else client.create_experiment(EXPERIMENT)
        began = start_of(material)
        run = client.create_run(experiment, int(1000 * began), run_name=named(material))
        identity = run.info.run_id
        parameters = [Param(name, value) for name, value in settings_of(material).items()]
        client.log_batch(identity, params=parameters)
        waiting: list[Any] = []
        for step, seconds, figures, picture in story(material, pictures):
            when = int(1000 * (began + seconds))
            waiting += [Metric(name, figure, when, step) for name, figure in figures.items()]
            if len(waiting) >= AT_ONCE:
                client.log_batch(identity, metrics=waiting)
                waiting = []
            if picture is not None:
                client.log_image(identity, picture, f"{PICTURE}/{step:08}.png")
        client.log_batch(identity, metrics=waiting)
        client.set_terminated(identity)
    except MlflowException as error:
        raise Refused(409, f"MLflow does not take it at {place}: {error}") from error
    return f"{place}, run {identity}"


def wandb(material: Material, place: str, pictures: int) -> str:
    """A run that waits for `wandb sync`; WANDB_MODE=online sends it at once."""
    import wandb as library

    mode: Any = os.environ.get("WANDB_MODE", "offline")
    run = library.init(
        project=EXPERIMENT,
        name=named(material),
        dir=place,
        mode=mode,
        config=material.initial,
    )
    for step, _, figures, picture in story(material, pictures):
        shown = {} if picture is None else {PICTURE: library.Image(picture)}
        run.log({**figures, **shown}, step=step)
    folder = run.dir
    run.finish()
    return f"{Path(folder).parent}; `wandb sync` sends it"


WRITERS: dict[Tracker, Callable[[Material, str, int], str]] = {
    "tensorboard": tensorboard,
    "mlflow": mlflow,
    "wandb": wandb,
}

Moment = tuple[int, float, dict[str, float], Image.Image | None]
"""Update, seconds of training, figures, and a picture where one is wanted."""


def story(material: Material, pictures: int) -> Iterator[Moment]:
    """What there is of a run, in the order of its updates."""
    film = Film()
    rows: dict[int, dict[str, float]] = {}
    seconds = dict(material.frames())
    shown = set(thinned(list(seconds), pictures))
    for row in material.rows:
        rows.setdefault(row["step"], {}).update(row["values"])
        seconds.setdefault(row["step"], row["seconds"])
    for step in sorted(rows.keys() | shown):
        picture = drawing(material.frame(step), named(material), film) if step in shown else None
        yield step, seconds[step], rows.get(step, {}), picture


def named(material: Material) -> str:
    """What the run is called there."""
    return f"{material.run.name} ({material.run.id})"


def start_of(material: Material) -> float:
    """When it began, in seconds since 1970."""
    return datetime.fromisoformat(material.run.started or material.run.created).timestamp()


def settings_of(material: Material) -> dict[str, str]:
    """The config as names with dots, and texts; points by their digest."""

    def flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for name, inner in value.items():
                yield from flat(f"{prefix}.{name}" if prefix else name, inner)
        else:
            yield prefix, str(value)

    return dict(flat("", material.initial))


def png(picture: Image.Image) -> bytes:
    """The picture as a file."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
