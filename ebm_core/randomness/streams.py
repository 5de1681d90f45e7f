"""The independent streams of random numbers that one seed stands for."""

from typing import Literal, get_args

import torch

StreamName = Literal["weights", "data", "training", "shown_data", "shown_chains"]


def stream_seed(seed: int, name: StreamName) -> int:
    """A seed of its own for each stream and each seed below 2^53.

    Two generators with one seed would draw the noise of training as a function of its data.
    """
    return 8 * seed + get_args(StreamName).index(name)


def stream(seed: int, name: StreamName, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator at the start of a stream."""
    return torch.Generator(device).manual_seed(stream_seed(seed, name))
