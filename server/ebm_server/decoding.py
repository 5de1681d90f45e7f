"""Pictures that a page sends, decoded in a process of their own that a hostile file cannot hurt.

`python -m ebm_server.decoding` is that process: it takes what it may use of memory and time, reads
one file, keeps the arrays, and prints what was read or why nothing was.
"""

import asyncio
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from ebm_server.protocol.messages import Problem
from ebm_server.protocol.pictures import OwnPictures
from ebm_server.protocol.points import Reference
from ebm_server.refusals import Invalid

MEMORY = 6 * 2**30
"""Address space of the process; PyTorch takes one of it."""
SECONDS = 120
"""Of one core."""
PREVIEW = 16
"""Pictures that are sent back, at most."""


async def keep_pictures(data: bytes, name: str, edge: int | None, folder: Path) -> OwnPictures:
    """Reads a file of pictures and keeps them in a folder, by digest.

    Raises:
        Invalid: It holds no pictures, or takes too much memory or time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".reading-", dir=folder) as apart:
        file = Path(apart) / (re.sub(r"[^\w. -]", "_", name)[-100:].lstrip(".") or "pictures")
        await asyncio.to_thread(file.write_bytes, data)
        words = [str(file), name, str(edge or ""), str(folder)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ebm_server.decoding", *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            told, _ = await asyncio.wait_for(process.communicate(), 2 * SECONDS)
        except TimeoutError:
            told = b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    answer: dict[str, Any] = json.loads(told) if told else {"refused": too_much(name)}
    if "refused" in answer:
        problem = Problem(path="file", value=name, message=answer["refused"])
        raise Invalid([problem])
    return OwnPictures.model_validate(answer)


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

    from ebm_core.contracts.frozen_array import ArrayFolder, FrozenArray
    from ebm_core.datasets.images import Images
    from ebm_core.pictures import read_pictures

    found = read_pictures(file, edge)
    classes = None if found.labels is None else FrozenArray(found.labels, np.int64)
    images = Images(pictures=FrozenArray(found.pictures, np.uint8), labels=classes)
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
    grey = pictures[np.sort(some)].mean(1) / 255
    return OwnPictures(
        **reference,
        name=name,
        shape=list(pictures.shape[1:]),
        classes=classes,
        class_names=class_names,
        preview=grey.round(2).tolist(),
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
    """Reads the file that the command line names, and prints JSON."""
    take_no_more("RLIMIT_AS", MEMORY)
    take_no_more("RLIMIT_CPU", SECONDS)
    file, name, edge, folder = sys.argv[1:]
    try:
        print(read(Path(file), name, int(edge) if edge else None, Path(folder)).model_dump_json())
    except MemoryError:
        print(json.dumps({"refused": too_much(name)}))
    except ValueError as error:
        print(json.dumps({"refused": str(error)}))


if __name__ == "__main__":
    main()
