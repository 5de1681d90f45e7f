"""Does what a Dockerfile says, with a folder for each stage and no engine.

It knows the few instructions that ours has: FROM, WORKDIR, COPY and RUN, with bind mounts.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    """(name, arguments) of each instruction, continued lines joined."""
    text = re.sub(r"^#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        name, _, arguments = line.strip().partition(" ")
        if name:
            yield name, arguments.strip()


def copy_context(checkout: Path, target: Path) -> None:
    """What an engine would be sent of a checkout: .dockerignore leaves out all but a few names."""
    rules = (checkout / ".dockerignore").read_text().splitlines()
    kept = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    left_out = shutil.ignore_patterns(*(rule.split("/")[-1] for rule in rules if "/" in rule))
    target.mkdir()
    for name in kept:
        copy(checkout / name, target / name, left_out)


def copy(source: Path, target: Path, ignore: object = None) -> None:
    """Copies a file, or a folder with all that is in it."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=ignore)  # type: ignore[arg-type]
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


class Build:
    """The stages of a Dockerfile as folders below `root`."""

    def __init__(self, context: Path, root: Path, environment: Mapping[str, str]) -> None:
        self.context = context
        self.root = root
        self.environment = {**os.environ, **environment}
        self.stage = root
        self.folder = root

    def run(self, dockerfile: Path) -> None:
        """Carries out FROM, WORKDIR, COPY and RUN; the rest only describes the image."""
        for index, (name, arguments) in enumerate(instructions(dockerfile)):
            if name == "FROM":
                _, _, alias = arguments.partition(" AS ")
                self.stage = self.root / (alias or f"stage-{index}")
                self.folder = self.stage
            elif name == "WORKDIR":
                self.folder = self.stage / arguments.lstrip("/")
                self.folder.mkdir(parents=True, exist_ok=True)
            elif name == "COPY":
                self.copy(arguments)
            elif name == "RUN":
                self.execute(arguments)

    def copy(self, arguments: str) -> None:
        """COPY [--from=stage] source... target."""
        flags, words = split_flags(arguments)
        origin = self.root / flags["from"] if "from" in flags else self.context
        *sources, target = words
        for source in sources:
            found = origin / source.lstrip("/")
            into = (
                self.stage / target.lstrip("/") if target.startswith("/") else self.folder / target
            )
            named = target.endswith("/") and not found.is_dir()
            copy(found, into / found.name if named else into)

    def execute(self, arguments: str) -> None:
        """RUN [--mount=type=bind,...] command, in the stage's folder."""
        flags, words = split_flags(arguments)
        if "mount" in flags:
            mount = dict(part.split("=", 1) for part in flags["mount"].split(","))
            copy(
                self.root / mount["from"] / mount["source"].lstrip("/"),
                self.stage / mount["target"].lstrip("/"),
            )
        command = " ".join(words)
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"`RUN {command}` failed:\n{done.stdout}\n{done.stderr}")


def split_flags(arguments: str) -> tuple[dict[str, str], list[str]]:
    """The --name=value flags of an instruction, and its other words."""
    words = arguments.split()
    flags = dict(
        word[2:].split("=", 1) for word in words if re.match(r"--(from|chown|mount)=", word)
    )
    return flags, [word for word in words if not re.match(r"--(from|chown|mount)=", word)]
