"""Contrastive divergence and short-run MCMC: signs, starts and what is kept."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.contracts import Method, Task
from ebm_core.energies.mlp import Mlp
from ebm_core.methods.mcmc.contrastive_divergence import ContrastiveDivergence
from ebm_core.methods.mcmc.persistent import PersistentContrastiveDivergence
from ebm_core.methods.mcmc.short_run import ShortRun
from ebm_core.optimization import Optimization, Schedule
from ebm_core.samplers.langevin import Langevin
from ebm_core.samplers.mala import Mala


def task(learning_rate: float = 1e-4) -> Task:
    torch.manual_seed(0)
    draws = torch.Generator().manual_seed(0)
    options = Optimization(learning_rate=learning_rate, warmup=0)

    def sample_data(count: int) -> Tensor:
        return 0.5 * torch.randn(count, 2, generator=draws)

    def sample_noise(count: int, generator: torch.Generator | None = None, /) -> Tensor:
        return torch.rand(count, 2, generator=generator or draws) * 8 - 4

    return Task(
        shape=(2,),
        energy=Mlp(hidden=(16,)).build((2,)),
        sample_data=sample_data,
        sample_noise=sample_noise,
        schedule=Schedule(options, horizon=1000),
        generator=draws,
        device=torch.device("cpu"),
        classes=1,
        sample_labelled=lambda count: (sample_data(count), torch.zeros(count, dtype=torch.long)),
        held_out_labelled=lambda count: (sample_data(count), torch.zeros(count, dtype=torch.long)),
    )


@pytest.mark.parametrize("method", [ContrastiveDivergence(), ShortRun()])
def test_an_update_lowers_data_against_negatives(method: Method) -> None:
    parts = task()
    learner = method.learner(parts)
    data = parts.sample_data(256)
    before = learner.update(data)
    negatives = learner.picture().points["negatives"]
    with torch.no_grad():
        gap = parts.energy(data).mean() - parts.energy(negatives).mean()
    assert gap < before["loss"]


def test_contrastive_divergence_starts_at_the_data() -> None:
    sampler = Langevin(step_size=1e-8, noise="separate", noise_scale=0)
    parts = task()
    learner = ContrastiveDivergence(sampler=sampler, chain_steps=3).learner(parts)
    data = parts.sample_data(64)
    learner.update(data)
    torch.testing.assert_close(learner.picture().points["negatives"], data, atol=1e-5, rtol=0)


def test_contrastive_divergence_hands_the_adapted_step_size_on() -> None:
    parts = task()
    method = ContrastiveDivergence(sampler=Mala(step_size=1e-4), chain_steps=5)
    learner = method.learner(parts)
    sizes = [learner.update(parts.sample_data(64))["step_size"] for _ in range(5)]
    assert all(after > before * 1.03 for before, after in pairwise(sizes))


def test_the_short_run_flow_is_the_model() -> None:
    parts = task()
    method = ShortRun(sampler=Langevin(step_size=0.05), chain_steps=7)
    learner = method.learner(parts)
    found = learner.samples(32, torch.Generator().manual_seed(5))
    again = learner.samples(32, torch.Generator().manual_seed(5))
    assert found is not None
    assert again is not None
    assert found.tolist() == again.tolist()
    draws = torch.Generator().manual_seed(5)
    points = torch.empty(32, 2).uniform_(-4, 4, generator=draws)
    ends = run(method.sampler, parts.energy, points, 7, draws)
    assert found.tolist() == ends.points.tolist()


def test_looking_at_a_short_run_does_not_tune_it() -> None:
    parts = task()
    learner = ShortRun(sampler=Mala(step_size=1e-4), chain_steps=5).learner(parts)
    learner.update(parts.sample_data(64))
    before = learner.state()["step_size"]
    learner.samples(32, torch.Generator().manual_seed(5))
    assert learner.state()["step_size"] == before


@pytest.mark.parametrize("method", [ContrastiveDivergence, ShortRun])
def test_new_chains_start_a_schedule_afresh(method: type[Method]) -> None:
    sizes = scheduled(method)
    assert sizes[0] < 0.01
    assert sizes == [sizes[0]] * 3


def test_lasting_chains_go_on_with_a_schedule() -> None:
    sizes = scheduled(PersistentContrastiveDivergence)
    assert all(after < 0.9 * before for before, after in pairwise(sizes))


def scheduled(method: type[Method]) -> list[float]:
    """The last step size of each of three updates under a decay."""
    sampler = Langevin(step_size=0.01, schedule="welling_teh", schedule_offset=10)
    parts = task()
    learner = method.model_validate({"sampler": sampler, "chain_steps": 5}).learner(parts)
    return [float(learner.update(parts.sample_data(64))["step_size"]) for _ in range(3)]


def test_chains_on_their_way_from_noise_are_no_samples() -> None:
    parts = task()
    method = PersistentContrastiveDivergence(
        sampler=Langevin(step_size=0.05), chains=64, buffer_size=64, restart_share=0.3,
        restart_from="noise",
    )  # fmt: skip
    learner = method.learner(parts)
    for _ in range(8):
        learner.update(parts.sample_data(64))
    young = learner.buffer[learner.ages < learner.ages.median()]
    assert len(young) > 0
    found = learner.samples(32, torch.Generator().manual_seed(5))
    assert len(found) == 32
    assert not {tuple(row) for row in found.tolist()} & {tuple(row) for row in young.tolist()}
