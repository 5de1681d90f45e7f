"""Persistent contrastive divergence with a replay buffer."""

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.contracts import (
    EnergyNetwork,
    Family,
    Learner,
    Method,
    Metrics,
    Picture,
    Recipe,
    Sampler,
    Shape,
    Task,
    Tuning,
    Unconditional,
    setting,
)
from ebm_core.contracts.groups import Groups
from ebm_core.contracts.phases import observer
from ebm_core.methods._chain_phases import tell_buffer, tell_data, tell_stored
from ebm_core.methods._image_recipes import IMAGE_SAMPLER, LARGE
from ebm_core.methods._likelihood import ENERGY_PENALTY, LikelihoodAscent
from ebm_core.methods._likelihood_phases import Sides
from ebm_core.methods._replay import enough_kept, moved_now
from ebm_core.randomness.noise import DATA_NOISE, blurred
from ebm_core.randomness.subset import some_of
from ebm_core.samplers import AnySampler
from ebm_core.samplers.random_walk import RandomWalk

DATA = r"\mathbb{E}_{\text{data}} \nabla E"
CHAINS = r"\mathbb{E}_{\text{chains}} \nabla E"
NEAR, LEAST_SHARE = 3.0, 0.15
"""Widths between groups up to which the whole learning rate is right, and what it falls to."""


@final
class PersistentContrastiveDivergence(Unconditional):
    """Maximum likelihood with negatives from chains that live on between updates.

    Each update: start chains from the buffer (a few of them afresh), run k steps, push the energy
    down at the data and up at the ends of the chains, store the ends back where they were read.

    Source:
        Tieleman (2008), https://doi.org/10.1145/1390156.1390290; the buffer: Du and Mordatch
        (2019), section 3.2, https://arxiv.org/abs/1903.08689
    """

    rank: ClassVar[int] = 11
    title: ClassVar[str] = "Persistent CD"
    summary: ClassVar[str] = (
        "Negatives from a replay buffer of chains that are moved a little at each update."
    )
    family: ClassVar[Family] = "mcmc"
    equation: ClassVar[str] = rf"\nabla L = {DATA} - {CHAINS}"
    source: ClassVar[str] = "Du and Mordatch 2019, https://arxiv.org/abs/1903.08689"
    series: ClassVar[Mapping[str, str]] = {"buffer_age": "Age of the buffer, chain steps"}

    kind: Literal["persistent"] = "persistent"
    sampler: AnySampler = setting(
        RandomWalk(), title="Sampler", description="What moves the chains."
    )
    chain_steps: int = setting(
        8,
        title="Chain steps",
        symbol="k",
        ge=1,
        le=500,
        live=True,
        description="Sampler steps per update.",
    )
    chains: int = setting(
        256,
        title="Chains",
        divided=True,
        ge=2,
        le=65536,
        log=True,
        description="Chains moved at each update.",
    )
    buffer_size: int = setting(
        256,
        title="Buffer size",
        divided=True,
        ge=2,
        le=1_000_000,
        log=True,
        description="Chains that are kept; at least as many as are moved at each update.",
    )
    restart_share: float = setting(
        0.05,
        title="Restarts",
        ge=0,
        le=1,
        live=True,
        description="Share of the moved chains that start afresh at each update.",
    )
    restart_from: Literal["data", "noise"] = setting(
        "data",
        title="Restart from",
        live=True,
        description="noise needs 60 chain steps or more, else the energy runs away.",
    )
    data_noise: float = DATA_NOISE
    energy_penalty: float = ENERGY_PENALTY

    @classmethod
    def recipe(cls, shape: Shape) -> Recipe:
        if len(shape) == 1:
            return {"optimization": {"learning_rate": 5e-3}}
        large = math.prod(shape) > LARGE
        restarts: dict[str, Any] = (
            # from noise, 6 steps are too few there: chains settle on grey blots
            {"chain_steps": 20, "restart_share": 0.05, "restart_from": "data"}
            if large
            else {"chain_steps": 6, "restart_share": 0.02, "restart_from": "noise"}
        )
        return {
            "method": {
                "sampler": IMAGE_SAMPLER,
                **restarts,
                "chains": 64,
                "buffer_size": 1000,
                "data_noise": 0.1,
                "energy_penalty": 0.01,
            },
            "energy": {"kind": "mlp", "hidden": [256, 256], "fourier_features": 0},
            "optimization": {
                "learning_rate": 1e-3 if large else 1.5e-3,
                "decay_updates": 20_000,
                "batch_size": 64,
                "averaging": 0.998,
                "gradient_clip": 1.0,
            },
        }

    @property
    def smoothing(self) -> float:
        return 0.0

    def display_sampler(self, shape: Shape) -> Sampler:
        return self.sampler

    def refuse(self, classes: int, network: EnergyNetwork) -> None:
        enough_kept(self.chains, self.buffer_size)

    def learner(self, task: Task) -> "PersistentLearner":
        return PersistentLearner(self, task)


def share_for(groups: Groups | None) -> float:
    """The share of the learning rate that chains can follow where groups lie far apart: they do not
    come to a well that opens between, and energies there ran away at the whole rate."""
    return 1.0 if groups is None else min(1.0, max(LEAST_SHARE, NEAR / groups.separation))


@final
class PersistentLearner(Learner):
    """The replay buffer of one run."""

    def __init__(self, method: PersistentContrastiveDivergence, task: Task) -> None:
        self.method = method
        self.task = task
        self.ascent = LikelihoodAscent(task, Sides(DATA, CHAINS), share_for(task.groups))
        self.buffer = self.fresh(method.buffer_size)
        self.ages = torch.zeros(method.buffer_size, device=task.device)
        self.tuning: Tuning | None = None

    def fresh(self, count: int) -> Float[Tensor, "count ..."]:
        """New starting points."""
        if self.method.restart_from == "data":
            return self.task.sample_data(count).clone()
        return self.task.sample_noise(count)

    def update(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        method, task = self.method, self.task
        clean = positives
        if method.data_noise:
            positives = blurred(positives, method.data_noise, task.generator)
        slots = moved_now(method.chains, method.buffer_size, task)
        starts, ages = self.buffer[slots], self.ages[slots]
        draws = torch.rand(len(slots), generator=task.generator, device=task.device)
        restarted = (draws < method.restart_share).nonzero().squeeze(1)
        starts[restarted] = self.fresh(len(restarted))
        ages[restarted] = 0
        if seen := observer():
            tell_data(seen, clean, positives, DATA)
            tell_buffer(seen, starts, slots, restarted, method.restart_from, CHAINS)

        sampler, steps = method.sampler, method.chain_steps
        ends = run(sampler, task.energy, starts, steps, task.generator, self.tuning)
        self.tuning = ends.tuning
        metrics = self.ascent(positives, ends.points, energy_penalty=method.energy_penalty)
        self.buffer[slots] = ends.points
        self.ages[slots] = ages + steps
        if seen:
            tell_stored(seen, ends.points, slots, CHAINS)
        return {**metrics, **ends.metrics, "buffer_age": self.ages.mean()}

    def reconfigure(self, method: Method) -> None:
        self.method = PersistentContrastiveDivergence.model_validate(method)

    def picture(self) -> Picture:
        return Picture({"negatives": self.buffer[:256]}, {"buffer_age": self.ages[:256]})

    def samples(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."]:
        """Entries of the buffer, without repetition; where chains start from noise those of the
        older half, for the young ones are on their way still.
        """
        if self.method.restart_from == "data":
            return some_of(self.buffer, count, generator)
        older = self.ages >= self.ages.median()
        return some_of(self.buffer[older], count, generator)

    def state(self) -> dict[str, Any]:
        return {
            "ascent": self.ascent.state(),
            "buffer": self.buffer,
            "ages": self.ages,
            "tuning": self.tuning,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        self.ascent.load_state(state["ascent"])
        self.buffer, self.ages = state["buffer"], state["ages"]
        self.tuning = state["tuning"] and Tuning(*state["tuning"])
