"""The user's own pictures as a dataset: what is held out, what is refused, what a run keeps."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from ebm_core import RunConfig, Training, load
from ebm_core.datasets.images import Images, figures

PICTURES, LABELS = figures(60)


def config(**parts: Any) -> RunConfig:
    """A run of two updates on the example."""
    dataset = {"kind": "images", "pictures": PICTURES, "labels": LABELS}
    given = {"dataset": dataset, "method": {"kind": "persistent"}, "updates": 2, **parts}
    return RunConfig.model_validate(given)


def test_a_tenth_is_held_out_and_no_picture_is_lost() -> None:
    dataset = config().dataset
    assert isinstance(dataset, Images)
    train, test = dataset.split("train"), dataset.split("test")
    assert (len(train.images), len(test.images)) == (54, 6)
    both = torch.cat([train.images, test.images]).flatten(1).tolist()
    assert sorted(both) == sorted(PICTURES.reshape(60, -1).tolist())
    where = {bytes(picture): label for picture, label in zip(PICTURES, LABELS, strict=True)}
    found = [where[bytes(picture)] for picture in train.images.numpy()]
    assert found == train.labels.tolist()


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"pictures": PICTURES[:, 0]}, r"\(60, 16, 16\).*\(n, 1 or 3, height, width\)"),
        ({"pictures": np.repeat(PICTURES, 2, 1)}, r"\(60, 2, 16, 16\)"),
        ({"pictures": PICTURES[:, :, :3]}, "4 to 256 pixels"),
        ({"pictures": PICTURES[:1]}, "2 to 200,000"),
        ({"pictures": PICTURES[[0] * 9], "labels": None}, "all 9 pictures are the same"),
        ({"labels": LABELS[:5]}, "5 labels for 60 pictures"),
        ({"labels": LABELS + 1}, r"\[1, 2, 3\]; classes 0, 1, 2"),
    ],
)
def test_what_are_no_pictures_is_refused(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Images.model_validate({"pictures": PICTURES, "labels": LABELS, **parts})


@pytest.mark.parametrize("method", ["persistent", "variational", "denoising", "jem"])
def test_a_run_on_them_trains_and_its_folder_is_whole(tmp_path: Path, method: str) -> None:
    run = Training(config(method={"kind": method}))
    while not run.finished:
        run.update()
    run.save(tmp_path / "run")
    (tmp_path / "run").rename(tmp_path / "elsewhere")
    energy = load(tmp_path / "elsewhere")
    images = torch.zeros(2, 1, 16, 16)
    assert torch.equal(energy(images), run.trained()(images))
    assert Training.resume(tmp_path / "elsewhere").config == run.config


def test_pictures_of_one_class_are_found_again_and_told_from_others() -> None:
    dataset = {"kind": "images", "pictures": PICTURES}
    run = Training(config(dataset=dataset))
    run.update()
    arrays = run.frame().arrays
    assert "tile_classes" not in arrays
    assert arrays["tile_nearest"].shape == (64, 1, 16, 16)
    figures = run.evaluate(thorough=True)
    assert {"ood_noise", "ood_flat"} <= figures.keys()
    assert "frechet" not in figures


@pytest.mark.parametrize(
    "as_given",
    [
        lambda bytes: bytes / 255,
        lambda bytes: bytes / 127.5 - 1,
        lambda bytes: torch.from_numpy(bytes) / 255,
        lambda bytes: bytes.astype(np.int64) * 257,
        lambda bytes: bytes > 0,
    ],
)
def test_arrays_of_other_types_are_the_same_pictures(as_given: Callable[[Any], Any]) -> None:
    assert np.array_equal(Images(pictures=as_given(PICTURES)).pictures.array, PICTURES)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"pictures": PICTURES - 50.0}, "from -50 to 205; grey values"),
        ({"pictures": [[[[300] * 4] * 4], [[[0] * 4] * 4]]}, "it holds 300; whole numbers from 0"),
        ({"pictures": [[[[0.5] * 4] * 4], [[[0] * 4] * 4]]}, "it holds 0.5; whole numbers from 0"),
        ({"pictures": [[[["a"] * 4] * 4], [[["b"] * 4] * 4]]}, "real numbers are needed"),
        ({"pictures": [[[[0] * 4] * 4], [[[0] * 5] * 4]]}, "inhomogeneous"),
        ({"labels": LABELS + 0.6}, "it holds 0.6; whole numbers"),
        ({"labels": np.full(60, np.nan)}, "it holds nan; whole numbers"),
    ],
)
def test_numbers_that_are_no_grey_values_or_classes_are_refused(
    parts: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        Images.model_validate({"pictures": PICTURES, "labels": LABELS, **parts})


@pytest.mark.parametrize("count", [2, 3, 20])
def test_a_few_pictures_with_classes_are_trained_on_and_not_judged(count: int) -> None:
    dataset = {"kind": "images", "pictures": PICTURES[:count], "labels": LABELS[:count] % 2}
    run = Training(config(dataset=dataset))
    while not run.finished:
        run.update()
    assert "frechet" not in run.evaluate(thorough=True)


def test_a_few_chains_are_judged_by_more_of_them() -> None:
    method = {"kind": "jem", "chains": 16, "chain_steps": 1}
    run = Training(config(dataset={"kind": "digits"}, method=method))
    while not run.finished:
        run.update()
    assert run.evaluate(thorough=True)["frechet"] > 0
