"""A time budget by clocks of known speeds: how long a run becomes."""

from collections.abc import Callable

import pytest

from ebm_core.runs.time_budget import CALIBRATIONS, TimeBudget


def spent(budget: float, takes: Callable[[int], float]) -> tuple[float, int]:
    """Seconds and updates of a run whose n-th update takes so long."""
    watch, seconds, step = TimeBudget(measures=True), 0.0, 0
    horizon: int | None = None
    while horizon is None or step < horizon:
        seconds += takes(step)
        step += 1
        length = watch.length(budget, seconds, step, horizon)
        horizon = horizon if length is None else length
    return seconds, step


@pytest.mark.parametrize(
    "takes",
    [
        lambda _: 0.003,
        lambda step: 0.06 if step < 13 else 0.0023,
        lambda step: 0.8 if step == 0 else 0.001,
        lambda step: 0.001 if step < 400 else 0.01,
    ],
    ids=["even", "slow at first", "one slow update", "slow later"],
)
def test_a_budget_is_spent_whatever_the_speed_at_first(takes: Callable[[int], float]) -> None:
    """After a slow beginning a run once ended with a third of its time spent."""
    seconds, _ = spent(6.0, takes)
    assert 0.9 * 6.0 <= seconds <= 1.05 * 6.0


def test_a_length_that_was_asked_for_stays() -> None:
    watch = TimeBudget(measures=True)
    watch.settle()
    assert watch.length(6.0, 1.0, 100, 100) is None


def test_a_run_that_is_replayed_measures_nothing() -> None:
    assert TimeBudget(measures=False).length(6.0, 1.0, 100, 100) is None


def test_at_each_share_the_length_is_found_anew() -> None:
    watch = TimeBudget(measures=True)
    for share in CALIBRATIONS[:-1]:
        step = round(1000 * share)
        assert watch.length(10.0, 10.0 * share, step, 10_000) == pytest.approx(1000, abs=30)
        assert watch.length(10.0, 10.0 * share + 0.001, step + 1, 10_000) is None
