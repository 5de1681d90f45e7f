"""What is declared about the package agrees with what it needs."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONSTRAINTS = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if line and not line.startswith("#")
)
IMPORTED_AS = {"pillow": "PIL", "scikit-learn": "sklearn", "mlflow-skinny": "mlflow"}
TRACKERS = ("tensorboard", "mlflow", "wandb")
"""Extras that are imported only where they are asked for."""


def declared(extra: str | None = None) -> list[Requirement]:
    """The direct dependencies of the package, or those of one of its extras."""
    project = PROJECT["project"]
    lines = project["dependencies"] if extra is None else project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


def closure(requirements: list[Requirement]) -> set[str]:
    """The installed packages that `requirements` bring along, themselves included."""
    found: set[str] = set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found or name == "ebm-lab":
            continue
        found.add(name)
        for line in requires(name) or []:
            further = Requirement(line)
            if further.marker is None or further.marker.evaluate({"extra": ""}):
                waiting.append(further)
    return found


def fake_programs(folder: Path, *names: str, says: str) -> Path:
    """A folder with programs that say one thing."""
    folder.mkdir()
    for name in names:
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {says}\n")
        program.chmod(0o755)
    return folder


def extra(name: str) -> set[str]:
    """The lines of one of the package's extras."""
    return set(PROJECT["project"]["optional-dependencies"][name])


def needed_to_build(folder: Path, path: Path) -> set[str]:
    """What a build in a folder without page and kernel asks for, with such a PATH."""
    for part in ("ebm_core", "frontend"):
        (folder / part).mkdir(exist_ok=True)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    ask = "import hatchling.build as b; print(*b.get_requires_for_build_wheel(), sep='\\n')"
    command = [sys.executable, "-c", ask]
    answer = subprocess.run(
        command, cwd=folder, env={"PATH": str(path)}, capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())


def test_torch_is_not_needed_to_build() -> None:
    assert all("torch" not in line for line in PROJECT["build-system"]["requires"])


@pytest.mark.parametrize(
    "extra",
    [
        None,
        "test",
        "check",
        "node",
        "compiler",
        "parquet",
        "postgres",
        "search",
        "bench",
        *TRACKERS,
    ],
)
def test_constraints_pin_every_direct_dependency_inside_its_range(extra: str | None) -> None:
    for requirement in declared(extra):
        pinned = CONSTRAINTS[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pinned), f"{requirement} excludes {pinned}"


def test_constraints_pin_every_indirect_dependency() -> None:
    missing = closure(declared() + declared("test") + declared("check")) - set(CONSTRAINTS)
    assert not missing


def imported() -> dict[str, Path]:
    """The packages that our own import, each with a file that does."""
    found: dict[str, Path] = {}
    for folder in ("ebm_core", "server/ebm_server"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    found |= {alias.name.split(".")[0]: path for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                    found[node.module.split(".")[0]] = path
    return found


def test_what_is_imported_is_what_is_declared() -> None:
    wanted = [*declared(), *(one for name in ("search", *TRACKERS) for one in declared(name))]
    modules = {IMPORTED_AS.get(r.name, r.name).replace("-", "_") for r in wanted}
    ours = set(sys.stdlib_module_names) | {"ebm_core", "ebm_server"}
    further = {name: path for name, path in imported().items() if name not in ours}
    assert set(further) == modules, f"imported: {further}"


@pytest.mark.parametrize(
    ("version", "good"),
    [("v18.20.4", False), ("v20.18.1", False), ("v20.19.0", True), ("v24.1.0", True)],
)
def test_node_comes_from_pypi_only_where_the_path_has_none_that_will_do(
    tmp_path: Path, version: str, good: bool
) -> None:
    path = fake_programs(tmp_path / "bin", "node", "npm", "cc", says=version)
    assert needed_to_build(tmp_path, path) == (set() if good else extra("node"))


def test_a_compiler_comes_from_pypi_only_where_the_path_has_none(tmp_path: Path) -> None:
    path = fake_programs(tmp_path / "bin", "node", "npm", says="v24.1.0")
    assert needed_to_build(tmp_path, path) == extra("compiler")
    (path / "cc").symlink_to(path / "node")
    assert needed_to_build(tmp_path, path) == set()


def test_the_commands_that_build_the_page_are_the_same_everywhere() -> None:
    sys.path.insert(0, str(ROOT))
    try:
        import hatch_build
    finally:
        sys.path.remove(str(ROOT))
    makefile = (ROOT / "Makefile").read_text()
    dockerfile = (ROOT / "Dockerfile").read_text()
    oldest, step = hatch_build.OLDEST_NODE
    assert f"a < {oldest} || (a === {oldest} && b < {step})" in makefile
    assert " ".join(hatch_build.INSTALL) in makefile
    for command in (hatch_build.INSTALL, hatch_build.BUILD):
        assert f"RUN {' '.join(command)}\n" in dockerfile


def test_the_container_is_not_run_by_root() -> None:
    last = (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1]
    user = re.search(r"^USER (\d+)", last, re.MULTILINE)
    assert user is not None
    assert int(user[1]) > 0
