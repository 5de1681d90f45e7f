"""Given points made ready: far rows apart, some held out, whitened, and smoothed."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor
from torch.distributions import MultivariateNormal

from ebm_core.contracts.dataset import Region, Window
from ebm_core.contracts.frozen_array import FrozenArray
from ebm_core.contracts.groups import Groups
from ebm_core.contracts.units import Units
from ebm_core.datasets._grouping import finest_detail, groups_in, groups_of, widest_gap
from ebm_core.datasets._smoothing import FINEST, Kernels, fixed, stacked

FAR, GAP = 50.0, 10.0
"""Rows are far from all others beyond so many times their spread, and so many times as far away as
the next nearer row."""
SHARE = 0.01
"""Far rows are at most this share of all (or three): more of them are a cluster."""
BULK = 2.3
"""Root mean square radius of whitened points: their bulk lies within [-4, 4]^2."""
THINNEST = 1e-7
"""Points whose spreads differ by more lie on a line."""
LINE = 1e-2
"""What the spread across a line is taken for, as a share of that along it."""
MOST_DECIMALS = 9
"""Numbers with more are taken as they are, and not for rounded ones."""


class Prepared(NamedTuple):
    """What training and evaluation need of given points."""

    points: Float[Tensor, "rows 2"]
    """All of them, in double precision."""
    units: Units
    train: Int[Tensor, " n"]
    """Rows that are trained on."""
    test: Int[Tensor, " m"]
    """Rows that are held out."""
    far: Int[Tensor, " k"]
    """Rows that are left out, far from all others."""
    kernels: Kernels | None
    """What noise each training point is drawn with, in the model's units; None for none."""
    groups: Groups | None
    region: Region
    window: Window
    noise_added: bool
    """Values repeat, or lie on a line."""
    remarks: tuple[str, ...]


class Scaled(NamedTuple):
    """Which points are taken, and their units."""

    is_far: NDArray[np.bool_]
    """What lies far from all others, and is left out."""
    units: Units
    line: bool
    """Whether the others lie on a line."""
    numbers: NDArray[np.int64] | None
    """The group of each of the others, as of `groups_in`."""
    detail: float


@lru_cache(maxsize=4)
def scaled(values: FrozenArray, far_rows: str, scaling: str) -> Scaled:
    """What is known in a moment; it is kept outside of the points, whose equality it would
    disturb."""
    table: NDArray[np.float64] = values.array
    is_far = far_from_others(table) if far_rows == "leave out" else np.zeros(len(table), dtype=bool)
    near = table[~is_far]
    units, line = whitening(near) if scaling == "whitened" else (one_scale(table), False)
    inside = whitened(units, torch.from_numpy(near)).numpy()
    numbers = groups_in(inside)
    if numbers is None and scaling == "whitened" and (sides := widest_gap(inside)) is not None:
        apart = whitening_within(near, sides)
        if apart is not None:
            numbers = groups_in(whitened(apart, torch.from_numpy(near)).numpy())
        if numbers is not None and whitening_within(near, numbers) is None:
            numbers = None  # lines or points, such as the values of a rating
    if numbers is not None and scaling == "whitened":
        units = whitening_within(near, numbers) or units
    inside = whitened(units, torch.from_numpy(near)).numpy()
    return Scaled(is_far, units, line, numbers, finest_detail(inside))


@lru_cache(maxsize=4)
def prepared(values: FrozenArray, smoothing: float | str, far_rows: str, scaling: str) -> Prepared:
    """Kept outside of the points, as `scaled` is."""
    table: NDArray[np.float64] = values.array
    is_far, units, line, numbers, _ = scaled(values, far_rows, scaling)
    rows = torch.from_numpy(np.flatnonzero(~is_far))
    held = len(rows) // 10 if len(rows) >= 50 else max(1, len(rows) // 20)
    order = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))]
    near = table[~is_far]
    inside = units.to_model(torch.from_numpy(near)).numpy()
    points = torch.tensor(table)
    if smoothing == "auto":
        kernels = stacked(whitened(units, points[order[held:]]))
    elif smoothing:
        width = float(smoothing) * torch.tensor(units.matrix, dtype=torch.float64)
        factor = torch.linalg.cholesky(width @ width.T)
        kernels = Kernels.alike(whitened(units, points[order[held:]]), factor)
    else:
        kernels = None
    groups = None if numbers is None else groups_of(whitened(units, points[rows]), numbers, FINEST)
    return Prepared(
        points=points,
        units=units,
        train=order[held:],
        test=order[:held],
        far=torch.from_numpy(np.flatnonzero(is_far)),
        kernels=kernels,
        groups=groups,
        region=tuple(
            (min(-4.0, low), max(4.0, high)) for low, high in spans(inside, 0.001, margin=0.1)
        ),
        window=view(near),
        noise_added=line or repeats(near),
        remarks=tuple(remarks(table, is_far, line, units, kernels)),
    )


@lru_cache(maxsize=4)
def kernels_under(
    noise: float, values: FrozenArray, smoothing: float | str, far_rows: str, scaling: str
) -> Kernels | None:
    """The kernels for training with noise of its own, in the model's units."""
    kernels = prepared(values, smoothing, far_rows, scaling).kernels
    return kernels if kernels is None or noise == 0 else kernels.sharper(noise)


@lru_cache(maxsize=4)
def baselines(values: FrozenArray, far_rows: str, scaling: str) -> dict[str, float]:
    """NLL of plain density estimates of the training points on the held-out ones, in nats."""
    ready = prepared(values, 0.0, far_rows, scaling)
    train, test = (whitened(ready.units, ready.points[r]) for r in (ready.train, ready.test))
    spread = torch.atleast_2d(torch.cov(train.T, correction=0)) + FINEST**2 * torch.eye(2)
    gaussian = MultivariateNormal(train.mean(0), spread)
    logs = {"nll_kde": fixed(train).mean_log_density(test)}
    logs["nll_gaussian"] = gaussian.log_prob(test).mean().item()
    return {name: ready.units.log_volume - log for name, log in logs.items()}


def whitened(units: Units, points: Float[Tensor, "n 2"]) -> Float[Tensor, "n 2"]:
    """As `Units.to_model`, in double precision."""
    matrix = torch.tensor(units.matrix, dtype=torch.float64)
    return (points - torch.tensor(units.center, dtype=torch.float64)) @ matrix.T


def far_from_others(table: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which rows are absurd: a handful, far from all others, with nothing between."""
    center = np.median(table, axis=0)
    low, high = np.quantile(table, (0.1, 0.9), axis=0)
    spread = high - low
    wide = spread > 0
    if len(table) < 10 or not wide.any():
        return np.zeros(len(table), dtype=bool)
    spread = np.where(wide, spread, spread[wide].min())
    distance = np.abs((table - center) / spread).max(axis=1)
    order = np.argsort(distance)
    most = max(3, int(SHARE * len(table)))
    for first in range(len(table) - most, len(table)):
        nearer, this = distance[order[first - 1]], distance[order[first]]
        if this > FAR and this > GAP * nearer:
            return np.isin(np.arange(len(table)), order[first:])
    return np.zeros(len(table), dtype=bool)


def whitening(table: NDArray[np.float64]) -> tuple[Units, bool]:
    """Units in which the points have no correlation and a root mean square radius of `BULK`.

    The outer 2.5 % on each side count as if they lay twenty times as far from the middle as the
    rest at most, so that heavy tails do not decide. True where the points lie on a line.
    """
    low, middle, high = np.quantile(table, (0.025, 0.5, 0.975), axis=0)
    bulk = table.clip(middle - 20 * (middle - low), middle + 20 * (high - middle))
    bulk = table if (bulk == bulk[0]).all(axis=0).any() else bulk
    center = bulk.mean(axis=0)
    sd = (bulk - center).std(axis=0)
    sd = np.where(sd > 0, sd, sd.max())
    standard = (bulk - center) / sd
    variances, axes = np.linalg.eigh(standard.T @ standard / len(bulk))
    across = math.sqrt(max(0.0, float(variances[0])))
    thin = variances[0] < LINE**2 * variances[1] and across <= rounding(table, axes[:, 0] / sd)
    line = bool(thin or variances[0] < THINNEST**2 * variances[1])
    if line:
        variances[0] = LINE**2 * variances[1]
    scale = BULK / math.sqrt(2)
    matrix = scale * (axes * variances**-0.5) @ axes.T / sd
    return Units(tuple(center.tolist()), tuple(map(tuple, matrix.tolist()))), line


def rounding(table: NDArray[np.float64], normal: NDArray[np.float64]) -> float:
    """How far along a direction the last decimals of the coordinates may have moved a point."""
    steps = [decimal_step(column) for column in table.T]
    return float(np.abs(normal) @ steps) / 2


def decimal_step(values: NDArray[np.float64]) -> float:
    """The last decimal that some numbers are written with, such as 0.01; 0 where they have more
    than `MOST_DECIMALS`."""
    for decimals in range(MOST_DECIMALS + 1):
        shifted = values * 10.0**decimals
        if np.abs(shifted - np.rint(shifted)).max() < 1e-4:
            return float(10.0**-decimals)
    return 0.0


def whitening_within(table: NDArray[np.float64], numbers: NDArray[np.int64]) -> Units | None:
    """Units in which groups of points are round, and all of them have a root mean square radius of
    `BULK`; None where the groups are all points or lines.

    Between far groups the covariance of all points would be next to none of their own shape.
    """
    inside = table[numbers >= 0]
    means = np.stack([table[numbers == one].mean(axis=0) for one in range(numbers.max() + 1)])
    sd = inside.std(axis=0)
    sd = np.where(sd > 0, sd, sd.max())
    standard = (inside - means[numbers[numbers >= 0]]) / sd
    variances, axes = np.linalg.eigh(standard.T @ standard / len(inside))
    if variances[0] <= LINE**4 * variances[1]:
        return None
    matrix = (axes * variances**-0.5) @ axes.T / sd
    center = inside.mean(axis=0)
    radius = math.sqrt(np.square((inside - center) @ matrix.T).sum(axis=1).mean())
    matrix *= BULK / radius
    return Units(tuple(center.tolist()), tuple(map(tuple, matrix.tolist())))


def one_scale(table: NDArray[np.float64]) -> Units:
    """Units in which the bulk has a root mean square radius of `BULK`, undistorted."""
    # the outer 2.5 % on each side count as if they lay on the edge of the rest
    low, high = np.quantile(table, (0.025, 0.975), axis=0)
    bulk = table.clip(low, high)
    bulk = table if (bulk == bulk[0]).all() else bulk
    center = bulk.mean(axis=0)
    radius = math.sqrt(np.square(bulk - center).sum(axis=1).mean())
    # the farthest outlier's square still fits in single precision
    scale = max(radius, 1e-15 * float(np.ptp(table, axis=0).max())) / BULK
    return Units(tuple(center.tolist()), ((1 / scale, 0.0), (0.0, 1 / scale)))


def spans(table: NDArray[np.floating], cut: float, margin: float) -> list[tuple[float, float]]:
    """On each axis, where all but a share `cut` on each side lies, widened by a share `margin`."""
    low, high = np.quantile(table, (cut, 1 - cut), axis=0)
    more = margin * (high - low)
    return list(zip((low - more).tolist(), (high + more).tolist(), strict=True))


def view(table: NDArray[np.float64]) -> Window:
    """The part of the plane that a map shows: where the points are, undistorted where they are
    about as wide as high."""
    shown = spans(table, 0.0025, margin=0.12)
    middle = [(low + high) / 2 for low, high in shown]
    half = [(high - low) / 2 for low, high in shown]
    if min(half) == 0 or max(half) < 3 * min(half):
        half = [max(half)] * 2
    x, y = ((at - reach, at + reach) for at, reach in zip(middle, half, strict=True))
    return x, y


def remarks(
    table: NDArray[np.float64],
    is_far: NDArray[np.bool_],
    line: bool,
    units: Units,
    kernels: Kernels | None,
) -> list[str]:
    """What a person should know, in sentences."""
    found = []
    if far := np.flatnonzero(is_far).tolist():
        shown = "; ".join(f"row {row + 1}: {table[row, 0]:g}, {table[row, 1]:g}" for row in far[:5])
        more = f" and {len(far) - 5} more" if len(far) > 5 else ""
        found.append(
            f"{len(far)} of {len(table):,} rows lie far from all others and are left out ({shown}"
            f"{more}); `dataset.far_rows=keep` trains on them too"
        )
    if line:
        found.append("all points lie on a line: across it there is only the noise that is added")
    if kernels and repeats(near := table[~is_far]):
        distinct = len(np.unique(near, axis=0))
        found.append(
            f"{distinct:,} distinct values among {(~is_far).sum():,} points: noise of "
            f"{' and '.join(format(size, '.2g') for size in noise_in(units, kernels))} is added"
        )
    return found


def repeats(table: NDArray[np.float64]) -> bool:
    """Whether half of some points or more are others again."""
    return len(np.unique(table, axis=0)) <= len(table) // 2


def noise_in(units: Units, kernels: Kernels) -> list[float]:
    """The typical kernel's standard deviation along each axis of the data's own units."""
    back = torch.linalg.inv(torch.tensor(units.matrix, dtype=torch.float64))
    return [kernels.width * float(row.norm()) for row in back]
