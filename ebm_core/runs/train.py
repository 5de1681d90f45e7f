"""`train`, which makes a run's updates and yields frames."""

from collections.abc import Generator, Mapping, Sequence
from types import TracebackType
from typing import Any, final

from ebm_core.runs.at_hand import refuse_several_processes
from ebm_core.runs.changes import Change
from ebm_core.runs.config import RunConfig
from ebm_core.runs.frame import Frame
from ebm_core.runs.problems import checked
from ebm_core.runs.trained import TrainedEnergy
from ebm_core.runs.training import Training

Changes = Mapping[str, Any] | None


def train(
    config: RunConfig | Mapping[str, Any],
    *,
    events: Sequence[Change] = (),
    frame_every: int = 50,
    evaluate_every: int = 200,
) -> "Frames":
    """Trains and yields a frame every `frame_every` updates, and one at the end.

    The exact figures (KL and its kin) in `Frame.metrics` are renewed every `evaluate_every`
    updates. Send `{"method.sampler.step_size": 0.1}` into the generator to change a live field.
    Its `energy` is what was learned, at any moment; it is also what the generator returns.

    Raises:
        ValueError: The config is none, or its parts do not fit together, or it is a run of several
            processes.
        TrainingDiverged: A quantity is not finite; the frames until then stand.
    """
    if not isinstance(config, RunConfig):
        config = checked(RunConfig, config)
    refuse_several_processes(config)
    return Frames(Training(config, events), frame_every, evaluate_every)


@final
class Frames(Generator[Frame, Changes, TrainedEnergy]):
    """The frames of a run, made as they are asked for."""

    def __init__(self, training: Training, frame_every: int, evaluate_every: int) -> None:
        self.training = training
        self.frames = updated(training, frame_every, evaluate_every)

    @property
    def energy(self) -> TrainedEnergy:
        """What is learned by now, apart from what training goes on to do."""
        return self.training.trained()

    def send(self, changes: Changes, /) -> Frame:
        """Sets live fields by their paths, and goes on to the next frame."""
        return self.frames.send(changes)

    def throw(
        self,
        kind: type[BaseException] | BaseException,
        value: BaseException | object = None,
        traceback: TracebackType | None = None,
        /,
    ) -> Frame:
        """Raises an exception where the run stands."""
        return self.frames.throw(value if isinstance(value, BaseException) else kind)


def updated(
    training: Training, frame_every: int, evaluate_every: int
) -> Generator[Frame, Changes, TrainedEnergy]:
    """Updates a run to its end."""
    while not training.finished:
        training.update()
        if training.step % evaluate_every == 0 or training.finished:
            training.evaluate(thorough=training.finished)
        if training.step % frame_every == 0 or training.finished:
            for path, value in ((yield training.frame()) or {}).items():
                training.change(path, value)
    return training.trained()
