"""The page holds no plug-in's name and no copy of a field: the catalogue has them."""

import re
from pathlib import Path

import pytest
from ebm_server.protocol import runs

from ebm_core import RunConfig
from ebm_core.analytic import ANALYTIC_ENERGIES
from ebm_core.datasets import DATASETS
from ebm_core.energies import ENERGIES
from ebm_core.methods import METHODS
from ebm_core.playground.trial import Trial
from ebm_core.runs import divergence
from ebm_core.samplers import SAMPLERS

PAGE = Path(__file__).parents[2] / "frontend" / "src"
SOURCES = [path for path in PAGE.rglob("*.ts*") if path.name != "wire.gen.ts"]
OTHERWISE = {"points", "digits", "images", "mutual_information"}
"""Kinds that are also words of the page: coordinates, decimal places, tiles, a metric's name."""
SHELVES = (DATASETS, METHODS, SAMPLERS, ENERGIES, ANALYTIC_ENERGIES)
PLUG_INS = {kind: plug_in for shelf in SHELVES for kind, plug_in in shelf.items()}


@pytest.mark.parametrize("kind", PLUG_INS)
def test_no_file_of_the_page_names_a_plug_in(kind: str) -> None:
    key = "" if kind in OTHERWISE else rf"|^\s*{kind}:"
    named = re.compile(rf"""["']{kind}["']{key}""", re.MULTILINE)
    title = f'"{PLUG_INS[kind].title}"'
    for path in SOURCES:
        text = re.sub(r'from "[^"]*"|/\*.*?\*/', "", path.read_text(), flags=re.DOTALL)
        assert not named.search(text), path
        assert title not in text, path


@pytest.mark.parametrize("model", [RunConfig, Trial])
def test_no_file_of_the_page_copies_what_a_field_says(model: type[RunConfig | Trial]) -> None:
    said = [field.description for field in model.model_fields.values() if field.description]
    assert said
    for path in SOURCES:
        text = path.read_text()
        assert not [words for words in said if words in text], path


def test_the_server_knows_a_run_that_diverged_by_what_the_core_says() -> None:
    assert runs.REPEATS == divergence.REPEATS
