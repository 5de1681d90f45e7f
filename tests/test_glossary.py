"""Every figure that the lab tells of a run has its place in the page's glossary."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch

from ebm_core import RunConfig, Training
from ebm_core.energies.mlp import Mlp
from ebm_core.evaluation.guards import ImageGuards
from ebm_core.evaluation.images import FEATURES, ImageEvaluation
from ebm_core.evaluation.outsiders import outsiders
from ebm_core.methods import METHODS
from ebm_core.runs.slow_motion import slow_update

ROOT = Path(__file__).parents[1]
ENTRY = re.compile(r"^  (\w+): \{$", re.MULTILINE)
WORKERS = re.compile(r'values\["(\w+)"\]')


@pytest.fixture(scope="module")
def explained() -> set[str]:
    """The names in the glossary."""
    words = ROOT / "frontend/src/words"
    files = [words / "glossary.ts", words / "image-figures.ts"]
    return {name for file in files for name in ENTRY.findall(file.read_text())}


def unexplained(names: Any, explained: set[str]) -> set[str]:
    """Names that have no entry, nor stand beside one as its floor or its rival."""
    plain = {name.removeprefix("softmax_").removesuffix("_floor") for name in names}
    return plain - explained


def trained(method: str, dataset: str = "moons") -> Training:
    described = {"dataset": {"kind": dataset}, "method": {"kind": method}, "updates": 20}
    training = Training(RunConfig.model_validate(described))
    training.update()
    training.update()
    return training


@pytest.mark.parametrize("method", METHODS)
def test_what_an_update_tells_is_explained(method: str, explained: set[str]) -> None:
    assert unexplained(trained(method).metrics, explained) == set()


@pytest.mark.parametrize("method", ["denoising", "jem", "variational"])
def test_what_an_evaluation_tells_is_explained(method: str, explained: set[str]) -> None:
    training = trained(method, "gaussian_grid")
    training.evaluate()
    assert {"kl", "log_z", "mode_coverage"} <= training.metrics.keys()
    assert unexplained(training.metrics, explained) == set()


def test_what_is_told_of_images_is_explained(explained: set[str]) -> None:
    images = torch.rand(2 * FEATURES, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(len(images)) % 2
    figures = ImageEvaluation(images, labels, images, labels)(images)
    assert "frechet_floor" in figures
    figures |= dict.fromkeys((f"ood_{name}" for name in outsiders(images)), 0.5)
    figures |= ImageGuards(images)(Mlp(hidden=(4,)).build((1, 4, 4)), images)
    assert unexplained(figures, explained) == set()


def test_what_a_worker_adds_is_explained(explained: set[str]) -> None:
    files = (ROOT / "server/ebm_server/worker").glob("*.py")
    names = {name for file in files for name in WORKERS.findall(file.read_text())}
    assert "publishing_share" in names
    assert unexplained(names, explained) == set()


WORDED = re.compile(r"^  (\w+): worded\($|^  (\w+): worded\(\"", re.MULTILINE)


def test_what_slow_motion_shows_has_its_word() -> None:
    text = (ROOT / "frontend/src/words/phases.ts").read_text()
    words = {one or other for one, other in WORDED.findall(text)}
    for method in METHODS:
        for phase in slow_update(trained(method)).phases:
            numbers = {name for of in phase.values.values() for name in of}
            assert phase.points.keys() | phase.arrows.keys() | numbers <= words


def test_a_figure_without_an_entry_is_found(explained: set[str]) -> None:
    names = {"kl", "frechet_floor", "softmax_accuracy", "no_such_figure"}
    assert unexplained(names, explained) == {"no_such_figure"}
