"""A distribution from a formula as a plug-in: `ebm serve --plugin examples/formula_density.py`."""

import ast
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal, Self, final

import torch
from pydantic import model_validator
from torch import Generator, Tensor

from ebm_core.kit import Labelled, Planar, setting

HALF = 4.0
"""The distribution lives on [-HALF, HALF]^2."""
CELLS = 512
"""Along a side of the grid that sums and samples it."""
DEEPEST = 40
"""Brackets within brackets in a formula, at most."""

OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(torch, name)
    for name in ("exp", "log", "sqrt", "abs", "sin", "cos", "tan", "tanh", "atan2", "sigmoid")
}


@final
class FormulaDensity(Planar):
    """p(x, y) in proportion to a formula, on the square [-4, 4]^2.

    A grid of 512 x 512 cells sums it, and draws from it: a cell by its mass, then a place in it. So
    what varies within a cell of 1/64 is blurred.
    """

    title: ClassVar[str] = "Formula"
    summary: ClassVar[str] = "Type a density, up to its constant, with sliders for a and b."

    kind: Literal["formula_density"] = "formula_density"
    formula: str = setting(
        "exp(-(r - a)**2 / (2 * 0.2**2)) * (1 + b * sin(3 * t))",
        title="Density",
        min_length=1,
        max_length=400,
        description=(
            "Of x and y, or r and t (polar), with a and b; numbers, + - * / **, pi and "
            + ", ".join(FUNCTIONS)
            + "."
        ),
    )
    a: float = setting(2.0, title="a", ge=-10, le=10, description="A number in the formula.")
    b: float = setting(0.9, title="b", ge=-10, le=10, description="A number in the formula.")

    @model_validator(mode="after")
    def proper(self) -> Self:
        """The formula can be read, and is a density up to its constant."""
        grid_of(self.formula, self.a, self.b)
        return self

    @property
    def classes(self) -> int:
        return 1

    def sample_labelled(self, count: int, generator: Generator) -> Labelled:
        grid = grid_of(self.formula, self.a, self.b)
        # the inverse of the cumulative sum, for torch.multinomial takes 2^24 cells at most
        draws = torch.rand(count, generator=generator, dtype=torch.float64)
        cells = torch.searchsorted(grid.cumulative, draws).clamp(max=CELLS**2 - 1)
        inside = torch.rand(count, 2, generator=generator) - 0.5
        points = centres().float()[cells] + inside * (2 * HALF / CELLS)
        return points, torch.zeros(count, dtype=torch.int64)

    def log_density(self, points: Tensor) -> Tensor:
        grid = grid_of(self.formula, self.a, self.b)
        inside = (points.abs() <= HALF).all(1)
        values = evaluate(self.formula, points.double(), self.a, self.b).log() - grid.log_mass
        return torch.where(inside, values, -torch.inf)

    def modes(self) -> None:
        return None


@dataclass(frozen=True)
class Grid:
    """A formula on the grid's cells."""

    log_mass: float
    """log of its integral."""
    cumulative: Tensor
    """(cells,): the share of the mass in a cell and all before it."""


@lru_cache(maxsize=16)
def grid_of(formula: str, a: float, b: float) -> Grid:
    """The sums of a formula.

    Raises:
        ValueError: It cannot be read, or is no density: negative, not finite, or nothing.
    """
    values = evaluate(formula, centres(), a, b)
    if not (values.isfinite() & (values >= 0)).all():
        cell = int((~(values.isfinite() & (values >= 0))).nonzero()[0])
        x, y = centres()[cell].tolist()
        raise ValueError(
            f"the formula is {float(values[cell]):g} at x = {x:.3g}, y = {y:.3g}; "
            "a density is finite and not negative, so put it into exp(...) or abs(...)"
        )
    total = float(values.sum())
    if not total > 0:
        raise ValueError("the formula is 0 everywhere on [-4, 4]^2; move it there")
    return Grid(math.log(total * (2 * HALF / CELLS) ** 2), values.cumsum(0) / total)


@lru_cache(maxsize=1)
def centres() -> Tensor:
    """(cells, 2), in float64."""
    line = ((torch.arange(CELLS, dtype=torch.float64) + 0.5) / CELLS * 2 - 1) * HALF
    return torch.cartesian_prod(line, line)


def evaluate(formula: str, points: Tensor, a: float, b: float) -> Tensor:
    """The formula at (n, 2) points. Only arithmetic is done: it may come from anybody.

    Raises:
        ValueError: It cannot be read.
    """
    x, y = points.unbind(1)
    constants = {"a": a, "b": b, "pi": math.pi}
    names = {"x": x, "y": y, "r": points.norm(dim=1), "t": torch.atan2(y, x)} | {
        name: torch.tensor(value, dtype=torch.float64) for name, value in constants.items()
    }
    try:
        tree = ast.parse(formula.strip(), mode="eval").body
        value = computed(tree, names, DEEPEST)
    except (SyntaxError, RecursionError, TypeError, MemoryError) as error:
        raise ValueError(f"the formula cannot be read: {error}") from error
    return value.expand(len(points))


def computed(node: ast.AST, names: dict[str, Tensor], depth: int) -> Tensor:
    """The value of a part of a formula."""
    if depth == 0:
        raise ValueError(f"the formula has more than {DEEPEST} brackets within each other")
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return torch.tensor(float(node.value), dtype=torch.float64)
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        sides = (computed(side, names, depth - 1) for side in (node.left, node.right))
        value: Tensor = OPERATORS[type(node.op)](*sides)
        return value
    if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
        value = OPERATORS[type(node.op)](computed(node.operand, names, depth - 1))
        return value
    called = node.func if isinstance(node, ast.Call) and not node.keywords else None
    if isinstance(node, ast.Call) and isinstance(called, ast.Name) and called.id in FUNCTIONS:
        value = FUNCTIONS[called.id](*(computed(x, names, depth - 1) for x in node.args))
        return value
    known = ", ".join([*names, *FUNCTIONS])
    raise ValueError(
        f"{ast.unparse(node)!r} is not possible in a formula; the names are {known}, "
        "and ** is the power"
    )
