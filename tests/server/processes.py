"""`ebm` in processes of its own; those of a fork server need not import torch anew."""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.server.laboratory import PATIENCE, ROOT

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["ebm_server.cli", "ebm_core.runs.training", "ebm_core.checks", "scipy.stats"]
)


def ebm(*words: str | Path) -> tuple[int, str, str]:
    """A command's exit code, what it prints, and what it tells beside."""
    with tempfile.TemporaryDirectory() as folder:
        said, told = Path(folder, "said"), Path(folder, "told")
        process = FORKS.Process(target=_ebm, args=(list(map(str, words)), said, told))
        process.start()
        process.join(2 * PATIENCE)
        assert process.exitcode is not None, "it does not end"
        return process.exitcode, said.read_text(), told.read_text()


def fresh_ebm(*words: str | Path) -> tuple[int, str, str]:
    """The same by an interpreter of its own, which reads the environment as it starts."""
    command = [sys.executable, "-m", "ebm_server.cli", *map(str, words)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def _ebm(words: list[str], said: Path, told: Path) -> None:
    for path, stream in ((said, sys.stdout), (told, sys.stderr)):
        os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY), stream.fileno())
    os.chdir(ROOT)
    from ebm_server.cli import cli

    cli(words, prog_name="ebm")
