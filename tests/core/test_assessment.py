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


@pytest.mark.parametrize(("method", "beside"), [("persistent", False), ("variational", True)])
def test_learned_weights_are_those_of_the_energy_and_those_beside_it(
    method: str, beside: bool
) -> None:
    config = {"dataset": {"kind": "gaussian_ring"}, "method": {"kind": method}, "updates": 1}
    training = Training(RunConfig.model_validate(config))
    training.update()
    figures = training.evaluate()
    own = sum(weights.numel() for weights in training.energy.parameters())
    assert figures["energy_parameters"] == own
    assert (figures["other_parameters"] > 0) is beside


@pytest.mark.parametrize("method", ["denoising", "variational"])
def test_samples_of_an_untrained_energy_are_far_from_the_data(method: str) -> None:
    config = {"dataset": {"kind": "gaussian_ring"}, "method": {"kind": method}, "updates": 1}
    training = Training(RunConfig.model_validate(config))
    training.update()
    figures = training.evaluate(thorough=True)
    assert figures["sliced_wasserstein"] > 3 * figures["sliced_wasserstein_floor"] > 0
