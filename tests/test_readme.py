"""What the README tells people to type, typed."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PYTHON = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL)).splitlines()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (?:\w+=\S+ )?(\w+)", README))))
def test_make_knows_the_target(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.slow
def test_the_examples_run(tmp_path: Path) -> None:
    """In their order and in one folder; only the training is made shorter."""
    assert len(SHELL) > 2
    for line in SHELL:
        program, *words = shlex.split(line.replace("--seconds 30", "--updates 20"))
        assert program == "ebm"
        command = [Path(sys.executable).with_name("ebm"), *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    code = PYTHON.replace('"seconds": 30', '"updates": 20')
    assert code != PYTHON
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
    assert re.fullmatch(r"\d+ \S+", done.stdout.splitlines()[0])


def test_the_documented_installation_uses_the_pins() -> None:
    assert "pip install -c constraints.txt ." in README
