"""The sides that are timed do the same work, and are timed soundly."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
import torch

from ebm_core.methods.score_matching.exact import ExactScoreMatching
from tests.benchmarks import lab, plain, report
from tests.benchmarks.measure import Timing, compared
from tests.benchmarks.work import WORK, setting

SETTING = setting()


def test_every_side_does_all_work() -> None:
    assert set(plain.tasks(SETTING)) == set(lab.tasks(SETTING)) == set(WORK)


def test_both_have_the_same_energy_and_gradient() -> None:
    energies, gradient = plain.energy_and_gradient(SETTING.network(), SETTING.data)
    with torch.no_grad():
        own, slopes = lab.network(SETTING).with_gradient(SETTING.data)
    torch.testing.assert_close(own, energies, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(slopes, gradient, rtol=1e-5, atol=1e-5)


def test_both_have_the_same_loss() -> None:
    learner = lab.learner_of(SETTING, ExactScoreMatching.model_validate(lab.UNSOFTENED))
    loss = learner.update(SETTING.data)["loss"]
    assert float(loss) == pytest.approx(plain.exact(SETTING.network(), SETTING.data).item(), 1e-4)


def test_a_side_that_takes_half_the_time_is_twice_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = [0.0]
    clock = SimpleNamespace(process_time=lambda: spent[0])
    monkeypatch.setattr("tests.benchmarks.measure.time", clock)

    def takes(seconds: float) -> Callable[[], None]:
        def task() -> None:
            spent[0] += seconds

        return task

    found = compared({"two": takes(2e-3), "one": takes(1e-3)}, "two", rounds=5, block=0.02)
    assert found["two"].ratio == pytest.approx(1)
    assert found["one"].ratio == pytest.approx(2)
    assert found["one"].milliseconds == pytest.approx(1)


def test_only_what_chance_does_not_explain_falls_short() -> None:
    def short(own: float, peer: float) -> list[str]:
        sides = {"ebm_lab": Timing(1.0, own, 0.02), "torchebm": Timing(1.0, peer, 0.02)}
        return report.shortfalls({"denoising": sides})

    assert short(1.3, 1.0) == short(1.17, 1.2) == []
    assert "not 1.2" in short(1.1, 1.0)[0]
    assert "torchebm is faster" in short(1.3, 1.5)[0]
