"""Where plug-ins from outside the package are: a file, a folder, or a module that can be imported.

Running them is running code: only what the user names is run.
"""

import hashlib
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Self

from ebm_core.plugins.helpers import with_helpers


@dataclass(frozen=True)
class Source:
    """A place that holds plug-ins."""

    place: str
    """A file's or folder's absolute path, or a module's name."""

    @classmethod
    def of(cls, given: str) -> Self:
        """What a user means: a path where there is one, else a module.

        Raises:
            FileNotFoundError: It can only be a path, and there is nothing.
        """
        path = Path(given).expanduser()
        if path.exists():
            return cls(str(path.resolve()))
        if given.endswith(".py") or not all(map(str.isidentifier, given.split("."))):
            raise FileNotFoundError(f"there is no {path.absolute()}; give a file, folder or module")
        return cls(given)

    @property
    def path(self) -> Path | None:
        """The file or folder; None for a module's name."""
        return Path(self.place) if Path(self.place).is_absolute() else None

    def files(self) -> list[Path]:
        """Every Python file of it, in order; of a file those too beside it that it imports.

        Raises:
            ImportError: There is no such module.
        """
        root = self.path or self._module_root()
        return with_helpers(root, root.parent) if root.is_file() else sorted(root.rglob("*.py"))

    def _module_root(self) -> Path:
        spec = spec_of(self.place)
        if spec is None or spec.origin is None:
            file = Path(f"{self.place}.py")
            hint = f"did you mean the file {file}?" if file.is_file() else "is it installed?"
            raise ImportError(f"there is no module {self.place}; {hint}")
        origin = Path(spec.origin)
        return origin.parent if origin.name == "__init__.py" else origin

    def digest(self) -> str:
        """SHA-256 of its Python files."""
        files = self.files()
        if len(files) == 1:
            return hashlib.sha256(files[0].read_bytes()).hexdigest()
        found = hashlib.sha256()
        for file in files:
            found.update(hashlib.sha256(file.read_bytes()).digest())
        return found.hexdigest()

    def modules(self) -> Iterator["Part"]:
        """What is to be run, one after the other."""
        path = self.path
        if path is None:
            yield from imported(self.place)
        elif path.is_file():
            yield Part(path, file_name(path))
        elif (path / "__init__.py").is_file():
            findable(path.parent)
            yield from imported(path.name)
        else:
            for file in sorted(path.glob("[!_]*.py")):
                yield Part(file, file_name(file))


def spec_of(module: str) -> ModuleSpec | None:
    """Where Python finds a module, None where it finds none."""
    try:
        return importlib.util.find_spec(module)
    except ModuleNotFoundError:  # of a package above it
        return None


@dataclass(frozen=True)
class Part:
    """One module of a source."""

    file: Path | None
    """Where it is to be run from; None where Python finds it by its name."""
    name: str

    def run(self) -> ModuleType:
        """The module, run: anew where it is a file. Its errors are its author's."""
        if self.file is None:
            return importlib.import_module(self.name)
        findable(self.file.parent)
        module = ModuleType(self.name)
        module.__file__ = str(self.file)
        code = compile(self.file.read_bytes(), str(self.file), "exec")
        # pydantic and inspect look modules up by name
        before, sys.modules[self.name] = sys.modules.get(self.name), module
        try:
            exec(code, vars(module))
        except BaseException:
            sys.modules.pop(self.name)
            if before is not None:
                sys.modules[self.name] = before
            raise
        return module


def imported(name: str) -> Iterator[Part]:
    """A module and, where it is a package, all below it."""
    yield Part(None, name)
    module = sys.modules.get(name)
    paths = getattr(module, "__path__", ())
    # where a package below fails, running it as a part has told so
    for found in pkgutil.walk_packages(paths, f"{name}.", onerror=lambda _name: None):
        yield Part(None, found.name)


def file_name(path: Path) -> str:
    """The name of a file's module: one that no other file has."""
    return f"ebm_plugin_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


_run: dict[Path, str] = {}
"""Digests of files as they were when they were last run."""


def forget_changed(files: Iterable[Path]) -> None:
    """Has files be imported anew, all of them, where one has changed since it was run."""
    digests = {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    if any(_run.get(file, digest) != digest for file, digest in digests.items()):
        for name, module in list(sys.modules.items()):
            place = getattr(module, "__file__", None)
            if place is not None and Path(place) in digests:
                del sys.modules[name]
                # by its time of change, in seconds, compiled code may pass for that of the new file
                Path(importlib.util.cache_from_source(place)).unlink(missing_ok=True)
    _run.update(digests)


def findable(folder: Path) -> None:
    """Lets files import what lies beside them; whatever is installed goes first."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
