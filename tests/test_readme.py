"""What the README tells people to type, typed."""

import os
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.pictures import FILM, LARGEST, SHOWN, STILL

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PYTHON = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
SHELL = "".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL)).splitlines()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (?:\w+=\S+ )?(\w+)", README))))
def test_make_knows_the_target(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


SHORTER = {
    "--seconds 30": "--updates 20",
    "--count 1000": "--count 20 --steps 5",
    '"seconds": 30': '"updates": 20',
    "updates=1200": "updates=20",
    "energy.sample(1000": "energy.sample(20",
}
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def shorter(text: str) -> str:
    """An example that takes no time; nothing else about it is changed."""
    for long, short in SHORTER.items():
        text = text.replace(long, short)
    return text


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_examples_run(tmp_path: Path) -> None:
    """In their order and in one folder."""
    assert all(long in README for long in SHORTER)
    ebm = Path(sys.executable).with_name("ebm")
    programs = {"ebm": str(ebm), "python": sys.executable}
    words = [shlex.split(shorter(line)) for line in SHELL]
    commands = [[programs[first], *others] for first, *others in words]
    done = None
    for command in [*commands, [sys.executable, "-c", shorter(PYTHON)]]:
        done = subprocess.run(
            command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert done is not None
    assert re.fullmatch(r"\d+ \S+", done.stdout.splitlines()[0])


def test_the_documented_installation_uses_the_pins() -> None:
    assert "pip install -c constraints.txt ." in README


def test_the_film_moves_from_its_start_to_its_end() -> None:
    with Image.open(FILM) as film:
        assert film.size == SHOWN
        count = film.n_frames  # type: ignore[attr-defined]
        assert count > 20
        frames = []
        for i in (0, count // 3, 2 * count // 3, count - 1):
            film.seek(i)
            frames.append(film.convert("RGB"))
    for before, after in pairwise(frames):
        assert ImageChops.difference(before, after).getbbox() is not None


@pytest.mark.parametrize("path", [FILM, STILL], ids=lambda path: path.name)
def test_the_pictures_are_small_and_shown_and_said_in_words(path: Path) -> None:
    assert path.stat().st_size <= LARGEST[path]
    link = re.escape(path.relative_to(ROOT).as_posix())
    assert re.search(rf"!\[[^\]]{{40,}}\]\({link}\)", README)
