"""What holds for every method on the shelf: a new one is tested by existing."""

import pytest
import torch

from ebm_core.methods import METHODS
from ebm_core.runs.config import RunConfig
from ebm_core.runs.training import Training


def training(kind: str, updates: int, dataset: str = "gaussian_ring") -> Training:
    config = {"dataset": {"kind": dataset}, "method": {"kind": kind}, "updates": updates}
    return Training(RunConfig.model_validate(config))


def weights(run: Training) -> list[list[float]]:
    return [parameter.flatten().tolist() for parameter in run.energy.parameters()]


@pytest.mark.parametrize("kind", METHODS)
def test_a_short_run_learns_the_ring(kind: str) -> None:
    """KL falls below a third of what it is before the first update."""
    run = training(kind, 120)
    before = run.evaluate()["kl"]
    while not run.finished:
        run.update()
    after = run.evaluate()
    assert before > 1
    assert min(after["kl"], after["kl_best_temperature"]) < before / 3


@pytest.mark.parametrize("kind", [kind for kind in METHODS if METHODS[kind].family == "mcmc"])
def test_chains_do_not_drive_the_energy_away_from_fine_data(kind: str) -> None:
    """Moons are finer than the ring: steps that fit the ring can be too wide for them."""
    run = training(kind, 140, "moons")
    while not run.finished:
        metrics = run.update()
        assert abs(metrics["loss"]) < 30


@pytest.mark.parametrize("kind", METHODS)
def test_looking_does_not_disturb_training(kind: str) -> None:
    watched, alone = training(kind, 6), training(kind, 6)
    while not alone.finished:
        alone.update()
        watched.update()
        watched.frame()
        if watched.step == 3:
            watched.learner.samples(8, torch.Generator().manual_seed(0))
    watched.evaluate()
    assert weights(watched) == weights(alone)
