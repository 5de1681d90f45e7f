"""The wheel and the sdist: built as the Dockerfile builds them, installed alone, and served."""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.containers import Build, copy_context, instructions

ROOT = Path(__file__).parents[1]
PAGE = "ebm_server/static/index.html"
STATIC = Path("server/ebm_server/static")
KERNEL = "ebm_core/networks/libperceptron.so"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@dataclass(frozen=True)
class Image:
    """What the Dockerfile's steps have made."""

    stages: Path
    wheel: Path
    bin: Path
    """Programs of the environment that the wheel was installed into."""


def environment_of_its_own(folder: Path) -> Path:
    """A virtual environment that sees this one's packages, but not our own; returns its bin."""
    venv.create(folder / "venv", symlinks=True)
    shown = folder / "packages"
    shown.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(("ebm_lab", "_ebm_lab")):
            (shown / entry.name).symlink_to(entry)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = folder / "venv" / "lib" / version / "site-packages"
    (site / "packages.pth").write_text(f"{shown}\n")
    programs = folder / "venv" / "bin"
    pip = programs / "pip"
    pip.write_text(f'#!/bin/sh\nexec "{programs}/python" -m pip "$@"\n')
    pip.chmod(0o755)
    return programs


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The Dockerfile's stages, in folders."""
    root = tmp_path_factory.mktemp("image")
    copy_context(ROOT, root / "context")
    programs = environment_of_its_own(root)
    environment = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "npm_config_prefer_offline": "true",
    }
    Build(root / "context", root / "stages", environment).run(ROOT / "Dockerfile")
    (wheel,) = (root / "stages" / "wheel" / "src" / "dist").glob("*.whl")
    return Image(root / "stages", wheel, programs)


def references(page: str) -> list[str]:
    """The files that a page of HTML asks its own server for."""
    return [
        found.removeprefix("./").lstrip("/")
        for found in re.findall(r"(?:src|href)=\"([^\"#]+)\"", page)
        if not re.match(r"[a-z]+:", found)
    ]


def test_the_wheel_has_the_whole_page_and_nothing_else_of_the_checkout(image: Image) -> None:
    static = image.stages / "page" / "src" / STATIC
    built = {
        f"ebm_server/static/{path.relative_to(static).as_posix()}"
        for path in static.rglob("*")
        if path.is_file()
    }
    with zipfile.ZipFile(image.wheel) as wheel:
        names = set(wheel.namelist())
        page = wheel.read(PAGE).decode()
    assert built <= names
    assert {f"ebm_server/static/{name}" for name in references(page)} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {
        "ebm_core",
        "ebm_server",
        "ebm_lab",
    }


def test_an_sdist_brings_its_page_along_and_needs_no_node(image: Image, tmp_path: Path) -> None:
    context = tmp_path / "context"
    copy_context(ROOT, context)
    (context / STATIC).symlink_to(image.stages / "page" / "src" / STATIC)
    page = context / STATIC / "index.html"
    page.touch()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist"], cwd=context, check=True
    )
    (sdist,) = (context / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        f"{STATIC}/index.html",
        "frontend/package-lock.json",
        "constraints.txt",
        "LICENSE",
    } <= names
    assert not any("node_modules" in name for name in names)

    command = ["pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [image.bin / "python", "-m", *command, "--wheel-dir", tmp_path, sdist],
        env={"PATH": ""},
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")  # an empty PATH has no compiler
    with zipfile.ZipFile(wheel) as ours, zipfile.ZipFile(image.wheel) as theirs:
        assert {*ours.namelist(), KERNEL} == set(theirs.namelist())


def test_a_wheel_with_compiled_code_names_its_platform_and_uses_the_code(image: Image) -> None:
    machine = sysconfig.get_platform().replace("-", "_")
    assert image.wheel.name.endswith(f"-py3-none-{machine}.whl")
    told = subprocess.run(
        [image.bin / "ebm", "doctor", "--json"], capture_output=True, text=True, check=True
    )
    assert KERNEL in told.stdout


@pytest.fixture
def address(image: Image, tmp_path: Path) -> Iterator[str]:
    """The address of a server that runs from the installed wheel alone."""
    command = [str(image.bin / "ebm"), "serve", "--port", "0", "--no-browser", "--no-token"]
    command += ["--data-dir", str(tmp_path)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            for line in server.stdout:
                if found := re.search(r"http://[\w.:]+", line):
                    told = found[0].rstrip("/")
                    # it is told before the database is open, which takes seconds on a busy machine
                    urllib.request.urlopen(told, timeout=60).close()
                    yield told
                    break
            else:
                pytest.fail(f"the server ended with code {server.wait()} and printed no address")
        finally:
            server.terminate()


def test_a_wheel_installed_alone_serves_every_file_of_its_page(image: Image, address: str) -> None:
    with zipfile.ZipFile(image.wheel) as wheel:
        names = [name for name in wheel.namelist() if name.startswith("ebm_server/static/")]
        for name in names:
            path = name.removeprefix("ebm_server/static/")
            with urllib.request.urlopen(f"{address}/{path}", timeout=10) as answer:
                assert answer.read() == wheel.read(name), path
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert references(answer.read().decode())


def test_the_container_is_healthy_when_the_server_answers(image: Image, address: str) -> None:
    (check,) = [text for name, text in instructions(ROOT / "Dockerfile") if name == "HEALTHCHECK"]
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', check)
    code = words[-1].replace("http://127.0.0.1:8642", address)
    assert code != words[-1]
    subprocess.run([image.bin / "python", "-c", code], check=True)
