"""How well Markov chains mix: autocorrelation, effective sample size, R-hat.

Source:
    Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), https://doi.org/10.1214/20-BA1221
"""

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

AGREE = 1.01
"""R-hat up to which chains agree, as Vehtari et al. have it."""
CROSSING = 0.2
"""Variances within chains that the means of a chain's halves differ by where it has crossed."""
HARDLY = 0.02
"""Share of chains that may have crossed where none is said to."""

Series = Float[Tensor, "chains draws"]
"""One number a draw, such as a coordinate or the energy: a row is one chain in time."""


def autocovariance(draws: Series) -> Float[Tensor, "chains draws"]:
    """The autocovariance of each chain at lags 0, 1, ..., divided by the number of draws."""
    count = draws.shape[1]
    centered = draws.double() - draws.double().mean(1, keepdim=True)
    # padded to twice the length, so that the end does not wrap to the start
    spectrum = torch.fft.rfft(centered, n=2 * count).abs().square()
    products: Tensor = torch.fft.irfft(spectrum, n=2 * count)
    return products[:, :count] / count


def autocorrelation(draws: Series) -> Float[Tensor, "chains draws"]:
    """The autocorrelation of each chain at lags 0, 1, ...; 1 throughout where it stands still."""
    covariance = autocovariance(checked(draws))
    still = covariance[:, :1] == 0
    return torch.where(still, 1.0, covariance / torch.where(still, 1.0, covariance[:, :1]))


def effective_sample_size(draws: Series) -> float:
    """The bulk ESS: as many independent draws tell as much of where the bulk of the mass lies.

    It is that of the draws' normal scores, which heavy tails do not spoil and monotone maps leave
    alone. Each chain is split in two, so that drift counts as slow mixing. At most n log10 n for n
    draws. It is the bulk-ESS of Vehtari et al. above.
    """
    return ess_of(normal_scores(split(checked(draws))))


def r_hat(draws: Series) -> float:
    """Rank-normalised split R-hat: the larger of bulk and tail. Above 1.01 the chains disagree."""
    halves = split(checked(draws))
    folded = (halves - halves.median()).abs()
    return max(r_hat_of(normal_scores(halves)), r_hat_of(normal_scores(folded)))


APART = 1.4
"""R-hat of chains that have hardly a place in common; below, halves may agree by chance."""
Mixing = Literal["mixed", "slow", "apart"]
"""All chains tell the same; they wander, but too slowly for the steps; each stays where it is."""


def mixing(draws: Series) -> Mixing:
    """In which way chains have mixed or not.

    Chains are apart where they are far from one another and hardly one has gone from where it was
    in its first half: more steps of the same kind would change nothing. Where some cross, more
    steps help, however many are needed. It counts chains, since a mean over them would hang on
    the few that crossed, and so on the seed.
    """
    found = r_hat(draws)
    if found <= AGREE:
        return "mixed"
    scores = normal_scores(split(checked(draws)))
    first, second = scores.chunk(2)
    within = scores.var(1).mean()
    drift = (first.mean(1) - second.mean(1)).square() / 2
    crossed = (drift > CROSSING * within).double().mean().item()
    return "apart" if crossed <= HARDLY and found > APART else "slow"


def steps_needed(draws: Series) -> float:
    """About how many times as many steps slow chains would need to agree: R-hat^2 - 1 falls as
    one over the steps."""
    return max(1.0, (r_hat(draws) ** 2 - 1) / (AGREE**2 - 1))


def checked(draws: Series) -> Series:
    """The draws in float64.

    Raises:
        ValueError: Fewer than four draws a chain, or a draw that is not finite.
    """
    if draws.ndim != 2 or draws.shape[0] < 1 or draws.shape[1] < 4:
        raise ValueError(
            f"draws of shape {tuple(draws.shape)} cannot be judged; (chains, draws) with at least "
            "four draws is needed"
        )
    if not draws.isfinite().all():
        chain, draw = (draws.isfinite().logical_not()).nonzero()[0].tolist()
        raise ValueError(
            f"draw {draw} of chain {chain} is {draws[chain, draw].item():g}; all must be finite"
        )
    return draws.double()


def split(draws: Series) -> Float[Tensor, "halves half"]:
    """Each chain as two, its halves; the middle draw of an odd number is left out."""
    half = draws.shape[1] // 2
    return torch.cat((draws[:, :half], draws[:, -half:]))


def normal_scores(draws: Series) -> Series:
    """Every draw replaced by the normal quantile of its rank among all; ties share a rank."""
    _, group, sizes = torch.unique(draws, return_inverse=True, return_counts=True)
    last = sizes.cumsum(0).double()
    rank = (last - (sizes - 1) / 2)[group]
    scores: Tensor = torch.special.ndtri((rank - 0.375) / (draws.numel() + 0.25))
    return scores


def r_hat_of(draws: Series) -> float:
    """R-hat of chains as they are: how much wider all of them are than each."""
    count = draws.shape[1]
    within = draws.var(1).mean()
    between = draws.mean(1).var() if len(draws) > 1 else torch.zeros(())
    if within == 0:
        return 1.0 if between == 0 else math.inf
    return math.sqrt((count - 1) / count + (between / within).item())


def ess_of(draws: Series) -> float:
    """The effective sample size of chains as they are, by Geyer's initial monotone sequence."""
    chains, count = draws.shape
    total = chains * count
    covariance = autocovariance(draws).mean(0)
    within = covariance[0] * count / (count - 1)
    between = draws.mean(1).var() if chains > 1 else torch.zeros(())
    variance = within * (count - 1) / count + between
    if variance == 0:
        return float(total)
    correlation = 1 - (within - covariance * count / (count - 1)) / variance
    correlation[0] = 1
    # sums of neighbouring lags are positive and fall for a reversible chain: the rest is noise
    pairs = correlation[: count // 2 * 2].view(-1, 2).sum(1)
    ends = (pairs <= 0).nonzero()
    pairs = pairs[: int(ends[0]) if len(ends) else None]
    pairs = pairs.cummin(0).values if len(pairs) else pairs
    time = max(2 * pairs.sum().item() - 1, 1 / math.log10(total))
    return total / time
