"""How often energies are evaluated: what an update costs, whatever the machine."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

import torch

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Evaluations:
    """Points at which energies were evaluated; a point counts each time."""

    gradients: int = 0
    """With the gradient, by the point or by the weights. A second derivative is one more."""
    values: int = 0
    """Of the value alone, without a graph."""


class _Current(threading.local):
    evaluations: Evaluations | None = None


_current = _Current()


@contextmanager
def counted_in(evaluations: Evaluations | None) -> Iterator[None]:
    """What this thread evaluates meanwhile is added to `evaluations`; with None to nothing."""
    before, _current.evaluations = _current.evaluations, evaluations
    try:
        yield
    finally:
        _current.evaluations = before


def evaluating(count: Callable[..., Evaluations]) -> Callable[[F], F]:
    """A function that counts as `count` of its arguments says, and what it calls as nothing."""

    def of(function: F) -> F:
        @wraps(function)
        def evaluated(*args: Any, **kwargs: Any) -> Any:
            evaluations = _current.evaluations
            if evaluations is None:
                return function(*args, **kwargs)
            more = count(*args, **kwargs)
            evaluations.gradients += more.gradients
            evaluations.values += more.values
            _current.evaluations = None
            try:
                return function(*args, **kwargs)
            finally:
                _current.evaluations = evaluations

        return cast(F, evaluated)

    return of


def gradients(_: object, points: torch.Tensor) -> Evaluations:
    """The gradient, once at each point."""
    return Evaluations(gradients=len(points))


def values(_: object, points: torch.Tensor) -> Evaluations:
    """The value, once at each point; where there is a graph, what it is made for too."""
    return gradients(_, points) if torch.is_grad_enabled() else Evaluations(values=len(points))
