"""What CONTRIBUTING.md tells people to type, typed."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ebm_core import kit
from tests.test_readme import ENVIRONMENT

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
SHELL = "".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)).splitlines()
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def run(command: list[str], folder: Path) -> None:
    """Runs a command in a folder; fails with what it said."""
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
def test_the_examples_run(tmp_path: Path) -> None:
    ebm = str(Path(sys.executable).with_name("ebm"))
    assert SHELL
    for line in SHELL:
        run([ebm, *shlex.split(line)[1:]], tmp_path)
    for block in PYTHON:
        run([sys.executable, "-c", block], tmp_path)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^    make (\w+)", TEXT, re.MULTILINE))))
def test_make_knows_the_target(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


def test_the_kit_is_told_whole() -> None:
    table = TEXT.split("What `ebm_core.kit` has")[1].split("`Task` hands")[0]
    assert set(re.findall(r"`(\w+)`", table)) - {"steps"} == set(kit.__all__)
