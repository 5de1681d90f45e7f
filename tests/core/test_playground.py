"""Every sampler can be tried on every formula as the page offers them at first."""

import pytest

from ebm_core.analytic import ANALYTIC_ENERGIES
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
