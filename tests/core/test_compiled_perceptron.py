"""Compiled energies against PyTorch in double precision, and what is left to PyTorch."""

import copy

import pytest
import torch

from ebm_core.derivatives.gradient import gradient_alone
from ebm_core.energies.mlp import Mlp, MlpNetwork
from ebm_core.networks import compiled_perceptron
from ebm_core.networks.compiled_perceptron import LIBRARY, WIDEST, loaded

pytestmark = pytest.mark.skipif(
    compiled_perceptron.library is None, reason=f"{LIBRARY.name} was not compiled"
)


def network(options: Mlp, dimensions: int = 2) -> MlpNetwork:
    torch.manual_seed(0)
    return options.build((dimensions,))


@pytest.mark.parametrize("count", [0, 1, 95, 97, 300])
@pytest.mark.parametrize("features", [0, 5, 32])
@pytest.mark.parametrize("hidden", [(64, 64), (37,), (5, 200, 64, 17), (1,)])
@pytest.mark.parametrize("dimensions", [1, 2, 64])
def test_energies_and_gradients_are_right_to_single_precision(
    hidden: tuple[int, ...], features: int, count: int, dimensions: int
) -> None:
    single = network(Mlp(hidden=hidden, fourier_features=features), dimensions)
    double = copy.deepcopy(single).double()
    x = 3 * torch.randn(count, dimensions)
    with torch.no_grad():
        energies, gradients = double.with_gradient(x.double())
        found = single.compiled_energies(x, gradients=True)
        assert found is not None
        alone = single(x)
    torch.testing.assert_close(found[0].double(), energies, rtol=2e-6, atol=2e-6)
    torch.testing.assert_close(found[1].double(), gradients, rtol=2e-6, atol=1e-5)
    torch.testing.assert_close(alone, found[0], rtol=0, atol=0)
    torch.testing.assert_close(gradient_alone(single, x), found[1], rtol=0, atol=0)


@pytest.mark.parametrize("size", [1e3, 1e6, 1e20, float("inf"), float("nan")])
def test_far_points_have_the_energies_that_pytorch_gives_them(size: float) -> None:
    single = network(Mlp())
    x = torch.cat([torch.randn(100, 2), torch.full((1, 2), size)])
    expected = single(x).detach()
    with torch.no_grad():
        torch.testing.assert_close(single(x), expected, rtol=1e-5, atol=1e-5, equal_nan=True)


def test_copies_of_a_network_are_computed_by_the_same_code() -> None:
    one = network(Mlp())
    x = torch.randn(100, 2)
    with torch.no_grad():
        found = copy.deepcopy(one).compiled_energies(x, gradients=False)
        assert found is not None
        torch.testing.assert_close(found[0], one(x), rtol=0, atol=0)


def test_gaps_between_points_do_not_matter() -> None:
    single = network(Mlp())
    x = torch.randn(2, 50).T
    torch.testing.assert_close(gradient_alone(single, x), gradient_alone(single, x.contiguous()))


@pytest.mark.parametrize(
    ("options", "dtype"),
    [
        (Mlp(activation="tanh"), torch.float32),
        (Mlp(hidden=(WIDEST + 1,)), torch.float32),
        (Mlp(), torch.float64),
    ],
    ids=["another activation", "wide", "double"],
)
def test_pytorch_computes_the_rest(options: Mlp, dtype: torch.dtype) -> None:
    left = network(options).to(dtype)
    x = torch.randn(20, 2, dtype=dtype)
    with torch.no_grad():
        assert left.compiled_energies(x, gradients=True) is None
        torch.testing.assert_close(gradient_alone(left, x), left.with_gradient(x)[1])


def test_a_graph_is_pytorchs() -> None:
    single = network(Mlp())
    x = torch.randn(20, 2, requires_grad=True)
    assert single.compiled_energies(x, gradients=True) is None
    assert single(x).requires_grad


def test_without_the_library_pytorch_computes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    single, x = network(Mlp()), torch.randn(100, 2)
    with torch.no_grad():
        energies, gradients = single.with_gradient(x)
        monkeypatch.setattr(compiled_perceptron, "library", loaded(LIBRARY.with_suffix(".none")))
        assert single.compiled_energies(x, gradients=True) is None
        expected, slopes = single.with_gradient(x)
    torch.testing.assert_close(energies, expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(gradients, slopes, rtol=1e-5, atol=1e-5)
