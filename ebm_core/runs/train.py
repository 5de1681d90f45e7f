"""`train`, which makes a run's updates and yields frames."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from ebm_core.runs.config import Change, RunConfig
from ebm_core.runs.frame import Frame
from ebm_core.runs.training import Training


def train(
    config: RunConfig | Mapping[str, Any],
    *,
    events: Sequence[Change] = (),
    frame_every: int = 50,
    evaluate_every: int = 200,
) -> Generator[Frame, Mapping[str, Any] | None, None]:
    """Trains and yields a frame every `frame_every` updates, and one at the end.

    The exact figures (KL and its kin) in `Frame.metrics` are renewed every `evaluate_every`
    updates. Send `{"method.sampler.step_size": 0.1}` into the generator to change a live field.

    Raises:
        TrainingDiverged: A quantity is not finite; the frames until then stand.
    """
    if not isinstance(config, RunConfig):
        config = RunConfig.model_validate(config)
    training = Training(config, events)
    while not training.finished:
        training.update()
        if training.step % evaluate_every == 0 or training.finished:
            training.evaluate(thorough=training.finished)
        if training.step % frame_every == 0 or training.finished:
            for path, value in ((yield training.frame()) or {}).items():
                training.change(path, value)
