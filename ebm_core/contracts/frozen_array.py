"""Arrays of numbers in configurations: they never change, and a digest names them.

A configuration is written with its arrays beside it, once each, where the context of pydantic's
`model_dump` is an `ArrayFolder`; it then holds references, which are read in the same context.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from numbers import Real
from pathlib import Path
from typing import Annotated, Any, get_args

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
)
from pydantic_core import core_schema
from torch import Tensor

from ebm_core.atomic_file import write_whole


class Reference(BaseModel):
    """What stands for an array that is kept elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    rows: int


class FrozenArray:
    """A read-only array; two are equal where type, shape and bytes are."""

    def __init__(self, values: ArrayLike, dtype: DTypeLike = np.float64) -> None:
        array = np.array(values, dtype=np.dtype(dtype).newbyteorder("<"), order="C")
        array.setflags(write=False)
        self.array: NDArray[Any] = array

    @cached_property
    def digest(self) -> str:
        """SHA-256 of type, shape and bytes."""
        found = hashlib.sha256(f"{self.array.dtype.str} {list(self.array.shape)}".encode())
        found.update(self.array.data)
        return f"sha256:{found.hexdigest()}"

    @property
    def reference(self) -> Reference:
        return Reference(digest=self.digest, rows=len(self.array))

    def __len__(self) -> int:
        return len(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FrozenArray) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"FrozenArray({' x '.join(map(str, self.array.shape))}, {self.digest[:19]})"


@dataclass(frozen=True)
class ArrayFolder:
    """Arrays on disk, each in a file `<digest>.npy`. One process at a time writes into it."""

    path: Path

    def file(self, digest: str) -> Path:
        """Where an array is, or would be."""
        return self.path / f"{digest.removeprefix('sha256:')}.npy"

    def put(self, array: FrozenArray) -> Reference:
        """Keeps an array; what is to stand for it."""
        file = self.file(array.digest)
        if not file.is_file():
            data = io.BytesIO()
            np.save(data, array.array, allow_pickle=False)
            write_whole(file, data.getvalue())
        return array.reference

    def get(self, reference: Reference) -> FrozenArray:
        """The array that a reference stands for.

        Raises:
            ValueError: There is none, or its file is damaged.
        """
        file = self.file(reference.digest)
        if not file.is_file():
            raise ValueError(
                f"the {reference.rows:,} rows {reference.digest[:19]}... are not in {self.path}; "
                "bring the file they were read from again"
            )
        try:
            values = np.load(file, allow_pickle=False)
            array = FrozenArray(values, values.dtype)
        except (OSError, ValueError, EOFError) as error:
            raise ValueError(f"{file} is damaged ({error}); bring the points again") from error
        if array.digest != reference.digest:
            raise ValueError(f"{file} is damaged (it has another digest); bring the points again")
        return array


@dataclass(frozen=True)
class Rows:
    """What a field of type `FrozenArray` takes: `least` to `most` rows, each of the shape `row`, or
    of any one shape where that is None.

    They are given as lists, as an array (or what NumPy makes one of), as a tensor, or as a
    `Reference`. In JSON they are a
    `Reference` where the context is an `ArrayFolder`, which then keeps them, and else lists.
    """

    row: tuple[int, ...] | None
    least: int
    most: int
    dtype: DTypeLike = np.float64

    def __get_pydantic_core_schema__(
        self, _source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        row: Any = int if np.dtype(self.dtype).kind in "iu" else float
        if self.row is None:
            row = list[Any]
        for length in reversed(self.row or ()):
            row = tuple[(row,) * length]  # type: ignore[misc]
        lists = Annotated[list[row], Field(min_length=self.least, max_length=self.most)]
        return core_schema.with_info_wrap_validator_function(
            self.read,
            handler.generate_schema(lists),
            serialization=core_schema.plain_serializer_function_ser_schema(write, info_arg=True),
        )

    def read(self, given: Any, read_lists: Callable[[Any], Any], info: Any) -> FrozenArray:
        """The array that is given, in whatever form. (pydantic's protocols cannot be checked.)"""
        if isinstance(given, dict):
            given = referred(given, info.context)
        if isinstance(given, Tensor):
            given = given.detach().cpu()
            given = (given.double() if given.is_floating_point() else given).numpy()
        if isinstance(given, list) and self.row is None:
            given = np.asarray(read_lists(given))  # of one shape, or numpy refuses it
        if callable(getattr(given, "__array__", None)):
            given = self.cast(np.asarray(given))
        if isinstance(given, FrozenArray):
            self.check(given.array)
            return given
        return FrozenArray(read_lists(given), self.dtype)

    def cast(self, values: NDArray[Any]) -> FrozenArray:
        """An array of numbers in this type; whole numbers stay what they are.

        Raises:
            ValueError: It holds no real numbers, or ones that this type does not have.
        """
        if values.dtype.kind == "O":  # as pandas keeps numbers that may be missing
            values = as_numbers(values)
        if values.dtype.kind not in "iuf":
            raise ValueError(f"it holds {values.dtype}; real numbers are needed")
        with np.errstate(invalid="ignore"):  # the cast of what is refused below
            found = FrozenArray(values, self.dtype)
        if found.array.dtype.kind in "iu" and not np.array_equal(found.array, values):
            wrong = values[found.array != values].flat[0]
            kind = np.iinfo(found.array.dtype)
            raise ValueError(
                f"it holds {wrong:g}; whole numbers from {kind.min} to {kind.max} are needed"
            )
        return found

    def check(self, array: NDArray[Any]) -> None:
        """Refuses an array of another shape or type, or with entries that are not finite.

        Raises:
            ValueError: It is one.
        """
        shape = array.shape[1:] if self.row is None else self.row
        if array.shape[1:] != shape or not self.least <= len(array) <= self.most:
            wanted = ", ".join([f"{self.least} to {self.most:,}", *map(str, shape)])
            raise ValueError(f"it has the shape {array.shape}; ({wanted}) is needed")
        if array.dtype != np.dtype(self.dtype):
            raise ValueError(f"it holds {array.dtype}; {np.dtype(self.dtype)} is needed")
        if not np.isfinite(array).all():
            row = int(np.argwhere(~np.isfinite(array))[0, 0])
            raise ValueError(f"row {row} is {array[row].tolist()}; finite numbers are needed")


def as_numbers(objects: NDArray[Any]) -> NDArray[Any]:
    """Objects as numbers.

    Raises:
        ValueError: One is none.
    """
    for one in objects.flat:
        if not isinstance(one, Real | Decimal | None):
            raise ValueError(f"it holds {one!r}; real numbers are needed")
    try:
        return np.asarray(objects, np.float64)
    except OverflowError as error:
        raise ValueError(f"it holds a number that is too large ({error})") from error


def referred(given: dict[str, Any], context: Any) -> FrozenArray:
    """The array that a reference in JSON stands for.

    Raises:
        ValueError: It is no reference, or leads nowhere.
    """
    try:
        reference = Reference.model_validate(given)
    except ValidationError as error:
        raise ValueError('give rows of numbers, or {"digest": "sha256:...", "rows": n}') from error
    if not isinstance(context, ArrayFolder):
        raise ValueError(
            f"only the digest of the {reference.rows:,} rows is here ({reference.digest[:19]}...); "
            "read this configuration with the folder that keeps them as context, an ArrayFolder"
        )
    return context.get(reference)


def write(array: FrozenArray, info: Any) -> Any:
    """What stands for an array where it is written."""
    if isinstance(info.context, ArrayFolder):
        return info.context.put(array).model_dump()
    return array.array.tolist() if info.mode_is_json() else array


def table_field(model: type[BaseModel]) -> str | None:
    """The field of a model that takes a table, if any: where a user's file goes."""
    return next((name for name, rows in array_fields(model).items() if rows.row), None)


def classes_field(model: type[BaseModel]) -> str | None:
    """The field of a model that takes a number for each row of the table, if any: its class."""
    return next((name for name, rows in array_fields(model).items() if rows.row == ()), None)


def pictures_field(model: type[BaseModel]) -> str | None:
    """The field of a model that takes pictures, if any."""
    return next((name for name, rows in array_fields(model).items() if rows.row is None), None)


def array_fields(model: type[BaseModel]) -> dict[str, Rows]:
    """What the fields of a model take that are arrays, by name; they may be optional."""
    return {
        name: mark
        for name, field in model.model_fields.items()
        for mark in (*field.metadata, *marks_in(field.annotation))
        if isinstance(mark, Rows)
    }


def marks_in(annotation: Any) -> list[Any]:
    """What the members of a union are annotated with."""
    return [mark for member in get_args(annotation) for mark in getattr(member, "__metadata__", ())]
