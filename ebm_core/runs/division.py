"""What each of several processes does of a run: an equal share of the batch and of the chains."""

from typing import TypeVar

from pydantic import ValidationError

from ebm_core.contracts import Method
from ebm_core.optimization import Optimization
from ebm_core.runs.problems import allowed
from ebm_core.setting import Misfit, divided_fields

M = TypeVar("M", bound=Method)


def share_of(method: M, processes: int) -> M:
    """The method as each of the processes has it.

    Raises:
        Misfit: They cannot have equal shares of a field, or these are too small.
    """
    if processes == 1:
        return method
    kind = type(method)
    values = {name: getattr(method, name) for name in kind.model_fields}
    for name in divided_fields(kind):
        if values[name] is not None:
            values[name] = share(f"method.{name}", values[name], processes)
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        whole, bounds = getattr(method, name), allowed(kind.model_fields[name])
        raise Misfit(
            f"method.{name}",
            whole,
            f"each of {processes} processes has {values[name]} of it; a share must be {bounds}",
        ) from error


def batch_share(optimization: Optimization, processes: int) -> int:
    """Data points of an update in each of the processes.

    Raises:
        Misfit: They cannot have equal shares, or these are of one point.
    """
    size = share("optimization.batch_size", optimization.batch_size, processes)
    if processes > 1 and size < 2:
        raise Misfit(
            "optimization.batch_size",
            optimization.batch_size,
            f"each of {processes} processes needs 2 points or more, {2 * processes} in all",
        )
    return size


def share(path: str, whole: int, processes: int) -> int:
    """An equal part.

    Raises:
        Misfit: There is none.
    """
    if whole % processes:
        nearest = max(1, round(whole / processes)) * processes
        raise Misfit(
            path,
            whole,
            f"{processes} processes cannot divide it evenly; choose a multiple of {processes}, "
            f"such as {nearest}",
        )
    return whole // processes
