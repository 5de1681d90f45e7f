"""Pictures that a page sends, decoded in a process of their own that a hostile file cannot hurt.

`python -m ebm_server.decoding` is that process: it takes what it may use of memory and time, reads
one file, and leaves the arrays and what was read, or why nothing was, in the folder it was given.
"""

import asyncio
import json
import logging
import re
import signal
import sys
from pathlib import Path
from typing import Any, Literal

from ebm_server.protocol.messages import Problem
from ebm_server.protocol.pictures import OwnPictures
from ebm_server.protocol.points import Reference
from ebm_server.refusals import Invalid

log = logging.getLogger(__name__)

MEMORY = 6 * 2**30
"""Address space of the process; PyTorch takes one of it."""
SECONDS = 120
"""Of one core."""
ANSWER = "answer"
"""The file in which the process says what was read."""
PREVIEW = 16
"""Pictures that are sent back, at most."""


async def read_pictures(data: bytes, name: str, edge: int | None, folder: Path) -> OwnPictures:
    """Reads a file of pictures and leaves their arrays in a folder, by digest.

    Raises:
        Invalid: It holds no pictures, or takes too much memory or time.
        OSError: The folder cannot be written.
    """
    given = folder / "given"
    given.mkdir()
    file = given / (re.sub(r"[^\w. -]", "_", name)[-100:].lstrip(".") or "pictures")
    await asyncio.to_thread(file.write_bytes, data)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ebm_server.decoding", str(file), name, str(edge or "")),
        str(folder),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, errors = await asyncio.wait_for(process.communicate(), 2 * SECONDS)
    except TimeoutError:
        errors = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    answer = folder / ANSWER
    told = json.loads(answer.read_bytes()) if answer.is_file() else ended(name, process.returncode)
    if "errno" in told:
        raise OSError(told["errno"], told["refused"])
    if "refused" in told:
        log.info("%s: %s %s", name, told["refused"], errors.decode(errors="replace"))
        raise Invalid([Problem(path="file", value=name, message=told["refused"])])
    return OwnPictures.model_validate(told)


def ended(name: str, code: int | None) -> dict[str, str]:
    """Why nothing came of a file whose process has left no word."""
    if code in (-signal.SIGKILL, -getattr(signal, "SIGXCPU", signal.SIGKILL)):
        return {"refused": too_much(name)}
    return {"refused": f"{name} cannot be read: what decodes it broke down on it (exit {code})"}


def too_much(name: str) -> str:
    """Why nothing came of a file."""
    return (
        f"{name} takes more than {MEMORY >> 30} GB of memory or {SECONDS} s to read; bring fewer "
        "or smaller pictures"
    )


def read(file: Path, name: str, edge: int | None, folder: Path) -> OwnPictures:
    """The pictures in a file, kept in a folder.

    Raises:
        ValueError: It holds none.
    """
    import numpy as np
    from pydantic import ValidationError

    from ebm_core.contracts.frozen_array import ArrayFolder, FrozenArray
    from ebm_core.datasets.images import Images
    from ebm_core.pictures import read_pictures

    found = read_pictures(file, edge)
    classes = None if found.labels is None else FrozenArray(found.labels, np.int64)
    try:
        images = Images(pictures=FrozenArray(found.pictures, np.uint8), labels=classes)
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from error
    arrays = ArrayFolder(folder)
    arrays.put(images.pictures)
    return told_of(
        images.pictures.array,
        images.pictures.reference.model_dump(),
        name,
        None if classes is None else Reference(**arrays.put(classes).model_dump()),
        list(found.class_names),
        list(found.messages),
    )


def told_of(
    pictures: Any,
    reference: dict[str, Any],
    name: str,
    classes: Reference | None,
    class_names: list[str],
    messages: list[str],
) -> OwnPictures:
    """What a page is told of pictures."""
    import numpy as np

    some = np.random.default_rng(0).permutation(len(pictures))[:PREVIEW]
    levels = pictures[np.sort(some)] / 255
    return OwnPictures(
        **reference,
        name=name,
        shape=list(pictures.shape[1:]),
        classes=classes,
        class_names=class_names,
        preview=levels.round(2).tolist(),
        messages=messages,
    )


def take_no_more(kind: Literal["RLIMIT_AS", "RLIMIT_CPU"], most: int) -> None:
    """Bounds what this process may use, where the system knows such bounds."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    limit = getattr(resource, kind)
    _, hard = resource.getrlimit(limit)
    if hard == resource.RLIM_INFINITY or hard > most:
        resource.setrlimit(limit, (most, most))


def main() -> None:
    """Reads the file that the command line names, and leaves an answer."""
    take_no_more("RLIMIT_AS", MEMORY)
    take_no_more("RLIMIT_CPU", SECONDS)
    file, name, edge, folder = sys.argv[1:]
    told: dict[str, Any]
    try:
        told = read(Path(file), name, int(edge) if edge else None, Path(folder)).model_dump()
    except MemoryError:
        told = {"refused": too_much(name)}
    except ValueError as error:
        told = {"refused": str(error)}
    except OSError as error:
        told = {"refused": str(error), "errno": error.errno}
    from ebm_core.atomic_file import write_whole

    write_whole(Path(folder) / ANSWER, json.dumps(told).encode())


if __name__ == "__main__":
    main()
