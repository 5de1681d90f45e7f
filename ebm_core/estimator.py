"""A density of points in the plane as an estimator of scikit-learn."""

from collections.abc import Mapping
from typing import Any, Self, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, DensityMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from ebm_core.runs.config import RunConfig
from ebm_core.runs.problems import checked
from ebm_core.runs.training import Training

UPDATES = 1200
"""Length of a training that says nothing of it: about ten seconds."""


@final
class EnergyDensity(DensityMixin, BaseEstimator):  # type: ignore[misc]
    """Learns an energy E of points in the plane; their density is exp(-E) / Z.

    `energy_` is then the `TrainedEnergy`, `remarks_` what a person should know of the data, and
    `n_features_in_` 2. The same points, updates and `random_state` give the same density; a length
    in seconds depends on the machine's speed.

    Args:
        method: Its kind, or a mapping with its settings: `{"kind": "denoising", ...}`. The default
            is the one that came nearest to the truth in so many updates.
        updates: Length of the training; 1,200 where `seconds` is not given either.
        seconds: Length of the training in seconds of one core.
        smoothing: Noise around each point: "auto", or its standard deviation in the data's units.
        far_rows: "leave out" or "keep" a few rows that lie absurdly far from all others.
        random_state: Seed of the training.
    """

    def __init__(
        self,
        method: str | Mapping[str, Any] = "variational",
        *,
        updates: int | None = None,
        seconds: float | None = None,
        smoothing: str | float = "auto",
        far_rows: str = "leave out",
        random_state: Any = None,
    ) -> None:
        self.method = method
        self.updates = updates
        self.seconds = seconds
        self.smoothing = smoothing
        self.far_rows = far_rows
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803
        """Learns from rows of two coordinates.

        Raises:
            ValueError: `X` or a setting is not what is needed.
            TrainingDiverged: A quantity is not finite.
        """
        points = self._points(X, reset=True, ensure_min_samples=2)
        endless = self.updates is None and self.seconds is None
        config = {
            "dataset": {
                "kind": "points",
                "values": points,
                "smoothing": self.smoothing,
                "far_rows": self.far_rows,
            },
            "method": {"kind": self.method} if isinstance(self.method, str) else self.method,
            "updates": UPDATES if endless else self.updates,
            "seconds": self.seconds,
            "seed": seed(self.random_state),
        }
        training = Training(checked(RunConfig, config))
        while not training.finished:
            training.update()
        self.energy_ = training.trained()
        self.remarks_ = training.dataset.remarks
        return self

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """log p(x) of each row, in nats, of the density in the units of `X`."""
        check_is_fitted(self)
        log_prob = self.energy_.log_prob(self._points(X, reset=False))
        return log_prob.astype(np.float64)

    def score(self, X: ArrayLike, y: object = None) -> float:  # noqa: N803
        """The mean of `score_samples`, as of a GaussianMixture (a KernelDensity gives the sum)."""
        return float(self.score_samples(X).mean())

    def sample(self, n_samples: int = 1, random_state: Any = None) -> NDArray[np.float64]:
        """Independent draws of the density, (n_samples, 2).

        Raises:
            ValueError: Less than one is asked for.
        """
        check_is_fitted(self)
        drawn: NDArray[np.float64] = (
            self.energy_.sample(n_samples, seed=seed(random_state)).double().numpy()
        )
        return drawn

    def _points(self, given: ArrayLike, reset: bool, **checks: Any) -> NDArray[np.float64]:
        """Rows of two finite coordinates."""
        points: NDArray[np.float64] = validate_data(
            self, given, reset=reset, dtype=np.float64, **checks
        )
        if points.shape[1] != 2:
            raise ValueError(
                f"X has {points.shape[1]} feature(s); EnergyDensity is expecting n_features = 2: "
                "points in the plane; choose two columns, or two principal components"
            )
        return points


def seed(random_state: Any) -> int:
    """A seed by scikit-learn's rules: a number, a RandomState, or None for a fresh one."""
    return int(check_random_state(random_state).randint(2**31 - 1))
