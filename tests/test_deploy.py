"""The files in deploy/ name what is there: commands, flags, variables, routes."""

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ebm_server.cli import cli
from ebm_server.limits import Limits
from ebm_server.settings import from_environment
from typer.testing import CliRunner

from tests.containers import instructions

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
SETTINGS = (ROOT / "server" / "ebm_server" / "settings.py").read_text()
ELSEWHERE = {"EBM_DATA_DIR", "EBM_DATASETS", "EBM_PLUGINS", "EBM_DATABASE_PASSWORD"}
"""Variables that are read beside the settings; the last one is the compose file's own."""
UNIT = ROOT / "deploy" / "ebm-lab.service"


def service(section: str) -> dict[str, str]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT)
    return dict(parser[section])


def assert_known(command: list[str]) -> None:
    """The flags of a command are flags of `ebm`."""
    program, name, *options = command
    assert Path(program).name == "ebm"
    told = CliRunner().invoke(cli, [name, "--help"], env={"COLUMNS": "300"}).output
    told = re.sub(r"\x1b\[[0-9;]*m", "", told)
    for option in options:
        assert not option.startswith("--") or f"{option} " in told, option


def test_the_compose_file_starts_the_server_on_its_database() -> None:
    lab, database = COMPOSE["services"]["lab"], COMPOSE["services"]["database"]
    assert_known(lab["command"])
    assert lab["depends_on"] == {"database": {"condition": "service_healthy"}}
    url = lab["environment"]["EBM_DATABASE_URL"]
    found = re.fullmatch(r"postgresql\+psycopg://(\w+):\$\{(\w+)\}@(\w+)/(\w+)", url)
    assert found
    user, password, host, name = found.groups()
    asked = database["environment"]
    assert (user, name) == (asked["POSTGRES_USER"], asked["POSTGRES_DB"])
    assert password in asked["POSTGRES_PASSWORD"]
    assert host in COMPOSE["services"]
    assert {user, name} < set(database["healthcheck"]["test"])
    mounted = [volume.split(":")[0] for one in (lab, database) for volume in one["volumes"]]
    assert sorted(mounted) == sorted(COMPOSE["volumes"])
    arguments = [
        text.split("=")[0] for kind, text in instructions(ROOT / "Dockerfile") if kind == "ARG"
    ]
    assert set(lab["build"]["args"]) <= set(arguments)
    assert (ROOT / "deploy" / lab["build"]["context"] / "Dockerfile").is_file()


@pytest.mark.parametrize(
    "path", ["deploy/compose.yaml", "deploy/ebm-lab.service", "docs/serving.md"]
)
def test_variables_that_are_named_are_read(path: str) -> None:
    named = set(re.findall(r"\bEBM_[A-Z_]+\b", (ROOT / path).read_text()))
    assert named
    limits = {f"EBM_{name.upper()}" for name in Limits.model_fields}
    assert {name for name in named if f'"{name}"' not in SETTINGS} <= ELSEWHERE | limits


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in COMPOSE["services"]["lab"]["environment"].items():
        monkeypatch.setenv(name, "" if value.endswith(":-}") else value)
    settings = from_environment()
    assert settings.token is None
    assert settings.allowed_hosts == ()


def test_the_unit_starts_the_server_in_a_folder_of_its_own() -> None:
    unit = service("Service")
    assert_known(shlex.split(unit["ExecStart"]))
    assert unit["Environment"] == f"EBM_DATA_DIR=%S/{unit['StateDirectory']}"
    if found := shutil.which("systemd-analyze"):
        done = subprocess.run([found, "verify", UNIT], capture_output=True, text=True, check=False)
        assert "Unknown" not in done.stderr


def test_documented_flags_are_flags() -> None:
    text = (ROOT / "docs" / "serving.md").read_text()
    lines = re.findall(r"^    (ebm .*)$", text, re.MULTILINE)
    assert len(lines) >= 2
    for line in lines:
        assert_known([word for word in shlex.split(line) if word != "["])
