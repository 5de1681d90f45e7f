"""Every sampler can be tried on every formula as the page offers them at first."""

import numpy as np
import pytest

from ebm_core.analytic import ANALYTIC_ENERGIES
from ebm_core.playground.slow_step import slow_step
from ebm_core.playground.trial import Trial, outcome
from ebm_core.runs.sizes import with_sizes
from ebm_core.samplers import SAMPLERS


@pytest.mark.parametrize("sampler", list(SAMPLERS))
@pytest.mark.parametrize("formula", list(ANALYTIC_ENERGIES))
def test_no_pair_is_refused(formula: str, sampler: str) -> None:
    length, choices = ANALYTIC_ENERGIES[formula].length, [SAMPLERS[sampler]]
    sizes = {"kind": sampler, **SAMPLERS[sampler]().model_dump()}
    fitting = with_sizes(sizes, choices, lambda size: size.value * length**size.power, "sampler")
    trial = {
        "energy": {"formula": {"kind": formula}},
        "sampler": fitting,
        "steps": 200,
        "chains": 16,
    }
    found = outcome(Trial.model_validate(trial))
    judged = SAMPLERS[sampler].stationary
    assert (found.mixing is not None) == judged
    assert (found.ess is not None and found.ess > 0) == judged


def test_the_verdict_on_chains_does_not_hang_on_the_seed() -> None:
    """Of these some chains cross and most do not: that is slow, and more steps would help."""
    trials = [
        Trial.model_validate(
            {"energy": {"formula": {"kind": "gaussian_mixture"}}, "sampler": sampler, "seed": seed}
        )
        for sampler in ({"kind": "mala"}, {"kind": "langevin"})
        for seed in range(5)
    ]
    assert {outcome(trial).mixing for trial in trials} == {"slow"}


def test_a_step_in_slow_motion_is_one_of_the_trial_s_chains() -> None:
    trial = Trial.model_validate({"energy": {"formula": {"kind": "double_well"}}, "steps": 60})
    draws = outcome(trial).draws
    for step in (0, 7, 45):  # with warm-up, and where the step size is held
        phases, _ = slow_step(trial, step)
        assert [phase.name.split(": ")[1] for phase in phases] == [
            "drift",
            "noise",
            "accept or stay",
        ]
        start, end = phases[-1].arrows["moved"]
        assert np.array_equal(start, draws[step, :12])
        assert np.array_equal(end, draws[step + 1, :12])
    with pytest.raises(ValueError, match="from 0 to 59"):
        slow_step(trial, 60)
