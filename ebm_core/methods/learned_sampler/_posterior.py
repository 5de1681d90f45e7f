"""The score of what a generator draws, by importance samples of the latents that made it."""

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.methods.learned_sampler._generator import Generator


@torch.no_grad()
def posterior_score(
    network: Generator,
    samples: Float[Tensor, "n ..."],
    latents: Float[Tensor, "n z"],
    count: int,
    step: float,
    generator: torch.Generator,
) -> Float[Tensor, "n ..."]:
    """grad log q(x) of samples by self-normalised importance sampling from N(z0, step^2 I).

    Args:
        latents: The z0 that made them.
        count: Draws of z for each sample.

    Source:
        Grathwohl et al. (2021), section 3, https://arxiv.org/abs/2010.04230
    """
    steps = torch.randn((count, *latents.shape), generator=generator, device=latents.device)
    draws = latents + step * steps
    centres = network(draws.flatten(0, 1)).view(count, *samples.shape)
    ways = (centres - samples).flatten(2)
    variance = network.spread.square()
    log_weights = (
        -draws.square().sum(2) / 2
        - ways.square().sum(2) / (2 * variance)
        + steps.square().sum(2) / 2
    )
    shares = log_weights.softmax(0).unsqueeze(2)
    score: Tensor = (shares * ways).sum(0) / variance
    return score.view_as(samples)
