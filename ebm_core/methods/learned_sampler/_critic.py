"""A critic T(x, z) that tells how much x knows of z, in two variational forms."""

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from ebm_core.contracts import Shape

Form = Literal["jensen_shannon", "infonce"]


class Critic(nn.Module):
    """T(x, z) = f(x) . g(z), so that a table of all pairs costs one pass of f and one of g."""

    def __init__(self, latents: int, width: int, shape: Shape, codes: int = 64) -> None:
        super().__init__()
        entries = torch.Size(shape).numel()
        self.of_point = nn.Sequential(
            nn.Linear(entries, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(),
            nn.Linear(width, codes),
        )  # fmt: skip
        self.of_latent = nn.Sequential(
            nn.Linear(latents, width), nn.SiLU(), nn.Linear(width, codes)
        )
        self.scale = codes**-0.5

    def forward(
        self, points: Float[Tensor, "n ..."], latents: Float[Tensor, "m z"]
    ) -> Float[Tensor, "n m"]:
        """T for each point (row) and each latent (column)."""
        codes: Tensor = self.of_point(points.flatten(1)) * self.scale
        table: Tensor = codes @ self.of_latent(latents).T
        return table


def information(table: Float[Tensor, "n m"], form: Form, first: int = 0) -> Float[Tensor, ""]:
    """A lower bound from a critic's table, in nats; the mean over blocks of its rows is that of the
    whole table.

    - jensen_shannon: of the divergence between joint and shuffled pairs, at most 2 log 2 = 1.386
      as scaled here. It is no mutual information, only grows with it, and saturates.
    - infonce: of the mutual information, at most log m.

    Args:
        first: The column of the latent that made the first point; joint pairs go on diagonally.

    Source:
        Hjelm et al. (2019), section 3.1, https://arxiv.org/abs/1808.06670
    """
    count, all_latents = table.shape
    joint = table[:, first : first + count].diagonal()
    if form == "infonce":
        return math.log(all_latents) + (joint - table.logsumexp(1)).mean()
    shuffled = functional.softplus(table).sum() - functional.softplus(joint).sum()
    apart = shuffled / max(1, count * (all_latents - 1))
    return 2 * math.log(2) - functional.softplus(-joint).mean() - apart
