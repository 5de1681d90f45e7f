"""Puts plug-ins from outside on the shelves; what is wrong with one is told with its line."""

import contextlib
import inspect
import os
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from ebm_core.analytic import ANALYTIC_ENERGIES
from ebm_core.contracts import AnalyticEnergy, Dataset, Energy, Method, PlugIn, Sampler
from ebm_core.contracts.outside import ORIGINS, Origin
from ebm_core.datasets import DATASETS
from ebm_core.energies import ENERGIES
from ebm_core.methods import METHODS
from ebm_core.plugins.faults import (
    Trouble,
    of_class,
    of_definition,
    of_error,
    of_plug_in,
    try_out,
    try_recipe,
)
from ebm_core.plugins.source import Source, forget_changed
from ebm_core.registry import in_order, kind_of
from ebm_core.samplers import SAMPLERS

VARIABLE = "EBM_PLUGINS"
"""The environment's variable: files, folders and modules, apart as in PATH."""
GROUP = "ebm_lab.plugins"
"""The entry points of installed packages: each names a module."""

Shelf = dict[str, Any]
SHELVES: dict[str, tuple[type[PlugIn], Shelf]] = {
    "method": (Method, METHODS),
    "sampler": (Sampler, SAMPLERS),
    "dataset": (Dataset, DATASETS),
    "energy": (Energy, ENERGIES),
    "formula": (AnalyticEnergy, ANALYTIC_ENERGIES),
}
"""Every contract's name, its class, and its shelf."""


class PlugInError(ValueError):
    """A plug-in cannot be used; `troubles` says why."""

    def __init__(self, troubles: list[Trouble]) -> None:
        super().__init__("\n".join(map(str, troubles)))
        self.troubles = troubles


_given_troubles: list[Trouble] = []


def given_troubles() -> list[Trouble]:
    """What is wrong with the plug-ins that the environment and installed packages name."""
    return list(_given_troubles)


def load_given() -> None:
    """Puts on the shelves what the environment and installed packages name.

    A plug-in with a trouble is left out; see `given_troubles`.
    """
    given = os.environ.get(VARIABLE, "").split(os.pathsep)
    named = [*given, *(point.module for point in entry_points(group=GROUP))]
    _given_troubles[:] = []
    for name in dict.fromkeys(filter(None, named)):
        try:
            source = Source.of(name)
        except FileNotFoundError as error:
            _given_troubles.append(Trouble(name, None, str(error)))
        else:
            _given_troubles.extend(load(source)[1])


def use(given: str | Path) -> list[type[PlugIn]]:
    """Puts the plug-ins of a file, folder or module on the shelves; again where it has changed.

    Raises:
        FileNotFoundError: There is no such file.
        PlugInError: Something is wrong with one of them.
    """
    plug_ins, troubles = load(Source.of(str(given)))
    if troubles:
        raise PlugInError(troubles)
    return plug_ins


def load(source: Source) -> tuple[list[type[PlugIn]], list[Trouble]]:
    """Puts a source's plug-ins on the shelves, in place of its older ones, and tells troubles."""
    try:
        digest, files = source.digest(), source.files()
    except (ImportError, OSError) as error:
        return [], [Trouble(source.place, None, str(error))]
    except (Exception, SystemExit) as error:  # of a package above it, which is run to find it
        return [], [of_error(error, [], source.place)]
    forget_changed(files)
    found, troubles = whole_classes(source, files)
    forget(source)
    shelved = []
    for plug_in in found:
        if (trouble := shelve(plug_in, source, digest)) is None:
            shelved.append(plug_in)
        else:
            troubles.append(trouble)
    good = []
    # tried when all are on their shelves, since a method's recipe may name a sampler beside it
    for plug_in in shelved:
        if (trouble := failure(try_recipe, plug_in, files)) is None:
            good.append(plug_in)
        else:
            troubles.append(trouble)
    for plug_in in set(shelved) - set(good):
        take_off(plug_in)
    return good, troubles


def whole_classes(source: Source, files: list[Path]) -> tuple[list[type[PlugIn]], list[Trouble]]:
    """The classes of a source that can be used, and what is wrong with the others."""
    found: list[type[PlugIn]] = []
    troubles: list[Trouble] = []
    for part in source.modules():
        try:
            with contextlib.redirect_stdout(sys.stderr):
                module = part.run()
        except (Exception, SystemExit) as error:
            troubles.append(of_error(error, files, str(part.file or part.name)))
            continue
        defined = defined_in(module)
        for plug_in in defined:
            if (trouble := of_definition(plug_in, defined)) is not None:
                troubles.append(trouble)
            elif inspect.isabstract(plug_in):
                continue
            elif (trouble := failure(try_out, plug_in, files)) is not None:
                troubles.append(trouble)
            else:
                found.append(plug_in)
    if not found and not troubles:
        what = ", ".join(contract.__name__ for contract, _ in SHELVES.values())
        message = f"there is no class here that is one of {what}; `ebm new` writes one"
        troubles.append(Trouble(source.place, None, message))
    return found, troubles


def failure(
    attempt: Callable[[type[PlugIn]], None], plug_in: type[PlugIn], files: list[Path]
) -> Trouble | None:
    """What goes wrong when something is tried with a plug-in, if anything."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            attempt(plug_in)
    except (Exception, SystemExit) as error:
        return of_plug_in(error, plug_in, files)
    return None


def defined_in(module: ModuleType) -> list[type[PlugIn]]:
    """The classes of a module that follow a contract."""
    contracts = tuple(contract for contract, _ in SHELVES.values())
    return [
        member
        for member in vars(module).values()
        if inspect.isclass(member)
        and issubclass(member, contracts)
        and member.__module__ == module.__name__
    ]


def contract_of(plug_in: type[PlugIn]) -> str:
    """The name of the contract that a class follows."""
    return next(name for name, (contract, _) in SHELVES.items() if issubclass(plug_in, contract))


def shelve(plug_in: type[PlugIn], source: Source, digest: str) -> Trouble | None:
    """Puts a plug-in on its shelf, where its name is free there."""
    name, kind = contract_of(plug_in), kind_of(plug_in)
    shelf = SHELVES[name][1]
    if (other := shelf.get(kind)) is not None:
        whose = (
            f"{of_class(other, '').place} has one of this name"
            if other in ORIGINS
            else f"EBM Lab has one of its own by this name ({other.__module__})"
        )
        return of_class(plug_in, f"is a {name} called {kind!r}; choose another kind: {whose}")
    shelf[kind] = plug_in
    in_order(shelf)
    ORIGINS[plug_in] = Origin(contract=name, kind=kind, path=source.place, digest=digest)
    return None


def forget(source: Source) -> None:
    """Takes a source's plug-ins off the shelves."""
    for plug_in in [known for known, origin in ORIGINS.items() if origin.path == source.place]:
        take_off(plug_in)


def take_off(plug_in: type[PlugIn]) -> None:
    """Takes a plug-in off its shelf."""
    origin = ORIGINS.pop(plug_in)
    del SHELVES[origin.contract][1][origin.kind]
