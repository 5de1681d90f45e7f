"""What tests of plug-ins from outside share: new ones, and ones that fail."""

from pathlib import Path

from ebm_server.cli import cli
from typer.testing import CliRunner

UPDATE = (
    '        """One step on a batch, in the model\'s units; all randomness comes from '
    'task.generator."""\n'
)


def new(contract: str, path: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["new", contract, str(path), *words])
    return result.exit_code, result.output


def failing(path: Path, statement: str, least: int = 3) -> int:
    """A method whose update does something from step `least` on; the line where it does."""
    new("method", path)
    before, after = path.read_text().split(UPDATE)
    more = f"        if self.task.schedule.step >= {least}:\n            {statement}\n"
    path.write_text(before + UPDATE + more + after)
    return len((before + UPDATE + more).splitlines())
