"""What is told of a run's energy, and how often its samples are drawn for it."""

import pytest

from ebm_core import RunConfig, Training
from ebm_core.runs.assessment import SELDOM


@pytest.mark.parametrize("method", ["noise_conditional", "short_run"])
def test_samples_are_drawn_for_one_of_some_evaluations_and_for_a_thorough_one(method: str) -> None:
    config = {"dataset": {"kind": "gaussian_ring"}, "method": {"kind": method}, "updates": 1}
    training = Training(RunConfig.model_validate(config))
    training.update()
    told = [training.evaluate() for _ in range(2 * SELDOM)]
    assert all("kl" in figures for figures in told)
    drawn = [place for place, figures in enumerate(told, 1) if "sample_coverage" in figures]
    assert drawn == [SELDOM, 2 * SELDOM]
    assert "sample_coverage" in training.evaluate(thorough=True)
