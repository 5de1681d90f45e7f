"""Runs any sampler on any energy, and says how well it mixed."""

import time
from dataclasses import dataclass
from itertools import islice

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.chains.diagnostics import autocorrelation, effective_sample_size, r_hat
from ebm_core.chains.run import trajectory
from ebm_core.contracts import EnergyNetwork, Sampler

LARGEST = 2**27
"""Numbers that are kept at most: half a gibibyte."""
LAGS = 200
"""Lags of the autocorrelation, at most."""
COORDINATES = 64
"""Coordinates that are judged, at most; more are judged at as many places, evenly apart."""


@dataclass(frozen=True)
class Draws:
    """What chains did, and how well they mixed. All tensors are on the CPU."""

    points: Float[Tensor, "draws chains ..."]
    """The kept draws, in the energy's own coordinates."""
    energies: Float[Tensor, "draws chains"]
    acceptance: Float[Tensor, " draws"]
    """Share of proposals accepted in each kept step; 1 for samplers that never reject."""
    step_size: float
    """As adapted in the warm-up, and held from then on."""
    coordinates: tuple[int, ...]
    """Which coordinates of a point (flattened) the figures below are of."""
    effective_sample_size: Float[Tensor, " c"]
    """Independent draws worth as much as all draws of all chains, for each coordinate (bulk)."""
    r_hat: Float[Tensor, " c"]
    """Rank-normalised split R-hat of each coordinate; above 1.01 the chains disagree."""
    autocorrelation: Float[Tensor, "lags c"]
    """Mean over the chains, at lags of 0, 1, ... kept draws."""
    seconds: float
    """CPU seconds of the kept draws."""

    @property
    def summary(self) -> dict[str, float]:
        """The worst coordinate's figures, in numbers: what a table shows."""
        least = float(self.effective_sample_size.min())
        return {
            "acceptance": float(self.acceptance.mean()),
            "step_size": self.step_size,
            "effective_sample_size": least,
            "effective_share": least / self.energies.numel(),
            "r_hat": float(self.r_hat.max()),
            "energy": float(self.energies.double().mean()),
            "effective_per_second": least / max(self.seconds, 1e-9),
        }


def sample(
    energy: EnergyNetwork,
    sampler: Sampler,
    starts: Float[Tensor, "chains ..."],
    *,
    draws: int = 1000,
    warmup: int = 200,
    thinning: int = 1,
    seed: int = 0,
) -> Draws:
    """Chains from `starts`: `warmup` steps, then `draws` kept ones, every `thinning`-th step.

    The energy is a trained one (`load(directory).network`, or `load(directory, step).network` of a
    past update), or an analytic one (`formula.network()`). A sampler adapts its step size in the
    warm-up only, so that the kept draws come from one Markov chain. The seed decides everything
    but `seconds`.

    Raises:
        ValueError: Too few draws to judge, too many to keep, or a chain that left all bounds.
    """
    size = draws * starts.numel()
    if draws < 4 or warmup < 0 or thinning < 1 or not len(starts):
        raise ValueError(
            f"{len(starts)} chains, {draws} draws, {warmup} warm-up steps and a thinning of "
            f"{thinning} cannot be judged; take at least 1, 4, 0 and 1"
        )
    if size > LARGEST:
        raise ValueError(
            f"{draws} draws of {starts.numel()} numbers are {size}, more than the {LARGEST} that "
            "are kept; take fewer draws or chains"
        )
    generator = torch.Generator(starts.device).manual_seed(seed)
    steps = trajectory(sampler, energy, starts, generator, warmup)
    for _ in islice(steps, warmup):
        pass
    points = torch.empty(draws, *starts.shape)
    energies, acceptance = torch.empty(draws, len(starts)), torch.empty(draws)
    step_size = 0.0
    begun = time.process_time()
    for draw, step in enumerate(islice(steps, thinning - 1, draws * thinning, thinning)):
        chains, step_size = step.chains, step.tuning.step_size
        points[draw], acceptance[draw] = chains.points, step.acceptance
        with torch.no_grad():
            energies[draw] = chains.energies if len(chains.energies) else energy(chains.points)
    seconds = time.process_time() - begun
    return with_figures(points, energies, acceptance, step_size, seconds)


def with_figures(
    points: Float[Tensor, "draws chains ..."],
    energies: Float[Tensor, "draws chains"],
    acceptance: Float[Tensor, " draws"],
    step_size: float,
    seconds: float,
) -> Draws:
    """The draws with their figures."""
    if not points.isfinite().all():
        draw = int(points.flatten(1).isfinite().all(1).logical_not().int().argmax())
        raise ValueError(
            f"a chain is not finite at draw {draw}, with step size {step_size:g}; take a smaller "
            "one, or a sampler with a Metropolis test"
        )
    flat = points.flatten(2)
    count = min(COORDINATES, flat.shape[2])
    places = torch.linspace(0, flat.shape[2] - 1, count).round().long()
    series = [flat[:, :, place].T.contiguous() for place in places]
    lags = min(LAGS, len(points) // 2)
    return Draws(
        points,
        energies,
        acceptance,
        step_size,
        tuple(places.tolist()),
        torch.tensor([effective_sample_size(draws) for draws in series]),
        torch.tensor([r_hat(draws) for draws in series]),
        torch.stack([autocorrelation(draws).mean(0)[: lags + 1] for draws in series], 1).float(),
        seconds,
    )


def spread_starts(
    window: tuple[tuple[float, float], ...], chains: int, seed: int = 0
) -> Float[Tensor, "chains d"]:
    """Uniform over a window (`AnalyticEnergy.window`): far apart, so that R-hat can tell."""
    low, high = torch.tensor(window).unbind(1)
    generator = torch.Generator().manual_seed(seed)
    return low + (high - low) * torch.rand(chains, len(window), generator=generator)
