"""Running chains: one home for the loops, and tuning that is handed on by value."""

import ast
from itertools import islice
from pathlib import Path

import pytest
import torch

import ebm_core
from ebm_core.analytic.double_well import DoubleWell
from ebm_core.chains.run import run, trajectory
from ebm_core.samplers import SAMPLERS
from ebm_core.samplers.mala import Mala

WELL = DoubleWell().network()


def starts(count: int = 6) -> torch.Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(1))


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def steps_samplers(path: Path) -> bool:
    """Whether a file calls a sampler's `step`, which takes four arguments."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "step"
        and len(node.args) + len(node.keywords) == 4
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_samplers_are_stepped_in_one_file() -> None:
    root = Path(ebm_core.__path__[0])
    assert list(filter(steps_samplers, root.rglob("*.py"))) == [root / "chains" / "run.py"]


@pytest.mark.parametrize("kind", SAMPLERS)
def test_a_run_ends_where_its_trajectory_does(kind: str) -> None:
    sampler, points = SAMPLERS[kind](), starts()
    ends = run(sampler, WELL, points, 7, generator())
    steps = list(islice(trajectory(sampler, WELL, points, generator()), 7))
    assert torch.equal(ends.points, steps[-1].chains.points)
    assert ends.tuning == steps[-1].tuning
    assert ends.acceptance == pytest.approx(sum(step.acceptance for step in steps) / 7)


@pytest.mark.parametrize("kind", SAMPLERS)
def test_a_run_in_two_parts_goes_on_with_the_tuning(kind: str) -> None:
    sampler, draws = SAMPLERS[kind](), generator()
    whole = run(sampler, WELL, starts(), 9, generator())
    first = run(sampler, WELL, starts(), 4, draws)
    second = run(sampler, WELL, first.points, 5, draws, first.tuning)
    torch.testing.assert_close(second.points, whole.points)
    assert second.tuning.steps == whole.tuning.steps == 9
    assert second.tuning.step_size == pytest.approx(whole.tuning.step_size)


@pytest.mark.parametrize("kind", SAMPLERS)
def test_a_step_leaves_what_it_was_given_as_it_was(kind: str) -> None:
    sampler = SAMPLERS[kind]()
    chains, tuning = sampler.start(WELL, starts())
    before = [part.clone() for part in chains[:3]], tuple(tuning)
    sampler.step(WELL, chains, tuning, generator())
    assert all(map(torch.equal, chains[:3], before[0]))
    assert tuple(tuning) == before[1]


def test_after_a_warm_up_the_step_size_is_held_and_the_steps_count_on() -> None:
    sampler = Mala(step_size=1e-3, adaptation=0.1)
    tunings = [
        step.tuning for step in islice(trajectory(sampler, WELL, starts(), generator(), 5), 9)
    ]
    sizes = [tuning.step_size for tuning in tunings]
    assert sizes[0] < sizes[3] < sizes[4]
    assert sizes[4:] == sizes[4:5] * 5
    assert [tuning.steps for tuning in tunings] == list(range(1, 10))


def test_no_steps_lead_nowhere() -> None:
    ends = run(Mala(), WELL, starts(), 0, generator())
    assert torch.equal(ends.points, starts())
    assert ends.tuning.steps == 0
