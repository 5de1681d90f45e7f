"""A long update can be broken off between two steps of its chains.

Who trains says by what (`interruptible`); the loop over a sampler's steps asks there (`asked`), and
so does whatever else takes long. What is raised there leaves the update half made: go on from the
state of before.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Ask = Callable[[int, int], None]
"""Called with the steps made and those to make; what it raises breaks the update off."""


class _Current(threading.local):
    ask: Ask | None = None


_current = _Current()


@contextmanager
def interruptible(ask: Ask) -> Iterator[None]:
    """Has this thread's loops ask before each of their steps."""
    before, _current.ask = _current.ask, ask
    try:
        yield
    finally:
        _current.ask = before


def asked() -> Ask | None:
    """Whom to ask before a step; None nearly always."""
    return _current.ask
