"""The independent streams of random numbers that one seed stands for."""

import hashlib
from typing import Literal, get_args

import torch

StreamName = Literal["weights", "data", "training", "shown_data", "shown_chains"]


def stream_seed(seed: int, name: StreamName, rank: int = 0) -> int:
    """A seed of its own for each stream and each seed below 2^53, in each process of a run.

    Two generators with one seed would draw the noise of training as a function of its data. Those
    of further ranks are hashed, since a generator on the CPU takes no more than 32 bits of a seed.
    """
    index = get_args(StreamName).index(name)
    if rank == 0:
        return 8 * seed + index
    digest = hashlib.sha256(f"{seed} {name} {rank}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def stream(
    seed: int, name: StreamName, device: torch.device | str = "cpu", rank: int = 0
) -> torch.Generator:
    """A generator at the start of a stream."""
    return torch.Generator(device).manual_seed(stream_seed(seed, name, rank))
