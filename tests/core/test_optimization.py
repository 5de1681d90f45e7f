"""Adam on a schedule: the steps of torch's own, and what they import."""

import subprocess
import sys

import torch
from torch import Tensor, nn

from ebm_core.optimization import Average, Descent, Optimization, Schedule


def net() -> nn.Sequential:
    generator = torch.Generator().manual_seed(0)
    made = nn.Sequential(nn.Linear(2, 16), nn.SiLU(), nn.Linear(16, 1))
    with torch.no_grad():
        for weights in made.parameters():
            weights.normal_(generator=generator)
    return made


def loss(of: nn.Module, step: int) -> Tensor:
    points = torch.randn(32, 2, generator=torch.Generator().manual_seed(step))
    found: Tensor = (of(points).squeeze(1) - points.prod(1)).square().mean()
    return found


def test_steps_are_those_of_torch_bit_for_bit_also_after_a_pause() -> None:
    ours, theirs = net(), net()
    schedule = Schedule(Optimization(warmup=5, learning_rate=0.01), horizon=30)
    descent = Descent(ours.parameters(), schedule, 0.5, (0.8, 0.99))
    adam = torch.optim.Adam(theirs.parameters(), betas=(0.8, 0.99), fused=True)
    assert descent.state() == {}
    for step in range(30):
        schedule.step = step
        if step == 10:
            state = descent.state()
            descent = Descent(ours.parameters(), schedule, 0.5)
            descent.load_state(state)
            descent.betas = adam.param_groups[0]["betas"] = (0.9, 0.99)
        descent(loss(ours, step))
        adam.zero_grad()
        loss(theirs, step).backward()
        adam.param_groups[0]["lr"] = schedule.learning_rate * 0.5
        adam.step()
        for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            assert one.equal(other)


def test_an_update_imports_no_compiler() -> None:
    """It would take a process of a run most of a second."""
    code = (
        "import sys\n"
        "from ebm_core import RunConfig, Training\n"
        "described = {'dataset': {'kind': 'gaussian_ring'}, 'method': {'kind': 'persistent'}}\n"
        "Training(RunConfig.model_validate({**described, 'updates': 2})).update()\n"
        "assert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_average_keeps_the_newest_running_means() -> None:
    network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    average = Average(network, 0.9)
    network(torch.randn(64, 2, generator=torch.Generator().manual_seed(0)) + 3)
    with torch.no_grad():
        next(network.parameters()).fill_(1.0)
    before = average.averaged[0].clone()
    average.update(network, step=1000)
    torch.testing.assert_close(average.averaged[0], 0.9 * before + 0.1)
    torch.testing.assert_close(average.network[1].running_mean, network[1].running_mean)
    assert average.network[1].num_batches_tracked == 1
