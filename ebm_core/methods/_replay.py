"""A buffer of chains, of which an update moves some or all."""

import torch
from jaxtyping import Int
from torch import Tensor

from ebm_core.contracts import Task


def enough_kept(chains: int, buffer_size: int) -> None:
    """Raises ValueError when more chains are to be moved than the buffer holds."""
    if chains > buffer_size:
        raise ValueError(
            f"method.chains is {chains}, more than method.buffer_size, {buffer_size}; choose fewer "
            "chains or a larger buffer"
        )


def moved_now(chains: int, buffer_size: int, task: Task) -> Int[Tensor, " chains"]:
    """Which chains of the buffer an update moves: all in their order, or some at random."""
    if chains == buffer_size:
        return torch.arange(buffer_size, device=task.device)
    order = torch.randperm(buffer_size, generator=task.generator, device=task.device)
    return order[:chains]
