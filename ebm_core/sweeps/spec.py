"""What a sweep is: a base, a grid over it, and random draws, as one would write them in TOML.

name = "steps of Langevin"
[base]
seconds = 10
[grid]
"dataset.kind" = ["moons", "pinwheel"]
"method.kind" = ["persistent", "denoising"]
seed = [0, 1, 2]
[random]
count = 20
"optimization.learning_rate" = { log = [1e-4, 1e-2] }
"method.persistent.chain_steps" = { integer = [5, 60] }
[[skip]]
"dataset.kind" = "moons"
"method.kind" = "denoising"
"""

import math
import random
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)

from ebm_core.runs.problems import LONGEST, Problem
from ebm_core.setting import Settings

MOST = 5_000
"""Runs of a sweep, at most."""
KINDS = ("uniform", "log", "integer", "choice")
AN_EXAMPLE = "such as { log = [1e-4, 1e-2] }; there are uniform, log, integer and choice"


class Refused(ValueError):
    """A sweep that cannot be made, with everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Draw(Settings):
    """Where a field's value is drawn from: one of the four."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    uniform: tuple[float, float] | None = None
    log: tuple[float, float] | None = None
    integer: tuple[int, int] | None = None
    choice: tuple[Any, ...] | None = Field(None, min_length=1, max_length=MOST)

    @model_validator(mode="after")
    def one_range(self) -> Self:
        """One of them is given, from low to high."""
        given = [name for name in KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give one way to draw, {AN_EXAMPLE}")
        low, high = self.ends
        if not self.choice and not low < high:
            raise ValueError(f"{given[0]} goes from {low:g} to {high:g}; give the lower one first")
        if self.log and low <= 0:
            raise ValueError(f"log begins at {low:g}; it must be above 0")
        return self

    @property
    def ends(self) -> tuple[Any, Any]:
        """The least and the most of a range; of a choice, its first and its last."""
        if self.choice:
            return self.choice[0], self.choice[-1]
        return self.uniform or self.log or self.integer or (0, 1)

    def value(self, name: str, number: int) -> Any:
        """The value of a field in the draw of that number; the same each time."""
        source = random.Random(f"{name} {number}")
        if self.choice:
            return self.choice[source.randrange(len(self.choice))]
        if self.integer:
            return source.randint(*self.integer)
        if self.log:
            low, high = map(math.log, self.log)
            return float(f"{math.exp(source.uniform(low, high)):.6g}")
        assert self.uniform
        return float(f"{source.uniform(*self.uniform):.6g}")


class Draws(Settings):
    """So many draws, numbered: to raise `count` adds some and keeps those there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int = Field(ge=1, le=MOST)
    first: int = Field(0, ge=0, le=10**9)
    """The number of the first; another one gives others."""
    fields: dict[str, Draw]

    @model_validator(mode="before")
    @classmethod
    def with_fields(cls, given: Any) -> Any:
        """Every key but `count` and `first` is the path of a field."""
        if not isinstance(given, dict) or "fields" in given:
            return given
        own = {name: given[name] for name in ("count", "first") if name in given}
        others = {name: value for name, value in given.items() if name not in own}
        return {**own, "fields": flat(others, is_draw)}

    @model_serializer
    def as_written(self) -> dict[str, Any]:
        """As it was given."""
        fields = {path: draw.model_dump(exclude_none=True) for path, draw in self.fields.items()}
        return {"count": self.count, **({"first": self.first} if self.first else {}), **fields}

    def values(self) -> list[dict[str, Any]]:
        """What each draw gives, by path."""
        numbers = range(self.first, self.first + self.count)
        return [{path: draw.value(path, n) for path, draw in self.fields.items()} for n in numbers]


class Sweep(BaseModel):
    """A sweep, whole. Every run of the grid is made with every draw, if there are any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field("sweep", min_length=1, max_length=200, pattern=r"^\P{C}+$")
    """In one line: without signs that control, or are none."""
    base: dict[str, Any] = Field(default_factory=dict)
    """What all runs have, by path."""
    grid: dict[str, list[Any]] = Field(default_factory=dict)
    """Values of fields, each with each."""
    random: Draws | None = None
    skip: list[dict[str, Any]] = Field(default_factory=list, max_length=MOST)
    """Runs that are left out: those where all of these fields have these values."""

    @field_validator("base", "grid", mode="before")
    @classmethod
    def flat_tables(cls, given: Any) -> Any:
        """Tables within tables are paths."""
        return flat(given) if isinstance(given, dict) else given

    @field_validator("skip", mode="before")
    @classmethod
    def flat_skip(cls, given: Any) -> Any:
        """The same of what is left out."""
        if not isinstance(given, list):
            return given
        return [flat(one) if isinstance(one, dict) else one for one in given]

    @property
    def varied(self) -> tuple[str, ...]:
        """The paths that runs differ by, in the order in which they are written."""
        return (*self.grid, *(path for path in self.drawn if path not in self.grid))

    @property
    def drawn(self) -> dict[str, Draw]:
        """The fields that are drawn."""
        return self.random.fields if self.random else {}

    @property
    def cells(self) -> int:
        """Runs of the grid, before any are left out."""
        return math.prod(map(len, self.grid.values()))


def flat(
    nested: Mapping[str, Any],
    ends: Callable[[Mapping[str, Any]], bool] = lambda _: False,
    above: str = "",
) -> dict[str, Any]:
    """Tables within tables as dotted paths, down to tables that are values themselves."""
    found: dict[str, Any] = {}
    for name, value in nested.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping) and value and not ends(value):
            found.update(flat(value, ends, f"{path}."))
        else:
            found[path] = value
    return found


def is_draw(table: Mapping[str, Any]) -> bool:
    """Whether a table in [random] is a draw, and no table of fields."""
    return not all(isinstance(value, Mapping) for value in table.values())


def read(given: Mapping[str, Any] | str) -> Sweep:
    """The sweep that a TOML text or its tables describe.

    Raises:
        Refused: It is none, or has too many runs.
    """
    if isinstance(given, str):
        try:
            given = tomllib.loads(given)
        except (ValueError, RecursionError) as error:  # also numbers of too many digits
            why = (
                error
                if isinstance(error, tomllib.TOMLDecodeError)
                else "nothing is so deep or long"
            )
            raise Refused([Problem("", None, f"this is no TOML: {why}", None)]) from error
    try:
        sweep = Sweep.model_validate(given)
    except ValidationError as error:
        raise Refused(list(map(_problem, error.errors()))) from error
    if wrong := list(_odd(sweep)):
        raise Refused(wrong)
    count = sweep.cells * (sweep.random.count if sweep.random else 1)
    if count > MOST:
        message = f"these are {count:,} runs; give fewer values, or a smaller random.count"
        raise Refused([Problem("grid", count, message, f"up to {MOST:,} runs")])
    return sweep


def _odd(sweep: Sweep) -> Iterator[Problem]:
    """What is wrong with the tables of a sweep beside the types of their values."""
    for path, values in sweep.grid.items():
        if not values:
            yield Problem(f"grid.{path}", values, "it is empty", "a list such as [0, 1, 2]")
        for i, value in enumerate(values):
            if value in values[:i]:
                yield Problem(f"grid.{path}", value, "it stands there twice; give it once", None)
        if path in sweep.drawn:
            message = "it stands in [grid] and in [random]; give it once"
            yield Problem(f"random.{path}", None, message, None)
    if sweep.random and not sweep.random.fields:
        yield Problem("random", None, "it draws no field", f"paths with a draw, {AN_EXAMPLE}")


def _problem(item: Any) -> Problem:
    """What pydantic found, by the path that was written."""
    path = ".".join(map(str, item["loc"])).replace("random.fields.", "random.")
    message, value = item["msg"].removeprefix("Value error, "), item.get("input")
    if item["type"] == "extra_forbidden":
        known = "uniform, log, integer, choice"
        if len(item["loc"]) == 1:
            known = ", ".join(Sweep.model_fields)
            message = "there is no such table of a sweep"
        return Problem(path, None, message, known)
    if item["type"] == "missing":
        return Problem(path, None, "it is missing", "a whole number" if "count" in path else None)
    if isinstance(value, Mapping | BaseModel) or (isinstance(value, list) and len(value) > LONGEST):
        value = None
    allowed = {"list_type": "a list such as [0, 1, 2]", "dict_type": "a table"}.get(item["type"])
    return Problem(path, value, message, allowed)
