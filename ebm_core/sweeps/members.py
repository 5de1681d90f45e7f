"""The runs of a sweep, each with a key: its config's digest, by which what is missing is found."""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ebm_core.contracts.frozen_array import ArrayFolder
from ebm_core.datasets import DATASETS
from ebm_core.energies import ENERGIES
from ebm_core.methods import METHODS
from ebm_core.runs.at_hand import refuse_missing_device, refuse_several_processes
from ebm_core.runs.config import RunConfig
from ebm_core.runs.problems import Problem, problems
from ebm_core.runs.training import Training
from ebm_core.samplers import SAMPLERS
from ebm_core.sweeps.spec import Refused, Sweep

SHELVES: tuple[Mapping[str, Any], ...] = (DATASETS, METHODS, ENERGIES, SAMPLERS)
NO_FIELD = "there is no such field"
TOLD = 12
"""Problems that are told of a sweep, at most."""


@dataclass(frozen=True)
class Member:
    """A run of a sweep."""

    key: str
    """The digest of its config, as in `Run.config_digest`."""
    values: dict[str, Any]
    """What it has of the fields that runs differ by; a field that it does not have is left out."""
    config: dict[str, Any] = field(repr=False)
    """The whole config as JSON, with points by digest."""


def key_of(config: Mapping[str, Any]) -> str:
    """The same for the same config."""
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:16]


def members(sweep: Sweep, points: Path) -> list[Member]:
    """Every run of a sweep, in the order of its grid; what comes to the same run is one.

    Args:
        points: A folder that keeps the points which configs refer to.

    Raises:
        Refused: Fields are unknown, values out of their bounds, parts do not fit together.
    """
    found: dict[str, Member] = {}
    wrong = _Wrong(set(sweep.drawn))
    used: set[str] = set()
    skipped: set[int] = set()
    for given in combinations(sweep):
        try:
            config, values = completed(sweep.base, given, points, used)
        except ValidationError as error:
            for problem in problems(RunConfig, error):
                wrong.add(problem, given)
            continue
        except ValueError as error:
            wrong.add(Problem("device", given.get("device"), str(error), "cpu"), given)
            continue
        left_out = [i for i, one in enumerate(sweep.skip) if matches(config, one)]
        skipped.update(left_out)
        if not left_out:
            member = Member(key_of(config), values, config)
            found.setdefault(member.key, member)
    if not wrong.problems:
        _refuse_idle(sweep, used, skipped, wrong)
    if not wrong.problems:
        _refuse_unfit(found.values(), points, wrong)
    if not found and not wrong.problems:
        wrong.add(Problem("skip", None, "it leaves out every run; leave out fewer", None), {})
    wrong.refuse()
    return list(found.values())


def combinations(sweep: Sweep) -> Iterator[dict[str, Any]]:
    """What each run has of the fields that are varied."""
    draws = sweep.random.values() if sweep.random else [{}]
    for cell in itertools.product(*sweep.grid.values()):
        for drawn in draws:
            yield dict(zip(sweep.grid, cell, strict=True)) | drawn


def completed(
    base: Mapping[str, Any], given: Mapping[str, Any], points: Path, used: set[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The config of one run, and what it has of `given`; `used` gets the conditional paths."""
    folder = ArrayFolder(points)
    laid = {**base, **given}
    # a kind goes first: it brings another plug-in, to whose fields the others belong
    order = sorted(laid, key=lambda path: path.rpartition(".")[2] != "kind")
    plain = [path for path in order if condition(path) is None]
    conditional = [path for path in order if path not in plain]
    nested: dict[str, Any] = {}
    for path in plain:
        put(nested, path, laid[path])
    config = RunConfig.model_validate(nested, context=folder)
    whole = config.model_dump(mode="json", context=folder)
    absent = set()
    for path in conditional:
        holder, kind, rest = condition(path) or ("", "", "")
        if value_of(whole, f"{holder}.kind") == kind:
            put(nested, f"{holder}.kind", kind)
            put(nested, f"{holder}.{rest}", laid[path])
            used.add(path)
        else:
            absent.add(path)
    if conditional:
        config = RunConfig.model_validate(nested, context=folder)
        whole = config.model_dump(mode="json", context=folder)
    refuse_missing_device(config)
    return whole, {path: value for path, value in given.items() if path not in absent}


def condition(path: str) -> tuple[str, str, str] | None:
    """`method.persistent.chain_steps` as "method", "persistent", "chain_steps": the field of runs
    whose method is of that kind. None for a path that holds for every run."""
    names = path.split(".")
    for i, name in enumerate(names[1:-1], 1):
        if any(name in shelf for shelf in SHELVES):
            return ".".join(names[:i]), name, ".".join(names[i + 1 :])
    return None


def put(nested: dict[str, Any], path: str, value: Any) -> None:
    """Sets what a path names; a plug-in of another kind replaces the one that stands there."""
    *above, last = path.split(".")
    holder = nested
    for name in above:
        inner = holder.get(name)
        if not isinstance(inner, dict):
            inner = holder[name] = {}
        holder = inner
    if last == "kind" and holder.get("kind", value) != value:
        holder.clear()
    holder[last] = value


def value_of(config: Mapping[str, Any], path: str) -> Any:
    """What a path names; None where there is nothing."""
    found: Any = config
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def matches(config: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether a config has all of these values; one of them, where a list is given."""
    return all(
        value_of(config, path) in (value if isinstance(value, list) else [value])
        for path, value in given.items()
    )


def _refuse_idle(sweep: Sweep, used: set[str], skipped: set[int], wrong: "_Wrong") -> None:
    """Refuses what has no effect: it is a slip of the pen."""
    for path in (*sweep.base, *sweep.varied):
        told = condition(path)
        if told and path not in used:
            message = f"no run of the sweep has {told[0]}.kind = {told[1]!r}"
            wrong.add(Problem(path, None, message, None), {})
    for i, one in enumerate(sweep.skip):
        if i not in skipped:
            message = "no run of the sweep has these values, so that none is left out by them"
            wrong.add(Problem(f"skip.{i}", in_words(one), message, None), {})


def _refuse_unfit(found: Any, points: Path, wrong: "_Wrong") -> None:
    """Refuses runs whose parts do not fit together; a seed changes nothing of that."""
    seen = set()
    for member in found:
        unseeded = json.dumps({**member.config, "seed": 0}, sort_keys=True)
        if unseeded in seen:
            continue
        seen.add(unseeded)
        try:
            config = RunConfig.model_validate(member.config, context=ArrayFolder(points))
            refuse_several_processes(config)
            Training(config)
        except ValueError as error:
            told = {p: v for p, v in member.values.items() if p.rpartition(".")[2] == "kind"}
            way = "".join(f"\n{json.dumps(p)} = {json.dumps(v)}" for p, v in told.items())
            out = f"; leave it out by\n[[skip]]{way}" if told else ""
            wrong.add(Problem("", None, f"{in_words(told)}: {error}{out}", None), {})


class _Wrong:
    """What is wrong with a sweep, each thing once; of the draws of a field, the first."""

    def __init__(self, drawn: set[str]) -> None:
        self.problems: dict[str, Problem] = {}
        self.drawn = drawn

    def add(self, problem: Problem, given: Mapping[str, Any]) -> None:
        """One more; the first run that has it is told with it."""
        kinds = {p: v for p, v in given.items() if p.rpartition(".")[2] == "kind"}
        message = problem.message
        if kinds and problem.path not in kinds:
            message = f"{message} (of the run with {in_words(kinds)})"
        holder, _, name = problem.path.rpartition(".")
        if problem.message == NO_FIELD and f"{holder}.kind" in kinds:
            message += f'; where only some have it, write "{holder}.KIND.{name}"'
        each = problem.path not in self.drawn and problem.message != NO_FIELD
        own = f"{problem.path} {(problem.value if each else None)!r} {problem.message}"
        self.problems.setdefault(own, problem._replace(message=message))

    def refuse(self) -> None:
        """Raises what there is."""
        if not self.problems:
            return
        told = list(self.problems.values())
        more = len(told) - TOLD
        if more > 0:
            told = [*told[:TOLD], Problem("", None, f"and {more} further problems", None)]
        raise Refused(told)


def in_words(values: Mapping[str, Any]) -> str:
    """`method.kind = "jem", seed = 0`."""
    return ", ".join(f"{path} = {json.dumps(value)}" for path, value in values.items())
