"""Work in a thread that nobody waits for at the end, such as the import of torch."""

import asyncio
import importlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


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

    threading.Thread(target=run, daemon=True).start()
    return await future


async def with_core(work: Callable[[], T]) -> T:
    """`in_background`, for work that imports parts of `ebm_core`, which is imported whole before.

    Two threads that began with different parts would wait for each other, and Python then hands
    out a half.
    """

    def after_import() -> T:
        importlib.import_module("ebm_core")
        return work()

    return await in_background(after_import)
