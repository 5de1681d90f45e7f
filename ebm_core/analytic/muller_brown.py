"""The Müller-Brown surface of theoretical chemistry."""

from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import AnalyticEnergy, Shape, setting

HEIGHTS = (-200.0, -100.0, -170.0, 15.0)
X_CURVATURES = (-1.0, -1.0, -6.5, 0.7)
CROSS_CURVATURES = (0.0, 0.0, 11.0, 0.6)
Y_CURVATURES = (-10.0, -10.0, -6.5, 0.7)
X_CENTRES = (1.0, 0.0, -0.5, -1.0)
Y_CENTRES = (0.0, 0.5, 1.5, 1.0)


@final
class MullerBrown(AnalyticEnergy):
    """E(x, y) = sum_i A_i exp(a_i u^2 + b_i u v + c_i v^2) / T with u = x - x_i, v = y - y_i.

    Three wells, at (-0.558, 1.442), (0.623, 0.028) and (-0.050, 0.467), at -146.70, -108.17 and
    -80.77 in the paper's units; the passes between them lie at -40.66 and -72.25.

    Source:
        Müller and Brown (1979), https://doi.org/10.1007/BF00547608
    """

    rank: ClassVar[int] = 50
    title: ClassVar[str] = "Müller-Brown"
    summary: ClassVar[str] = "Three wells on a bent path, as two reacting molecules see them."

    length: ClassVar[float] = 0.15

    kind: Literal["muller_brown"] = "muller_brown"
    heat: float = setting(
        20.0,
        title="Heat",
        symbol="T",
        gt=0,
        le=10_000,
        log=True,
        description="What the paper's energies are divided by, in its units.",
    )

    @property
    def shape(self) -> Shape:
        return (2,)

    @property
    def window(self) -> tuple[tuple[float, float], ...]:
        return ((-1.8, 1.4), (-0.8, 2.4))

    @property
    def log_z(self) -> None:
        return None

    def terms(
        self, points: Float[Tensor, "n d"]
    ) -> tuple[Float[Tensor, "n 4"], Float[Tensor, "n 4"], Float[Tensor, "n 4"]]:
        """Each term of the sum, u and v."""
        u = points[:, :1] - points.new_tensor(X_CENTRES)
        v = points[:, 1:] - points.new_tensor(Y_CENTRES)
        exponents = (
            points.new_tensor(X_CURVATURES) * u.square()
            + points.new_tensor(CROSS_CURVATURES) * u * v
            + points.new_tensor(Y_CURVATURES) * v.square()
        )
        return points.new_tensor(HEIGHTS) / self.heat * exponents.exp(), u, v

    def energies(self, points: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        return self.terms(points)[0].sum(1)

    def gradients(self, points: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        terms, u, v = self.terms(points)
        cross = points.new_tensor(CROSS_CURVATURES)
        along_x = terms * (2 * points.new_tensor(X_CURVATURES) * u + cross * v)
        along_y = terms * (2 * points.new_tensor(Y_CURVATURES) * v + cross * u)
        return torch.stack([along_x.sum(1), along_y.sum(1)], 1)
