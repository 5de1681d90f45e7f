"""A run that is killed at random moments and goes on each time ends as one that was left alone."""

from pathlib import Path
from random import Random
from signal import SIGKILL, SIGXFSZ

import pytest

from ebm_core.checks.histories import described, held, lived, recorded
from ebm_core.methods import METHODS
from ebm_core.runs import checkpoint
from tests.core.mortal import begun, life, train


@pytest.mark.parametrize("kind", METHODS)
def test_a_killed_run_ends_as_one_left_alone(kind: str, tmp_path: Path) -> None:
    """First in the middle of a checkpoint's write, then twice by kill -9 at any moment."""
    chance = Random(kind)
    config = described(kind, "gaussian_ring", 20)
    alone = lived(config, chance)
    expected = held(alone, tmp_path / "alone")
    size = (tmp_path / "alone" / checkpoint.FILE_NAME).stat().st_size
    given = tmp_path / "killed", config, recorded(alone)

    byte = chance.randrange(size // 2)
    with life(train, *given) as mortal:
        for _ in range(chance.randrange(6)):
            mortal.hear()
            mortal.answer()
        deaths = [(mortal.hear(), f"byte {byte}")]
        mortal.answer(byte)
        assert mortal.end() == -SIGXFSZ, deaths
    for _ in range(2):
        step = 0
        moment = 10 ** chance.uniform(-5, -2)
        with life(train, *given) as mortal:
            for _ in range(chance.randint(1, 6)):
                step = mortal.hear()
                mortal.answer()
            deaths.append((step, f"{moment:.1g} s later"))
            assert mortal.end_within(moment) == -SIGKILL, deaths

    training = begun(*given)
    while not training.finished:
        training.update()
    assert held(training, tmp_path / "resumed") == expected, deaths
