"""Which energies and losses have run away, and which are only large: by closed forms."""

import math

import pytest
import torch

from ebm_core.contracts import Dataset, Method
from ebm_core.datasets import DATASETS
from ebm_core.methods import METHODS
from ebm_core.optimization import TrainingDiverged
from ebm_core.presets import PRESETS
from ebm_core.presets.run import whole
from ebm_core.runs import config
from ebm_core.runs.divergence import refuse_divergence

PICTURES: dict[tuple[int, ...], str] = {
    (1, 8, 8): "digits",
    (1, 28, 28): "mnist",
    (3, 32, 32): "cifar10",
}


def images(shape: tuple[int, ...]) -> Dataset:
    return DATASETS[PICTURES[shape]]()


@pytest.mark.parametrize("shape", PICTURES)
def test_the_loss_of_exact_score_matching_on_images_is_no_run_away(shape: tuple[int, ...]) -> None:
    """Data on a point blurred by s have J = -d / (2 s^2)."""
    dataset = images(shape)
    least = -math.prod(shape) / (2 * 0.03**2)
    refuse_divergence({"loss": least, "energy_data": 0.0}, 9, METHODS["exact"](), dataset)


@pytest.mark.parametrize("kind", ["digits", "mnist", "fashion_mnist", "cifar10"])
def test_the_heights_that_many_scales_ask_for_are_no_run_away(kind: str) -> None:
    """E = |x - x~|^2 / (2 sigma0^2), which its loss is least for, at the largest noise."""
    method: Method = config.PARTS["method"].validate_python(whole(PRESETS["mdsm"], kind)["method"])
    dataset = DATASETS[kind]()
    generator = torch.Generator().manual_seed(0)
    noise = method.largest * torch.randn(64, *dataset.shape, generator=generator)  # type: ignore[attr-defined]
    heights = noise.square().flatten(1).sum(1) / (2 * method.reference**2)  # type: ignore[attr-defined]
    refuse_divergence({"loss": 1.0, "energy_data": float(heights.mean())}, 52, method, dataset)


@pytest.mark.parametrize("value", [math.nan, math.inf, 1.01e4, -1.01e4])
@pytest.mark.parametrize("name", ["loss", "energy_data", "energy_samples"])
def test_what_runs_away_in_the_plane_ends_the_run(name: str, value: float) -> None:
    metrics = {"loss": 0.0, name: value}
    with pytest.raises(TrainingDiverged, match=name):
        refuse_divergence(metrics, 9, METHODS["persistent"](), DATASETS["moons"]())


@pytest.mark.parametrize("shape", PICTURES)
def test_what_runs_away_on_images_ends_the_run(shape: tuple[int, ...]) -> None:
    with pytest.raises(TrainingDiverged, match="energy_samples"):
        refuse_divergence({"energy_samples": 1e7}, 9, METHODS["persistent"](), images(shape))
