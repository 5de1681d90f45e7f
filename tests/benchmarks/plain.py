"""The plain PyTorch loop: `autograd.grad` for the gradients by x, `backward` and Adam for weights.

What a careful reader of the papers writes: frozen weights while sampling, one gradient a step.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from tests.benchmarks.work import (
    CHAIN_STEPS,
    LEAPFROG_STEPS,
    LEARNING_RATE,
    NOISE_LEVEL,
    STEP_SIZE,
    Setting,
    Task,
)


def tasks(setting: Setting) -> dict[str, Task]:
    """Everything."""
    frozen = setting.network().requires_grad_(False)
    few, many = setting.chains(256), setting.chains(1024)

    @torch.no_grad()
    def grid() -> Tensor:
        energies: Tensor = frozen(setting.cells)
        return energies

    return {
        "langevin_256": lambda: langevin(frozen, few, CHAIN_STEPS),
        "langevin_1024": lambda: langevin(frozen, many, CHAIN_STEPS),
        "mala": lambda: mala(frozen, many, CHAIN_STEPS),
        "hmc": lambda: hmc(frozen, many, 2),
        "contrastive_divergence": trained(setting, contrastive_divergence, few),
        "sliced": trained(setting, sliced, many),
        "exact": trained(setting, exact, many),
        "denoising": trained(setting, denoising, many),
        "grid": grid,
    }


def energy_and_gradient(net: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """E and grad E, without a graph."""
    x = x.detach().requires_grad_()
    energies = net(x).squeeze(1)
    (gradient,) = torch.autograd.grad(energies.sum(), x)
    return energies.detach(), gradient


def langevin(net: nn.Module, x: Tensor, steps: int) -> Tensor:
    """Unadjusted Langevin steps."""
    for _ in range(steps):
        _, gradient = energy_and_gradient(net, x)
        x = x - STEP_SIZE * gradient + (2 * STEP_SIZE) ** 0.5 * torch.randn_like(x)
    return x


def mala(net: nn.Module, x: Tensor, steps: int) -> Tensor:
    """Metropolis-adjusted Langevin steps."""
    energies, gradient = energy_and_gradient(net, x)
    for _ in range(steps):
        noise = (2 * STEP_SIZE) ** 0.5 * torch.randn_like(x)
        proposal = x - STEP_SIZE * gradient + noise
        proposed, slope = energy_and_gradient(net, proposal)
        back = x - proposal + STEP_SIZE * slope
        bias = (noise.square() - back.square()).sum(1) / (4 * STEP_SIZE)
        accepted = torch.rand(len(x)).log() < energies - proposed + bias
        x = torch.where(accepted[:, None], proposal, x)
        energies = torch.where(accepted, proposed, energies)
        gradient = torch.where(accepted[:, None], slope, gradient)
    return x


def hmc(net: nn.Module, x: Tensor, paths: int) -> Tensor:
    """Hamiltonian Monte Carlo."""
    energies, gradient = energy_and_gradient(net, x)
    for _ in range(paths):
        momenta = torch.randn_like(x)
        start = energies + momenta.square().sum(1) / 2
        place, proposed, slope = x, energies, gradient
        for _ in range(LEAPFROG_STEPS):
            momenta = momenta - STEP_SIZE / 2 * slope
            place = place + STEP_SIZE * momenta
            proposed, slope = energy_and_gradient(net, place)
            momenta = momenta - STEP_SIZE / 2 * slope
        accepted = torch.rand(len(x)).log() < start - proposed - momenta.square().sum(1) / 2
        x = torch.where(accepted[:, None], place, x)
        energies = torch.where(accepted, proposed, energies)
        gradient = torch.where(accepted[:, None], slope, gradient)
    return x


def trained(setting: Setting, loss: Callable[[nn.Module, Tensor], Tensor], data: Tensor) -> Task:
    """One update of a net of its own down a loss."""
    return updated(setting.network(), loss, data)


def updated(net: nn.Module, loss: Callable[[nn.Module, Tensor], Tensor], data: Tensor) -> Task:
    """One update of a net down a loss."""
    adam = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)

    def update() -> float:
        adam.zero_grad()
        value = loss(net, data)
        value.backward()
        adam.step()
        return float(value.detach())

    return update


def contrastive_divergence(net: nn.Module, data: Tensor) -> Tensor:
    """CD-k with Langevin steps from the data."""
    net.requires_grad_(False)
    negatives = langevin(net, data, CHAIN_STEPS)
    net.requires_grad_(True)
    loss: Tensor = net(data).mean() - net(negatives).mean()
    return loss


def slopes(net: nn.Module, data: Tensor) -> tuple[Tensor, Tensor]:
    """x, and grad E with a graph."""
    x = data.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(net(x).sum(), x, create_graph=True)
    return x, gradient


def sliced(net: nn.Module, data: Tensor) -> Tensor:
    """Variance-reduced, with one Rademacher direction."""
    x, gradient = slopes(net, data)
    v = torch.randn_like(x).sign()
    (product,) = torch.autograd.grad((gradient * v).sum(), x, create_graph=True)
    return (gradient.square().sum(1) / 2 - (product * v).sum(1)).mean()


def exact(net: nn.Module, data: Tensor) -> Tensor:
    """With the Hessian's diagonal, row by row."""
    x, gradient = slopes(net, data)
    loss = gradient.square().sum(1) / 2
    for axis in range(x.shape[1]):
        (row,) = torch.autograd.grad(gradient[:, axis].sum(), x, create_graph=True)
        loss = loss - row[:, axis]
    return loss.mean()


def denoising(net: nn.Module, data: Tensor) -> Tensor:
    """At one noise level."""
    noise = torch.randn_like(data)
    _, gradient = slopes(net, data + NOISE_LEVEL * noise)
    return (NOISE_LEVEL * gradient - noise).square().sum(1).mean() / 2
