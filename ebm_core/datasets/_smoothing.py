"""Finite data, smoothed: a kernel at each point, of a shape and width that held-out points like.

Source:
    Kernels as wide as the way to the k-th neighbour: Breiman, Meisel and Purcell (1977),
    https://doi.org/10.2307/1268623; as wide as the neighbours' covariance: Vincent and Bengio
    (2003), "Manifold Parzen Windows"; weights by held-out likelihood: Smyth and Wolpert (1999),
    https://doi.org/10.1023/A:1007511322260
"""

import math
from typing import NamedTuple, Self

import torch
from jaxtyping import Float, Int
from torch import Tensor

MOST = 3000
"""Points that widths are chosen by; n points in all then make them narrower, as n^(-1/6)."""
LEFT_OUT = 100
"""Up to so many points each is left out alone for the width of an estimate as one knows it."""
FEWEST = 5
"""Fewer points say nothing of a width: it is one standard deviation of whitened data."""
FEW = 1500
"""Up to so many points each is held out once, in five folds; of more, a quarter is."""
NEIGHBOURS = (0.5, 1.25)
"""Points that tell a kernel's shape, as multiples of n^(2/3): kernels then narrow as n^(-1/6)."""
ROUND = 0.1
"""Share of a local covariance that is replaced by a circle of the same size."""
FINEST = 1e-3
"""The least width, in units of the whitened data: what lies closer is one point."""
FIXED = [0.01 * 1.33**step for step in range(26)]
"""Widths that are tried, times n^(-1/6), for kernels that are all the same: 1.6 suits a Gaussian as
wide as whitened data, and heavy tails want more."""
LOCAL = [0.1 * 1.3**step for step in range(13)]
"""Widths that are tried, as shares of the neighbourhood."""
UNLIKELY = -30.0
"""A log density below this counts as this: one lonely point does not choose the width."""
CHUNK = 4_000_000
"""Pairs of points in one table."""


PAIRS = 80_000_000
"""Points times kernels that are summed for one mean: some seconds."""


class Kernels(NamedTuple):
    """A density: the mean over `centres`, and by weight over families, of N(x; c, F F')."""

    centres: Float[Tensor, "n 2"]
    weights: Float[Tensor, " f"]
    factors: Float[Tensor, "f n 2 2"]
    """F, the square roots of covariances."""

    @classmethod
    def alike(cls, centres: Float[Tensor, "n 2"], factor: Float[Tensor, "2 2"]) -> Self:
        """The same kernel everywhere."""
        one = torch.ones(1, dtype=torch.float64)
        return cls(centres, one, factor.expand(1, len(centres), 2, 2))

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count 2"]:
        """A centre drawn, and noise of one of its kernels: the smoothed bootstrap."""
        rows = torch.randint(len(self.centres), (count,), generator=generator)
        return self.around(rows, generator)

    def around(
        self, rows: Int[Tensor, " count"], generator: torch.Generator
    ) -> Float[Tensor, "count 2"]:
        """Draws of the kernels of given centres."""
        normal = torch.randn(len(rows), 2, 1, generator=generator, dtype=torch.float64)
        if len(self.weights) == 1:
            factors = self.factors[0, rows]
        else:
            families = torch.multinomial(self.weights, len(rows), True, generator=generator)
            factors = self.factors[families, rows]
        return self.centres[rows] + (factors @ normal).squeeze(-1)

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        """In nats, float64."""
        values = []
        for part in points.double().split(max(1, CHUNK // len(self.centres))):
            logs = [
                (log_weight(factors) - squares(part, self.centres, factors) / 2).logsumexp(1)
                for factors in self.factors
            ]
            values.append((torch.stack(logs, 1) + self.weights.log()).logsumexp(1))
        return torch.cat(values) - math.log(len(self.centres))

    def mean_log_density(self, points: Float[Tensor, "n 2"]) -> float:
        """That of many points, which have no order, as little as the centres.

        Of more than `PAIRS` it is that of some wider kernels, corrected by what all of them say at
        some of the points, which leaves an error of about 0.005 nats.
        """
        count = len(self.centres)
        if count * len(points) <= PAIRS:
            return self.log_density(points).mean().item()
        wider = (count / MOST) ** (1 / 6)
        some = Kernels(self.centres[:MOST], self.weights, wider * self.factors[:, :MOST])
        near = some.log_density(points)
        part = points[: PAIRS // count]
        correction = self.log_density(part) - near[: len(part)]
        return near.mean().item() + correction.mean().item()

    def sharper(self, noise: float) -> Self:
        """The kernels to which noise of a standard deviation adds what makes them these: of each
        covariance it is taken away, as far as that goes."""
        variances, axes = torch.linalg.eigh(self.factors @ self.factors.mT)
        left = (variances - noise**2).clamp(min=FINEST**2).sqrt()
        return self._replace(factors=axes * left.unsqueeze(-2))

    @property
    def width(self) -> float:
        """The typical standard deviation: the median over centres of a kernel's size."""
        sizes = torch.linalg.det(self.factors).abs().log().median(1).values / 2
        return float((self.weights * sizes).sum().exp())


class Family(NamedTuple):
    """Kernels whose shapes are known; their common width is one of some."""

    factors: Float[Tensor, "n 2 2"]
    widths: list[float]


def stacked(points: Float[Tensor, "n 2"]) -> Kernels:
    """The kernels that held-out points like best, of whitened points in float64."""
    if len(points) < FEWEST:
        return Kernels.alike(points, torch.eye(2, dtype=torch.float64))
    order = torch.randperm(len(points), generator=torch.Generator().manual_seed(0))[:MOST]
    some = points[order]
    fold = torch.arange(len(some)) % min(5, len(some))
    folds = range(int(fold.max()) + 1) if len(some) <= FEW else [0]
    trials = [tried(some[fold == one], some[fold != one]) for one in folds]
    scores = [torch.cat(rows, 1) for rows in zip(*trials, strict=True)]
    best = [int(values.mean(1).argmax()) for values in scores]
    logs = torch.stack([values[one] for values, one in zip(scores, best, strict=True)], 1)
    weights = torch.full((logs.shape[1],), 1 / logs.shape[1], dtype=torch.float64)
    for _ in range(200):
        weights = torch.softmax(logs + weights.log(), 1).mean(0)
    all_are_some = len(points) <= MOST
    shapes = families(points if all_are_some else some)
    kept = [one for one in range(len(shapes)) if weights[one] > 0.01]
    factors = torch.stack([shapes[one].factors * shapes[one].widths[best[one]] for one in kept])
    if not all_are_some:
        from scipy.spatial import KDTree  # takes a tenth of a worker's start

        nearest = torch.from_numpy(KDTree(some.numpy()).query(points.numpy())[1])
        factors = factors[:, nearest] * (len(points) / len(some)) ** (-1 / 6)
    return Kernels(points, weights[kept] / weights[kept].sum(), factors)


def fixed(points: Float[Tensor, "n 2"]) -> Kernels:
    """A kernel density estimate as one knows it: one round kernel, its width cross-validated."""
    if len(points) < FEWEST:
        return Kernels.alike(points, torch.eye(2, dtype=torch.float64))
    order = torch.randperm(len(points), generator=torch.Generator().manual_seed(0))[:MOST]
    some = points[order]
    folds = len(some) if len(some) <= LEFT_OUT else 5
    fold = torch.arange(len(some)) % folds
    held = range(folds if len(some) <= FEW else 2)
    scores = torch.cat([tried(some[fold == k], some[fold != k], 1, -torch.inf)[0] for k in held], 1)
    family = families(points, 1)[0]
    return Kernels.alike(points, family.factors[0] * family.widths[int(scores.mean(1).argmax())])


def families(points: Float[Tensor, "n 2"], most: int = 5) -> list[Family]:
    """All equal; as wide as the way to the k-th neighbour; shaped as the k neighbours lie."""
    count = len(points)
    circle = torch.eye(2, dtype=torch.float64).expand(count, 2, 2)
    found = [Family(circle * count ** (-1 / 6), FIXED)]
    if most == 1:
        return found
    from scipy.spatial import KDTree  # takes a tenth of a worker's start

    tree = KDTree(points.numpy())
    for share in NEIGHBOURS:
        k = min(count - 1, max(3, round(share * count ** (2 / 3))))
        distances, rows = tree.query(points.numpy(), k + 1)
        reach = torch.from_numpy(distances[:, -1]).clamp(min=FINEST)
        found.append(Family(circle * reach[:, None, None], LOCAL))
        neighbours = torch.from_numpy(rows)
        covariance = torch.cat([spread(points, part) for part in neighbours.split(4096)])
        size = covariance.diagonal(dim1=1, dim2=2).mean(1).clamp(min=FINEST**2)
        covariance = (1 - ROUND) * covariance + ROUND * size[:, None, None] * circle
        found.append(Family(torch.linalg.cholesky(covariance), LOCAL))
    return found


def spread(points: Float[Tensor, "n 2"], rows: Tensor) -> Float[Tensor, "m 2 2"]:
    """Mean outer product of the ways from the first point of each row to the others."""
    away = points[rows[:, 1:]] - points[rows[:, :1]]
    spreads: Tensor = away.mT @ away / away.shape[1]
    return spreads


def tried(
    held: Float[Tensor, "m 2"],
    rest: Float[Tensor, "n 2"],
    most: int = 5,
    least: float = UNLIKELY,
) -> list[Float[Tensor, "widths m"]]:
    """log densities of held-out points for each family and width.

    Points that coincide with a held-out one do not count: they would make the least width best.
    """
    found = []
    same = torch.cdist(held, rest, compute_mode="donot_use_mm_for_euclid_dist") == 0
    for factors, widths in families(rest, most):
        table, constants = squares(held, rest, factors), log_weight(factors)
        table.masked_fill_(same, torch.inf)
        logs = [
            (constants - table / (2 * width**2)).logsumexp(1) - 2 * math.log(width)
            for width in widths
        ]
        found.append((torch.stack(logs) - math.log(len(rest))).clamp(min=least))
    return found


def squares(
    points: Float[Tensor, "m 2"], centres: Float[Tensor, "n 2"], factors: Float[Tensor, "n 2 2"]
) -> Float[Tensor, "m n"]:
    """|F^-1 (x - c)|^2 for every pair."""
    inverse = torch.linalg.inv(factors)
    form = inverse.mT @ inverse
    x, y = (points[:, None] - centres).unbind(-1)
    found: Tensor = (form[:, 0, 0] * x + 2 * form[:, 0, 1] * y) * x + form[:, 1, 1] * y * y
    return found


def log_weight(factors: Float[Tensor, "n 2 2"]) -> Float[Tensor, " n"]:
    """The logarithm of each kernel's height."""
    heights: Tensor = -torch.linalg.det(factors).abs().log() - math.log(2 * math.pi)
    return heights
