"""The user's own points in the plane."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, final

import numpy as np
import torch
from jaxtyping import Float, Int
from pydantic import AfterValidator, Field, ValidationError, model_validator
from torch import Tensor

from ebm_core.contracts import Dataset, Shape, setting
from ebm_core.contracts.dataset import Region, Window
from ebm_core.contracts.frozen_array import FrozenArray, Rows
from ebm_core.contracts.groups import Groups
from ebm_core.contracts.units import Units
from ebm_core.datasets._classes import CLASSES, refuse_other_classes
from ebm_core.datasets._preparation import Prepared, baselines, kernels_under, prepared, scaled
from ebm_core.tables import MOST, BadFile, PointTable, Table, read_table, select

LARGEST = 1e30
"""Largest coordinate: single precision holds its square's root and its differences."""


def held(width: float) -> float:
    """A width that single precision holds.

    Raises:
        ValueError: It does not.
    """
    if width > LARGEST:
        raise ValueError(f"it is more than {LARGEST:g}; use larger units")
    return width


FAR_APART = 40.0
"""Widths between groups, beyond which some methods were measured to fail."""
HAZARD = 5.0
"""Widths from which on a run that diverges may have done so since chains do not cross: short ones
from noise were measured to."""
FARTHEST = 150.0
"""Widths beyond which none was seen to learn the shapes of groups in a minute."""
FAR_OUT = 100.0
"""Units of the model from the middle, beyond which energies were measured to run away."""
RUN_AWAY = "some points lie so far out that energies and chains run away there; "
HEAVY_TAILS = f"{RUN_AWAY}denoising learns such data"
FAR_GROUPS = (
    "groups of points lie so far apart that chains and energies run away between them; "
    "denoising and noise_conditional learn such data"
)


LONGEST_NAME = 100
"""Characters of a column's name."""
Name = Annotated[str, Field(max_length=LONGEST_NAME)]


@final
class Points(Dataset):
    """Given points, of which a tenth (fewer below 50 points, at least one) is held out."""

    rank: ClassVar[int] = 30
    title: ClassVar[str] = "Your points"
    summary: ClassVar[str] = "Points of your own, from a file or drawn; a tenth is held out."

    fields_of_before: ClassVar[Mapping[str, Any]] = {
        "smoothing": 0.0,
        "far_rows": "keep",
        "scaling": "one scale",
        "group_weights": "as learned",
    }

    kind: Literal["points"] = "points"
    values: Annotated[FrozenArray, Rows(row=(2,), least=2, most=MOST)] = setting(
        title="Points", description="Rows of two coordinates, in any units."
    )

    columns: tuple[Name, Name] = setting(
        ("x", "y"),
        title="Columns",
        description="What the two coordinates are called where points are written.",
        advanced=True,
    )
    labels: Annotated[FrozenArray, CLASSES] | None = setting(
        None,
        title="Classes",
        description="The class of each point, from 0, for methods that learn to tell them apart.",
        advanced=True,
    )
    smoothing: Literal["auto"] | Annotated[float, Field(ge=0), AfterValidator(held)] = setting(
        "auto",
        title="Smoothing",
        advanced=True,
        description="Noise around each drawn point, so that a network does not learn the points by "
        "heart: auto chooses it by held-out points; a number is its standard deviation in the "
        "data's units; 0 is none.",
    )
    far_rows: Literal["leave out", "keep"] = setting(
        "leave out",
        title="Far rows",
        advanced=True,
        description="A few rows that lie absurdly far from all others, such as 9999.",
    )

    scaling: Literal["whitened", "one scale"] = setting(
        "whitened",
        title="Scaling",
        advanced=True,
        description="What brings the points to the model's units: their whole covariance, or one "
        "scale for both axes.",
    )

    group_weights: Literal["of the points", "as learned"] = setting(
        "of the points",
        title="Separate groups",
        advanced=True,
        description="Groups of points with nothing between hold their shares of the points; what a "
        "method learns alone is often wrong, since no chain crosses and no score sees the way.",
    )

    @model_validator(mode="after")
    def spread_out(self) -> Self:
        """Refuses points that cannot be scaled."""
        table = self.values.array
        row, column = np.unravel_index(np.abs(table).argmax(), table.shape)
        largest = float(abs(table[row, column]))
        if largest > LARGEST:
            raise ValueError(
                f"values[{row}] holds {table[row, column]:g}; coordinates up to {LARGEST:g} are "
                "allowed: use larger units"
            )
        if (spread := float(np.ptp(table, axis=0).max())) == 0:
            raise ValueError(
                f"all {len(table)} points are the same, {table[0].tolist()}; at least two "
                "different points are needed"
            )
        if spread < 1 / LARGEST:
            raise ValueError(
                f"the points differ by no more than {spread:g}; at least {1 / LARGEST:g} is "
                "needed: use smaller units"
            )
        if spread < 1e-9 * largest:
            raise ValueError(
                f"the points differ by no more than {spread:g} around values of {largest:g}, too "
                "little to tell them apart; subtract their mean first"
            )
        return self

    @model_validator(mode="after")
    def labelled_from_zero(self) -> Self:
        """Refuses classes that are not one a point, from 0, each with a point."""
        refuse_other_classes(self.labels, len(self.values), "points")
        return self

    @classmethod
    def example(cls) -> Self:
        """A heart."""
        rows = []
        for index in range(300):
            u = 2 * math.pi * index / 300
            y = 13 * math.cos(u) - 5 * math.cos(2 * u) - 2 * math.cos(3 * u) - math.cos(4 * u)
            rows.append((round(16 * math.sin(u) ** 3, 2), round(y, 2)))
        return cls(values=FrozenArray(rows))

    @property
    def entry_names(self) -> tuple[str, ...]:
        return self.columns

    @property
    def shape(self) -> Shape:
        return (2,)

    @property
    def has_density(self) -> bool:
        return False

    @property
    def _key(self) -> tuple[FrozenArray, float | str, str, str]:
        return self.values, self.smoothing, self.far_rows, self.scaling

    @property
    def _prepared(self) -> Prepared:
        return prepared(*self._key)

    @property
    def units(self) -> Units:
        return scaled(self.values, self.far_rows, self.scaling).units

    @property
    def detail(self) -> float:
        return scaled(self.values, self.far_rows, self.scaling).detail

    @property
    def region(self) -> Region:
        return self._prepared.region

    @property
    def window(self) -> Window:
        return self._prepared.window

    @property
    def groups(self) -> Groups | None:
        return self._prepared.groups if self.group_weights == "of the points" else None

    @property
    def noise_added(self) -> bool:
        return self._prepared.noise_added

    @property
    def remarks(self) -> tuple[str, ...]:
        if (groups := self.groups) is None:
            tails = (f"the tails are heavy: {HEAVY_TAILS}",) if self._far_out else ()
            return (*self._prepared.remarks, *tails)
        shares = ", ".join(f"{100 * share:.3g} %" for share in groups.shares)
        wide = groups.separation
        learns = (
            "which denoising and noise_conditional learn, and other methods often do not"
            if wide < FARTHEST
            else "too far for any method to learn their shapes soon: train on each by itself"
        )
        apart = f"; they lie up to {wide:,.0f} times as far apart as they are wide, {learns}"
        return (
            *self._prepared.remarks,
            f"the points fall into {len(groups.shares)} separate groups ({shares}); no chain "
            "crosses and no score sees the way between, so the energy of each is moved as a whole "
            f"until it holds its share{apart if wide > FAR_APART else ''}",
        )

    @property
    def hazard(self) -> str | None:
        far = scaled(self.values, "leave out", self.scaling).is_far
        if self.far_rows == "keep" and far.any():
            row = int(np.flatnonzero(far)[0])
            x, y = self.values.array[row]
            return (
                f"{far.sum()} rows lie far from all others, such as row {row + 1}: {x:g}, {y:g}; "
                "they are left out by `dataset.far_rows=leave out`"
            )
        if self.groups is not None and self.groups.separation > HAZARD:
            return FAR_GROUPS
        return HEAVY_TAILS if self._far_out else None

    @property
    def _far_out(self) -> bool:
        """Whether some points that are trained on lie far from the bulk of them."""
        far = scaled(self.values, self.far_rows, self.scaling).is_far
        points = self.units.to_model(torch.tensor(self.values.array[~far]))
        return bool(points.norm(dim=1).max() > FAR_OUT)

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count 2"]:
        """`count` training points with replacement, each with noise of its own, float64."""
        return self.sample_labelled(count, generator)[0]

    @property
    def classes(self) -> int:
        return 1 if self.labels is None else int(self.labels.array.max()) + 1

    def sample_labelled(
        self, count: int, generator: torch.Generator
    ) -> tuple[Float[Tensor, "count 2"], Int[Tensor, " count"]]:
        return self.sample_under(0.0, count, generator)

    def sample_under(
        self, noise: float, count: int, generator: torch.Generator
    ) -> tuple[Float[Tensor, "count 2"], Int[Tensor, " count"]]:
        ready = self._prepared
        drawn = torch.randint(len(ready.train), (count,), generator=generator)
        rows = ready.train[drawn]
        kernels = kernels_under(noise, *self._key)
        if kernels is None:
            points = ready.points[rows]
        else:
            points = self.units.from_model(kernels.around(drawn, generator))
        return points, self._classes_of(rows)

    def _classes_of(self, rows: Int[Tensor, " n"]) -> Int[Tensor, " n"]:
        if self.labels is None:
            return torch.zeros(len(rows), dtype=torch.long)
        return torch.from_numpy(self.labels.array[rows.numpy()])

    def labelled(self, split: Literal["train", "test"]) -> None:
        return None

    def held_out_labelled(
        self, count: int, generator: torch.Generator
    ) -> tuple[Float[Tensor, "n 2"], Int[Tensor, " n"]]:
        rows = self._prepared.test[:count]
        return self._prepared.points[rows], self._classes_of(rows)

    @property
    def guarded(self) -> bool:
        return self.smoothing != 0

    def trained_on(self, count: int, generator: torch.Generator) -> Float[Tensor, "n 2"]:
        ready = self._prepared
        return ready.points[ready.train[:count]]

    @property
    def baselines(self) -> Mapping[str, float]:
        """`nll_kde`, of a round kernel of cross-validated width, and `nll_gaussian`."""
        return baselines(self.values, self.far_rows, self.scaling)

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        raise ValueError(
            "dataset 'points' has no known density; compare by samples, or choose a built-in one"
        )

    def modes(self) -> None:
        return None


class PointsRead(NamedTuple):
    """What a file of points holds."""

    points: Points
    table: Table
    """All of the file."""
    chosen: PointTable
    """What was taken of it."""

    @property
    def messages(self) -> tuple[str, ...]:
        """All that was decided, in sentences, and where the rows are in the file that the points'
        `remarks` name."""
        far = self.points._prepared.far.numpy()
        moved = [(i + 1, row) for i, row in zip(far, self.chosen.rows[far], strict=True)]
        return self.chosen.messages + tuple(
            f"row {point} of the points is row {row} of the file"
            for point, row in moved[:5]
            if point != row
        )


def load_points(
    path: str | Path, columns: Sequence[str] | None = None, labels: str | None = None
) -> Points:
    """Points from a file, as `read_points` reads it.

    Raises:
        BadFile: The file holds no such table; the message names the file and the row.
        OSError: The file cannot be read.
    """
    path = Path(path)
    return read_points(path.read_bytes(), path.name, columns, labels).points


def read_points(
    data: bytes, name: str, columns: Sequence[str] | None = None, labels: str | None = None
) -> PointsRead:
    """Points from the bytes of a file, for the command line and for the page.

    Args:
        columns: Two, by name or by number from 1; without them the first two of numbers that do
            more than count the rows.
        labels: That of the classes; without it the last column, if it looks like some.

    Raises:
        BadFile: They hold no such table; the message names the file and the row.
    """
    table = read_table(data, name)
    chosen = select(table, columns, labels)
    classes = None if chosen.labels is None else FrozenArray(chosen.labels, np.int64)
    x, y = (name[:LONGEST_NAME] for name in chosen.columns)
    try:
        points = Points(values=FrozenArray(chosen.values), columns=(x, y), labels=classes)
        return PointsRead(points, table, chosen)
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadFile(f"{name}: {why}") from error
