"""The points that runs are trained on: a file for each digest, until no run needs it any more.

Configurations hold references, {"digest", "rows"}; `ebm_core.contracts.frozen_array` makes, reads
and writes them. Here is what can be done without importing torch.
"""

import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

UNUSED_SECONDS = 86400.0
"""Points that were uploaded and never trained on are kept for so long."""

READING = ".reading-"
"""What the folders are called in which files are being read."""

TOLD = ("name", "chosen", "labels", "class_names")
"""What an array cannot tell of a file, kept beside it."""


def references(config: Any) -> set[str]:
    """The digests that a configuration refers to."""
    return set(_references(config))


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.keys() == {"digest", "rows"}:
            yield value["digest"]
        for inner in value.values():
            yield from _references(inner)


class PointFiles:
    """The folder of all points, and in `link_into` what a run's folder gets of it.

    Whoever adds a file and then a reference to it, or removes files that nobody refers to, holds
    `lock` meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = asyncio.Lock()
        self._reading = {"points": asyncio.Lock(), "pictures": asyncio.Lock()}
        """One file of each at a time, since one may take gigabytes and minutes."""
        self._waiting: set[str] = set()
        """Uploaded, but no run has been trained on them yet."""

    def file(self, digest: str) -> Path:
        """Where the points of a digest are."""
        return self.folder / f"{digest.removeprefix('sha256:')}.npy"

    def words(self, digest: str) -> Path:
        """Where it is kept what the points of a digest, their columns and classes are called."""
        return self.file(digest).with_suffix(".json")

    def told(self, digest: str) -> dict[str, Any] | None:
        """`TOLD` of the newest file with these points; None where they came without one."""
        if not self.words(digest).is_file():
            return None
        told: dict[str, Any] = json.loads(self.words(digest).read_text("utf-8"))
        return told

    def called(self, dataset: dict[str, Any]) -> str:
        """What the data of a run are called: by their kind, or a file and how many points."""
        for value in dataset.values():
            if isinstance(value, dict) and (told := self.told(value.get("digest", ""))):
                what = "pictures" if "pictures" in dataset else "points"
                return f"{told['name'] or dataset['kind']}, {value['rows']:,} {what}"
        return str(dataset["kind"])

    @asynccontextmanager
    async def reading(self, what: Literal["points", "pictures"]) -> AsyncIterator[Path]:
        """A folder for what is read of a file; once that is done, all arrays and words in it are
        kept, and wait for a run. Meanwhile others may use the lock."""
        async with self._reading[what]:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=READING, dir=self.folder) as apart:
                yield Path(apart)
                async with self.lock:
                    for path in (*Path(apart).glob("*.npy"), *Path(apart).glob("*.json")):
                        path.replace(self.folder / path.name)
                        (self.folder / path.name).touch()
                        if path.suffix == ".npy":
                            self._waiting.add(f"sha256:{path.stem}")

    def link_into(self, directory: Path, digests: set[str]) -> None:
        """Gives a run's folder its points, so that it is complete when it is copied elsewhere."""
        self._waiting -= digests
        for digest in digests:
            there = directory / "points" / self.file(digest).name
            if there.is_file():
                continue
            there.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(self.file(digest), there)
            except OSError:  # another disk, or one without links
                draft = there.with_suffix(".draft")
                shutil.copyfile(self.file(digest), draft)
                draft.replace(there)

    def remove(self, digests: Iterable[str]) -> None:
        """Removes points that no run refers to any more; those that wait for a run stay."""
        for digest in set(digests) - self._waiting:
            self.file(digest).unlink(missing_ok=True)
            self.words(digest).unlink(missing_ok=True)

    def sweep(self, used: set[str]) -> None:
        """Removes what nobody came to use, or what a crash has left. Nothing is being read now."""
        for left in self.folder.glob(f"{READING}*"):
            shutil.rmtree(left)
        names = {path.name for one in used for path in (self.file(one), self.words(one))}
        latest = time.time() - UNUSED_SECONDS
        for path in self.folder.glob("*"):
            if path.name not in names and path.stat().st_mtime < latest:
                path.unlink(missing_ok=True)
