"""`python -m tests.benchmarks.image_speed`: a step and an update on 28 x 28 beside the plain loop.

The same network, weights and batch for both; the plain loop is that of `plain`, which a careful
reader of the papers writes.
"""

import argparse
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

from ebm_core.contracts import EnergyNetwork, Method, Task
from ebm_core.energies.convolutional import Convolutional, ConvolutionalNetwork
from ebm_core.energies.mlp import Mlp
from ebm_core.methods.mcmc.contrastive_divergence import ContrastiveDivergence
from ebm_core.methods.score_matching.denoising import DenoisingScoreMatching
from ebm_core.optimization import Optimization, Schedule
from ebm_core.samplers.langevin import Langevin
from tests.benchmarks import plain
from tests.benchmarks.lab import UNSOFTENED, ends
from tests.benchmarks.measure import compared
from tests.benchmarks.work import CHAIN_STEPS, LEARNING_RATE, NOISE_LEVEL, STEP_SIZE

SHAPE = (1, 28, 28)
BATCH = 64
HIDDEN = (256, 256)
Job = Callable[[], object]


def perceptrons() -> tuple[EnergyNetwork, nn.Module]:
    """Ours, and the same as layers of one's own."""
    ours = Mlp(hidden=HIDDEN, fourier_features=0, confinement=None).build(SHAPE)
    widths = (28 * 28, *HIDDEN, 1)
    parts: list[nn.Module] = [nn.Flatten()]
    for before, after in pairwise(widths):
        parts += [nn.Linear(before, after), nn.SiLU()]
    own = nn.Sequential(*parts[:-1])
    with torch.no_grad():
        for given, tensor in zip(own.parameters(), ours.parameters(), strict=True):
            given.copy_(tensor)
    return ours, own


def convolutions() -> tuple[EnergyNetwork, nn.Module]:
    """Ours, and the same as layers of one's own."""
    options = Convolutional(channels=16)
    ours, twin = options.build(SHAPE), options.build(SHAPE)
    assert isinstance(twin, ConvolutionalNetwork)
    twin.load_state_dict(ours.state_dict())
    return ours, nn.Sequential(*twin.body, twin.head)


def denoising(net: nn.Module, data: Tensor) -> Tensor:
    """At one noise level."""
    noise = torch.randn_like(data)
    _, gradient = plain.slopes(net, data + NOISE_LEVEL * noise)
    return (NOISE_LEVEL * gradient - noise).square().flatten(1).sum(1).mean() / 2


def ours_on(energy: EnergyNetwork, method: Method, data: Tensor) -> Job:
    """One update by a method's learner."""
    options = Optimization(learning_rate=LEARNING_RATE, warmup=0, final_rate=1.0)
    labels = torch.zeros(len(data)).long()
    learner = method.learner(
        Task(
            shape=SHAPE,
            energy=energy,
            sample_data=lambda _count: data,
            sample_noise=lambda _count, _generator=None: data,
            schedule=Schedule(options),
            generator=torch.Generator().manual_seed(0),
            device=torch.device("cpu"),
            classes=1,
            sample_labelled=lambda _count: (data, labels),
            held_out_labelled=lambda _count: (data, labels),
        )
    )
    return lambda: learner.update(data)


def jobs(make: Callable[[], tuple[EnergyNetwork, nn.Module]]) -> dict[str, dict[str, Job]]:
    """By kind of work: ours, and the plain loop's."""
    data = torch.rand(BATCH, *SHAPE, generator=torch.Generator().manual_seed(0)) * 2 - 1
    sampler = Langevin(step_size=STEP_SIZE)
    ours, own = make()
    own.requires_grad_(False)
    found: dict[str, dict[str, Job]] = {
        f"{CHAIN_STEPS} Langevin steps of {BATCH} chains": {
            "ours": lambda: ends(sampler, ours, data, CHAIN_STEPS),
            "plain": lambda: plain.langevin(own, data, CHAIN_STEPS),
        }
    }
    divergence = ContrastiveDivergence(sampler=sampler, chain_steps=CHAIN_STEPS)
    matching = DenoisingScoreMatching.model_validate(
        {"noise_level": NOISE_LEVEL, "far_margin": None, **UNSOFTENED}
    )
    for name, method, loss in (
        (f"an update of CD-{CHAIN_STEPS}", divergence, plain.contrastive_divergence),
        ("an update of denoising", matching, denoising),
    ):
        ours, own = make()
        found[name] = {"ours": ours_on(ours, method, data), "plain": plain.updated(own, loss, data)}
    return found


def main() -> None:
    """Prints a row for each network and kind of work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print("| network | work | plain, ms | ours, ms | times as fast |")
    print("|---|---|---:|---:|---:|")
    for title, make in (("784-256-256-1", perceptrons), ("3 convolutions", convolutions)):
        for name, sides in jobs(make).items():
            found = compared(sides, "plain", given.rounds, 0.5)
            ours = found["ours"]
            print(
                f"| {title} | {name} | {found['plain'].milliseconds:.2f} | {ours.milliseconds:.2f} "
                f"| {ours.ratio:.2f} ± {ours.error:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
