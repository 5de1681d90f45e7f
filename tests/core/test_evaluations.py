"""Evaluations of the energy, counted by the trainer, against energies that count by themselves."""

from pathlib import Path
from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn

from ebm_core import RunConfig, Training
from ebm_core.contracts import EnergyNetwork, Shape
from ebm_core.derivatives.gradient import by_autograd
from ebm_core.energies.mlp import Mlp
from ebm_core.methods import METHODS

BATCH, STEPS = 64, 3


def run(kind: str, **method: object) -> Training:
    config = {
        "dataset": {"kind": "moons"},
        "method": {"kind": kind, **method},
        "optimization": {"batch_size": BATCH},
        "updates": 100,
    }
    return Training(RunConfig.model_validate(config))


def counts(training: Training, updates: int = 1) -> tuple[float, float]:
    for _ in range(updates):
        training.update()
    return training.metrics["gradient_evaluations"], training.metrics["value_evaluations"]


def test_contrastive_divergence_takes_each_chain_s_steps_and_both_phases() -> None:
    training = run("contrastive_divergence", chain_steps=STEPS, sampler={"kind": "langevin"})
    gradients, values = counts(training)
    assert gradients == BATCH * STEPS + 2 * BATCH  # a chain starts at each point
    assert values == 0


def test_score_matching_takes_its_derivatives_at_the_data() -> None:
    assert counts(run("denoising", far_margin=None, halo_share=0)) == (BATCH, 0)
    assert counts(run("noise_conditional", far_margin=None)) == (BATCH, 0)
    assert counts(run("exact", far_margin=None, halo_share=0), updates=3) == (3 * 3 * BATCH, 0)


def test_a_metropolis_test_without_gradients_takes_values_alone() -> None:
    walk = {"kind": "random_walk"}
    training = run("contrastive_divergence", chain_steps=STEPS, sampler=walk)
    gradients, values = counts(training)
    assert gradients == 2 * BATCH
    assert values == BATCH * (STEPS + 1)  # once where they start


def test_jem_takes_its_chains_both_phases_and_the_labelled_points() -> None:
    training = run("jem", chain_steps=STEPS, chains=100, sampler={"kind": "langevin"})
    labelled = len(training.learner.points)  # type: ignore[attr-defined]
    gradients, values = counts(training)
    assert gradients == 100 * STEPS + BATCH + 100 + min(labelled, BATCH)
    assert values == 0


class Watched(EnergyNetwork):
    """An energy by autograd alone, which counts what it is asked for by itself."""

    gradients: ClassVar[int] = 0
    values: ClassVar[int] = 0

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(dimensions, 8), nn.SiLU(), nn.Linear(8, 1))

    def forward(self, points: Tensor) -> Tensor:
        if torch.is_grad_enabled():
            Watched.gradients += len(points)
        else:
            Watched.values += len(points)
        found: Tensor = self.body(points).squeeze(1) + points.square().sum(1) / 2
        return found

    def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return by_autograd(self, points)


PASSES = {"exact": 3.0, "sliced": 1.5}
"""Evaluations a pass through the network: of second derivatives it shows nothing."""


@pytest.mark.parametrize("kind", [kind for kind in METHODS if kind != "jem"])
def test_no_evaluation_of_any_method_escapes(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(_: Mlp, shape: Shape) -> Watched:
        return Watched(shape[0])

    monkeypatch.setattr(Mlp, "build", build)
    monkeypatch.setattr(Watched, "gradients", 0)
    monkeypatch.setattr(Watched, "values", 0)
    far = {"far_margin": None} if kind in PASSES else {}
    gradients, values = counts(run(kind, **far), updates=3)
    assert gradients == Watched.gradients * PASSES.get(kind, 1)
    assert values == Watched.values
    assert gradients > 0


def test_a_resumed_run_counts_on(tmp_path: Path) -> None:
    training = run("persistent")
    counts(training, updates=4)
    training.save(tmp_path)
    assert counts(Training.resume(tmp_path), updates=4) == counts(training, updates=4)
