"""What one update of a run will cost, about: told before it is begun."""

from dataclasses import dataclass
from math import prod
from typing import Any

import torch

from ebm_core.runs.config import RunConfig

MULTIPLICATIONS = {"cpu": 3e10, "cuda": 3e12}
"""A second, of one core or of a GPU of today; measured are 3 to 9 * 10^10 on a core."""
PASSES = 3
"""Over the weights for each evaluation with its gradient: one forward, two back."""
COPIES = 8
"""Of the weights: gradients, moments, averages, the best moment, a checkpoint on its way."""
PROCESS = 400e6
"""Bytes of a worker with nothing to do."""


@dataclass(frozen=True)
class Cost:
    """An estimate, and what it is made of."""

    chains: int
    steps: int
    """Evaluations of the energy along each chain."""
    weights: int
    seconds: float
    """Of one update."""
    memory: float
    """Bytes of the worker."""

    @property
    def product(self) -> str:
        """The estimate's parts in words."""
        return f"{self.chains:,} chains x {self.steps:,} steps x {self.weights:,} weights"


def cost_of(config: RunConfig) -> Cost:
    """The cost of one update: chains x steps x weights, where a method has chains.

    Methods say by the names of their fields how many (`chains`, `chain_steps`), and samplers how
    many evaluations a step takes (`leapfrog_steps`, `level_steps`). What has other fields counts
    once for each point of the batch.
    """
    fields: dict[str, Any] = config.method.model_dump()
    sampler: dict[str, Any] = fields.get("sampler") or {}
    batch = config.optimization.batch_size
    chains = int(fields.get("chains", batch))
    each = int(sampler.get("leapfrog_steps", 1)) * int(sampler.get("level_steps", 1))
    steps = int(fields.get("chain_steps", 0)) * each
    with torch.random.fork_rng(devices=[]):
        network = config.method.network(config.energy, config.dataset.shape)
    tensors = list(network.parameters())
    places = prod(config.dataset.shape)  # a kernel is used at each place of an image
    weights = sum(t.numel() for t in tensors)
    work = sum(t.numel() * (places if t.ndim == 4 else 1) for t in tensors if t.ndim > 1)
    units = sum(t.shape[0] * (places if t.ndim == 4 else 1) for t in tensors if t.ndim > 1)
    points = chains * steps + chains + 2 * batch
    seconds = PASSES * points * work / MULTIPLICATIONS[config.device]
    memory = PROCESS + 4 * (COPIES * weights + PASSES * max(chains, batch) * units)
    return Cost(chains, max(1, steps), weights, seconds, memory)
