"""Densities that scikit-learn estimates from points: what an energy is told beside."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neighbors import KernelDensity
from torch import Tensor

LogDensity = Callable[[Float[Tensor, "n 2"]], Float[Tensor, " n"]]
Estimator = Callable[[Float[Tensor, "n 2"]], LogDensity]

WIDTHS = np.geomspace(0.03, 1.2, 25)
"""Bandwidths that are tried, in root mean square spreads of the points over their number's sixth
root: of one Gaussian, which is the smoothest of all, 1 is best."""
COMPONENTS = (*range(1, 11), 12, 15, 20, 25, 30)
"""Numbers of Gaussians that are tried."""
TOLERANCE = 1e-3
"""Relative error of a kernel estimate, far below what is told."""


def kernel_density(points: Float[Tensor, "n 2"]) -> LogDensity:
    """Round Gaussian kernels, their bandwidth by five-fold cross-validation: every fourth first,
    then those around the best."""
    widths = WIDTHS * points.var(0).mean().sqrt().item() * len(points) ** (-1 / 6)
    folds = KFold(5, shuffle=True, random_state=0)

    def search(tried: slice) -> GridSearchCV:
        bandwidths = {"bandwidth": widths[tried]}
        return GridSearchCV(KernelDensity(rtol=TOLERANCE), bandwidths, cv=folds).fit(points.numpy())

    best = 4 * search(slice(0, None, 4)).best_index_
    return told_by(search(slice(max(best - 3, 0), best + 4)).best_estimator_)


def gaussian_mixture(points: Float[Tensor, "n 2"]) -> LogDensity:
    """Gaussians of any covariances, their number by BIC."""
    table = points.numpy()
    counts = [count for count in COMPONENTS if count <= len(table) // 5]
    fits = [GaussianMixture(count, random_state=0).fit(table) for count in counts]
    return told_by(min(fits, key=lambda fit: float(fit.bic(table))))


def gaussian(points: Float[Tensor, "n 2"]) -> LogDensity:
    """One Gaussian, by the largest likelihood."""
    return told_by(GaussianMixture(1, random_state=0).fit(points.numpy()))


def told_by(estimator: KernelDensity | GaussianMixture) -> LogDensity:
    """A fitted estimator as a function of tensors."""
    return lambda points: torch.from_numpy(estimator.score_samples(points.numpy()))
