"""Work in a thread that nobody waits for at the end, such as the import of torch."""

import asyncio
import importlib
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

NAME = "background"
"""Of each such thread."""


async def in_background(work: Callable[[], T]) -> T:
    """What `work` returns. Unlike asyncio's own threads, this one does not hold up a shutdown."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, problem = None, None
        try:
            result = work()
        except Exception as error:
            problem = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, problem)

    threading.Thread(target=run, name=NAME, daemon=True).start()
    return await future


def leave() -> None:
    """Ends the process if such a thread is still at work, since Python's own end would abort it.

    A thread that comes back from compiled code while the interpreter is torn down is unwound
    through C++, which ends the process with SIGABRT, whatever was done before.
    """
    if any(thread.name == NAME for thread in threading.enumerate()):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


async def with_core(work: Callable[[], T]) -> T:
    """`in_background`, for work that imports parts of `ebm_core`, which is imported whole before.

    Two threads that began with different parts would wait for each other, and Python then hands
    out a half.
    """

    def after_import() -> T:
        importlib.import_module("ebm_core")
        return work()

    return await in_background(after_import)
