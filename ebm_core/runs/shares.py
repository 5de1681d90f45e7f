"""Samples that hold the shares of separate groups of points, where their chains do not."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts.groups import Groups

FEWEST, ROUNDS = 256, 40
"""Samples that are made at once, at least, and how often."""


def in_shares(
    groups: Groups,
    count: int,
    more: Callable[[int], Float[Tensor, "m 2"]],
    generator: torch.Generator,
    progress: Callable[[int], object] | None = None,
) -> Float[Tensor, "count 2"]:
    """Samples each of which was first told its group; those that are too many of one are left out.

    Args:
        more: Makes so many samples, in the model's units.
        progress: Told now and then how many more are taken.

    Raises:
        ValueError: Hardly a sample is of one of the groups.
    """
    shares = groups.shares.float().to(generator.device)
    wanted = torch.multinomial(shares, count, replacement=True, generator=generator).cpu()
    taken = torch.full((count, 2), torch.nan)
    lacking = torch.ones(count, dtype=torch.bool)
    for _ in range(ROUNDS):
        points = more(max(FEWEST, int(lacking.sum())))
        found = groups.belonging(points.to(groups.shares)).argmax(1).cpu()
        for group in found.unique():
            places = (lacking & (wanted == group)).nonzero().flatten()
            fitting = points[found == group][: len(places)]
            taken[places[: len(fitting)]] = fitting
            lacking[places[: len(fitting)]] = False
            if progress is not None:
                progress(len(fitting))
        if not lacking.any():
            return taken
    share = float(groups.shares[wanted[lacking][0]])
    raise ValueError(
        f"hardly a sample is of the group that holds {share:.2g} of the points; train longer, or "
        'take the weights as learned (dataset.group_weights="as learned")'
    )
