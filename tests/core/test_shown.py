"""A frame shows what its method learns from, and tells of images what they are like."""

from typing import Any

import pytest
import torch

from ebm_core import RunConfig, Training
from ebm_core.datasets import DATASETS
from ebm_core.evaluation.outsiders import outsiders
from ebm_core.methods import METHODS
from ebm_core.runs.config import recipe
from ebm_core.runs.display import TILES, NearestImages, energies

SCORES = [kind for kind, method in METHODS.items() if method.family == "score_matching"]
GENERATORS = [kind for kind, method in METHODS.items() if method.family == "learned_sampler"]


def after(updates: int, **fields: Any) -> Training:
    training = Training(RunConfig.model_validate({"updates": 20, "seconds": None, **fields}))
    for _ in range(updates):
        training.update()
    return training


@pytest.mark.parametrize("method", SCORES)
def test_score_matching_shows_where_it_matches(method: str) -> None:
    training = after(2, dataset={"kind": "moons"}, method={"kind": method})
    frame = training.frame(landscape=False, series=False)
    count, plane = frame.arrays["perturbed"].shape
    assert (64 <= count <= 128, plane) == (True, 2)
    assert "perturbed" in frame.places


def test_perturbed_points_have_the_noise_of_the_method() -> None:
    one = {"kind": "gaussian_ring", "count": 1, "sd": 0.1}
    method = {"kind": "denoising", "noise_level": 1.0, "halo_share": 0.0, "fading_noise": 0.0}
    frame = after(1, dataset=one, method=method).frame()
    assert frame.arrays["perturbed"].std(0) == pytest.approx(1.0, abs=0.25)
    assert frame.arrays["data"].std(0) == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("method", GENERATORS)
def test_the_energies_of_samples_are_those_of_the_generator(method: str) -> None:
    training = after(2, dataset={"kind": "moons"}, method={"kind": method})
    frame = training.frame()
    drawn = training.learner.picture().points["generator"]
    expected = energies(training.network, drawn).detach().numpy()
    assert frame.arrays["sample_energies"] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("method", ["variational", "persistent"])
def test_the_tiles_of_images_have_their_energies_and_their_like(method: str) -> None:
    digits = recipe(method, (1, 8, 8)) | {"dataset": {"kind": "digits"}}
    parts = {name: digits[name] for name in ("dataset", "method", "energy", "optimization")}
    arrays = after(1, **parts).frame().arrays
    for name in ("tile_energies", "tile_classes", "tile_distances"):
        assert arrays[name].shape == (TILES,)
    assert arrays["tile_nearest"].shape == (TILES, 1, 8, 8)
    shown = arrays.get("generator", arrays["chains"])[:TILES]
    apart = ((shown - arrays["tile_nearest"]) ** 2).sum((1, 2, 3)) ** 0.5
    assert arrays["tile_distances"] == pytest.approx(apart, rel=1e-3)


def test_an_image_of_the_data_is_its_own_nearest() -> None:
    digits = DATASETS["digits"].example()
    known = digits.labelled("train")
    assert known is not None
    images, labels = known
    nearest = NearestImages.of(digits, torch.device("cpu"))
    assert nearest is not None
    found = nearest(images[5:9] + 1e-3)
    assert torch.equal(found["tile_nearest"], images[5:9])
    assert torch.equal(found["tile_classes"], labels[5:9].float())


def test_other_images_have_the_energies_of_what_they_are() -> None:
    training = after(1, dataset={"kind": "digits"}, method={"kind": "persistent"})
    arrays = training.frame().arrays
    test = training.config.dataset.held_out(64, torch.Generator())
    kinds = {"test": test, **outsiders(test)}
    for kind, images in kinds.items():
        own = training.network(images).detach().numpy()
        assert arrays[f"energies_of_{kind}"] == pytest.approx(own, rel=1e-4, abs=1e-4)
    moving = training.frame(series=False).arrays
    assert not [name for name in moving if name.startswith("energies_of_")]


@pytest.mark.parametrize("dataset", ["moons", "digits"])
@pytest.mark.parametrize("method", METHODS)
def test_samples_are_those_of_the_averaged_weights(method: str, dataset: str) -> None:
    """As what is shown, evaluated and saved; the newest weights tremble (Song and Ermon 2020)."""
    training = after(2, dataset={"kind": dataset}, method={"kind": method})
    before = training.learner.samples(3, torch.Generator().manual_seed(0))
    with torch.no_grad():
        for weights in training.energy.parameters():
            weights.mul_(-3)
    again = training.learner.samples(3, torch.Generator().manual_seed(0))
    if before is None or again is None:
        assert before is again
    else:
        assert torch.equal(before, again)
