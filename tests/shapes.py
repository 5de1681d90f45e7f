"""Checks the types and shapes of what goes in and out of a function, while tests run it."""

from collections.abc import Callable
from typing import Any, Self, get_args

from beartype import beartype


def mentions_self(hint: object) -> bool:
    """Whether `Self` stands anywhere in a type."""
    return hint is Self or any(map(mentions_self, get_args(hint)))


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """`beartype`, but for `Self`: it knows that only where it decorates whole classes."""
    if function.__module__ == "ebm_core.estimator":
        return function  # scikit-learn's rules: anything is taken, and judged where it is fitted
    hints = getattr(function, "__annotations__", {})
    for name, hint in hints.items():
        if mentions_self(hint):
            hints[name] = Any
    return beartype(function)
