"""The files beside a plug-in that it imports: they are part of what it does."""

import ast
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

OURS = {"ebm_core", "ebm_server"}


def with_helpers(file: Path, folder: Path) -> list[Path]:
    """A file and, in order, those in `folder` that it imports by name, and what they import.

    Imports are read, not run. Of what is installed nothing is a helper.
    """
    if str(folder) in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        return [file]
    found, waiting = {file}, [file]
    while waiting:
        new = set(imported_from(waiting.pop(), folder)) - found
        found |= new
        waiting += new
    return [file, *sorted(found - {file})]


def imported_from(file: Path, folder: Path) -> Iterator[Path]:
    """The files in `folder` that a file's import statements name."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return  # running it tells what is wrong
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from absolute(folder, alias.name)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                dotted = ".".join(filter(None, (node.module, alias.name)))
                if node.level:
                    yield from along(file.parents[node.level - 1], dotted)
                else:
                    yield from absolute(folder, dotted)


def absolute(folder: Path, dotted: str) -> Iterator[Path]:
    """The files of a module in a folder, where nothing of that name goes first."""
    if dotted.split(".")[0] not in OURS | sys.stdlib_module_names:
        yield from along(folder, dotted)


def along(folder: Path, dotted: str) -> Iterator[Path]:
    """The files of a module and of the packages above it, as far as they lie in a folder."""
    names = dotted.split(".")
    for count in range(1, len(names) + 1):
        place = folder.joinpath(*names[:count])
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                yield file
