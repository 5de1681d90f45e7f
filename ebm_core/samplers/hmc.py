"""Hamiltonian Monte Carlo."""

from collections.abc import Mapping
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Chains, EnergyNetwork, Sampler, Step, Tuning, setting
from ebm_core.contracts.moves import Move, listener
from ebm_core.derivatives.gradient import gradient_alone
from ebm_core.samplers._adaptation import adapted


@final
class Hmc(Sampler):
    """Rolls over the energy with a random momentum p, then accepts with min(1, exp((H - H') / T)).

    H = E(x) + |p|^2 / 2 with p ~ N(0, T I), so exp(-E / T) is kept exactly. A path is about L
    leapfrog steps, each one gradient; the gradient at its end is the next path's first. L varies
    from path to path, the same for all chains, so that no orbit always comes back to its start.

    Source:
        Duane, Kennedy, Pendleton and Roweth (1987), https://doi.org/10.1016/0370-2693(87)91197-X;
        the jitter and the acceptance to aim at: Neal (2011), sections 4.2 and 4.4,
        https://arxiv.org/abs/1206.1901
    """

    rank: ClassVar[int] = 13
    title: ClassVar[str] = "Hamiltonian (HMC)"
    summary: ClassVar[str] = (
        "Follows the gradient with momentum over long paths, with a Metropolis test at the end."
    )
    moves: ClassVar[Mapping[str, str]] = {
        "": r"p \leftarrow p - \epsilon\,\nabla E(x),\; x \leftarrow x + \epsilon\,p"
        r" \;\; L \text{ times, or stay}"
    }

    kind: Literal["hmc"] = "hmc"
    step_size: float = setting(
        0.2,
        title="Step size",
        symbol="ε",
        gt=0,
        le=100,
        live=True,
        log=True,
        size=1,
        description="Time of one leapfrog step, in data units; where adaptation starts.",
    )
    leapfrog_steps: int = setting(
        10,
        title="Leapfrog steps",
        symbol="L",
        ge=1,
        le=1000,
        live=True,
        log=True,
        description="Gradients along one path, on average: its length is L ε.",
    )
    jitter: float = setting(
        0.5,
        title="Jitter",
        ge=0,
        le=1,
        live=True,
        advanced=True,
        description="A path's steps are drawn evenly from L (1 - jitter) to L (1 + jitter).",
    )
    target_acceptance: float = setting(
        0.8,
        title="Target acceptance",
        gt=0,
        lt=1,
        live=True,
        description="Acceptance that the step size is steered to; 0.65 to 0.9 is near the best.",
    )
    adaptation: float = setting(
        0.05,
        title="Adaptation rate",
        ge=0,
        le=1,
        live=True,
        advanced=True,
        description="How fast the step size follows the acceptance; 0 keeps it fixed, and exact.",
    )
    temperature: float = setting(
        1.0,
        title="Temperature",
        symbol="T",
        gt=0,
        le=1000,
        live=True,
        log=True,
        advanced=True,
        description="The chain samples exp(-E / T).",
    )

    @property
    def sampled_temperature(self) -> float:
        return self.temperature

    def start(
        self, energy: EnergyNetwork, points: Float[Tensor, "n ..."], tuning: Tuning | None = None
    ) -> tuple[Chains, Tuning]:
        with torch.no_grad():
            energies, gradients = energy.with_gradient(points)
        return Chains(points, energies, gradients), Tuning.of(self.step_size, tuning)

    def path_steps(self, generator: torch.Generator) -> int:
        """How many leapfrog steps the next path has."""
        spread = round(self.jitter * self.leapfrog_steps)
        shortest, longest = max(1, self.leapfrog_steps - spread), self.leapfrog_steps + spread
        drawn = torch.randint(
            shortest, longest + 1, (), generator=generator, device=generator.device
        )
        return int(drawn)

    @torch.no_grad()
    def leapfrog(
        self,
        energy: EnergyNetwork,
        chains: Chains,
        momenta: Float[Tensor, "n ..."],
        step_size: float,
        steps: int,
        path: list[Tensor] | None = None,
    ) -> tuple[Chains, Float[Tensor, "n ..."]]:
        """Where `steps` leapfrog steps lead; it keeps volumes, and -momenta lead back.

        Args:
            path: Gets the points on the way, but for the last.
        """
        momenta = momenta.sub(chains.gradients, alpha=step_size / 2)
        points = chains.points.add(momenta, alpha=step_size)
        for _ in range(steps - 1):
            if path is not None:
                path.append(points.clone())
            # the half steps of two neighbours are one
            momenta.sub_(gradient_alone(energy, points), alpha=step_size)
            points.add_(momenta, alpha=step_size)
        energies, gradients = energy.with_gradient(points)
        momenta.sub_(gradients, alpha=step_size / 2)
        return Chains(points, energies, gradients), momenta

    @torch.no_grad()
    def step(
        self, energy: EnergyNetwork, chains: Chains, tuning: Tuning, generator: torch.Generator
    ) -> Step:
        epsilon = tuning.step_size
        momenta = torch.empty_like(chains.points).normal_(generator=generator)
        momenta.mul_(self.temperature**0.5)
        steps = self.path_steps(generator)
        told = listener()
        path = [chains.points] if told else None
        end, ending = self.leapfrog(energy, chains, momenta, epsilon, steps, path)
        lost = (momenta.square() - ending.square()).flatten(1).sum(1) / 2
        log_ratio = (chains.energies - end.energies + lost) / self.temperature
        uniform = torch.empty_like(log_ratio).uniform_(generator=generator)
        # a path that left all bounds has no finite ratio, and is not accepted
        accepted = uniform.log() < log_ratio
        mask = accepted.view(-1, *[1] * (chains.points.dim() - 1))
        acceptance = float(accepted.float().mean())
        moved = Chains(
            torch.where(mask, end.points, chains.points),
            torch.where(accepted, end.energies, chains.energies),
            torch.where(mask, end.gradients, chains.gradients),
        )
        if told and path:
            terms = r"p \leftarrow p - \epsilon\,\nabla E(x)", r"x \leftarrow x + \epsilon\,p"
            way, push = torch.stack([*path, end.points]), epsilon * momenta
            told(Move(chains.points, end.points, None, accepted, *terms, path=way, push=push))
        epsilon = adapted(epsilon, acceptance, self.target_acceptance, self.adaptation)
        return Step(moved, tuning.after_step(epsilon), acceptance)
