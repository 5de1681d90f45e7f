"""Samples that hold the shares of separate groups of points, where their chains do not."""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from ebm_core.contracts.groups import Groups

FEWEST = 256
"""Points that are made at once, at least."""
MOST_EACH = 64
"""Points that are made at once for each that lacks, at most."""
MOST_IN_ALL = 10
"""Points that are made for each of those wanted, or for `MOST_EACH * FEWEST`, at most."""

Source = Callable[[Int[Tensor, " m"]], Float[Tensor, "m 2"]]
"""Makes a point for each of some groups, which may come to lie in another."""


def in_shares(
    groups: Groups,
    count: int,
    more: Source,
    generator: torch.Generator,
    progress: Callable[[int], object] | None = None,
) -> Float[Tensor, "count 2"]:
    """Samples each of which was first told its group; those that end in another are left out.

    Args:
        more: Makes samples, in the model's units.
        progress: Told now and then how many more are taken.

    Raises:
        ValueError: Hardly a sample is of one of the groups.
    """
    shares = groups.shares.float().to(generator.device)
    wanted = torch.multinomial(shares, count, replacement=True, generator=generator).cpu()
    taken, lacking = of_groups(groups, wanted, more, progress)
    if lacking.any():
        share = float(groups.shares[wanted[lacking][0]])
        raise ValueError(
            f"hardly a sample is of the group that holds {share:.2g} of the points; train longer, "
            'or take the weights as learned (dataset.group_weights="as learned")'
        )
    return taken


def noise_near(
    groups: Groups, wanted: Int[Tensor, " n"], noise: Callable[[int], Float[Tensor, "m 2"]]
) -> Float[Tensor, "n 2"]:
    """Noise that lies nearer to a group than to others, for each of the groups; of a group that
    hardly any is near to, noise as it comes."""
    taken, lacking = of_groups(groups, wanted, lambda asked: noise(len(asked)))
    taken[lacking] = noise(int(lacking.sum())).cpu()
    return taken


def of_groups(
    groups: Groups,
    wanted: Int[Tensor, " n"],
    more: Source,
    progress: Callable[[int], object] | None = None,
) -> tuple[Float[Tensor, "n 2"], Bool[Tensor, " n"]]:
    """A point of each of the groups, on the CPU, and which of them were not found."""
    taken = torch.full((len(wanted), 2), torch.nan)
    lacking = torch.ones(len(wanted), dtype=torch.bool)
    left, each = MOST_IN_ALL * max(len(wanted), MOST_EACH * FEWEST), 1
    while left > 0 and lacking.any():
        before = int(lacking.sum())
        asked = wanted[lacking].repeat(max(each, -(-FEWEST // before)))
        left -= len(asked)
        points = more(asked)
        found = groups.belonging(points.to(groups.shares)).argmax(1).cpu()
        for group in found.unique():
            places = (lacking & (wanted == group)).nonzero().flatten()
            fitting = points[found == group][: len(places)].cpu()
            taken[places[: len(fitting)]] = fitting
            lacking[places[: len(fitting)]] = False
            if progress is not None:
                progress(len(fitting))
        if 2 * int(lacking.sum()) > before:
            each = min(2 * each, MOST_EACH)
    return taken, lacking
