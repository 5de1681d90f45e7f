"""Residual energies of images: their norm, their size, their classes."""

from math import prod

import pytest
import torch
from torch import Tensor

from ebm_core import RunConfig, Training
from ebm_core.datasets.digits import Digits
from ebm_core.energies.residual import Residual, ResidualClassifier, ResidualClassifierNetwork
from ebm_core.networks.residual import SpectralNorm


def largest(weight: Tensor) -> float:
    return float(torch.linalg.matrix_norm(weight.detach().flatten(1), 2))


@pytest.mark.parametrize("shape", [(32, 16, 3, 3), (64, 1, 1, 1), (8, 64, 3, 3)])
def test_a_weight_of_spectral_norm_has_the_norm_one(shape: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(prod(shape))
    weight = 3 * torch.randn(shape, generator=generator)
    assert 0.999 < largest(SpectralNorm()(weight)) < 1.1
    assert torch.equal(SpectralNorm()(weight), SpectralNorm()(weight))


def test_with_spectral_norm_every_convolution_has_it_and_looking_changes_nothing() -> None:
    torch.manual_seed(0)
    network = Residual(channels=8, spectral_norm=True).build((1, 8, 8))
    convolutions = [layer for layer in network.modules() if isinstance(layer, torch.nn.Conv2d)]
    assert len(convolutions) == 1 + 3 * 2 + 2
    assert all(0.999 < largest(layer.weight) < 1.1 for layer in convolutions)
    images = torch.randn(4, 1, 8, 8)
    assert torch.equal(network(images), network(images))


def test_the_size_of_jems_network_is_that_of_the_wide_resnet() -> None:
    """Zagoruyko and Komodakis (2016), table 5: WRN-28-10 has 36.5 million parameters."""
    with torch.device("meta"):
        network = ResidualClassifier(channels=160, blocks=4).build((3, 32, 32))
    assert sum(weights.numel() for weights in network.parameters()) == pytest.approx(
        36.5e6, rel=0.01
    )


def test_an_energy_of_logits_learns_classes_of_images() -> None:
    energy = {"kind": "residual_classifier", "channels": 8}
    given = {"dataset": {"kind": "digits"}, "method": {"kind": "jem", "labels": 1000}}
    given |= {"optimization": {"learning_rate": 5e-3}, "energy": energy, "updates": 100}
    run = Training(RunConfig.model_validate(given))
    network = run.energy
    assert isinstance(network, ResidualClassifierNetwork)
    images, labels = Digits().labelled("test")

    def right() -> float:
        with torch.no_grad():
            guesses = network.logits(images).argmax(1)
        return float((guesses == labels).double().mean())

    before = right()
    while not run.finished:
        run.update()
    assert before < 0.25
    assert right() > 0.5
    with torch.no_grad():
        logits = network.logits(images)
        torch.testing.assert_close(network(images), -logits.logsumexp(1))


def test_what_is_too_small_to_be_halved_is_refused() -> None:
    with pytest.raises(ValueError, match="8 x 8 cannot be halved 4 times"):
        Residual(halvings=4).build((1, 8, 8))
    with pytest.raises(ValueError, match="residual energies take images"):
        Residual().build((2,))
