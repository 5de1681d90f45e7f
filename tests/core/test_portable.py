"""Energies as numbers alone: what they say is what PyTorch computes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

from ebm_core import Training
from ebm_core.contracts import EnergyNetwork
from ebm_core.energies import ENERGIES
from ebm_core.networks.noise_conditioning import NoiseConditional
from ebm_core.networks.portable import NotPortable, PortableEnergy, portable
from ebm_core.runs import snapshots
from ebm_core.runs.portable import portable_at, portable_of
from tests.portable_energies import FILE, VARIANTS, config, networks, written

torch.set_num_threads(1)
ALL = {name: (run, network) for name, run, network in networks()}
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "silu": nn.functional.silu,
    "softplus": nn.functional.softplus,
    "tanh": torch.tanh,
}


def computed(energy: PortableEnergy, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
    """The steps of the format, in double precision."""
    matrix = torch.tensor(energy.matrix, dtype=torch.float64)
    x = (points - torch.tensor(energy.center, dtype=torch.float64)) @ matrix.T
    a = x
    if energy.frequencies is not None and energy.phases is not None:
        turns = x @ energy.frequencies.double() + energy.phases.double()
        a = torch.cat([x, turns.sin(), turns.cos()], 1)
    for weight, bias in energy.layers[:-1]:
        a = ACTIVATIONS[energy.activation](a @ weight.double().T + bias.double())
    a = a @ energy.layers[-1][0].double().T + energy.layers[-1][1].double()
    shares = a.softmax(1)
    h = {
        "height": lambda: a[:, 0],
        "log_sum_exp": lambda: -a.logsumexp(1),
        "entropy": lambda: -(shares * shares.log()).sum(1),
    }[energy.reading]()
    found = energy.scale * h + energy.quadratic * x.square().sum(1) / 2 + energy.constant
    if energy.groups is not None:
        ways = x[:, None] - torch.tensor(energy.groups.means).double()
        matrices = torch.tensor(energy.groups.precisions).double()
        squares = torch.einsum("nki,kij,nkj->nk", ways, matrices, ways)
        odds = torch.tensor(energy.groups.log_weights).double() - squares / 2
        found = found + odds.softmax(1) @ torch.tensor(energy.groups.offsets).double()
    return found


@pytest.mark.parametrize("name", ALL)
def test_numbers_give_the_energy_of_the_network(name: str) -> None:
    run, network = ALL[name]
    inside = torch.empty(200, 2).uniform_(-4, 4, generator=torch.Generator().manual_seed(1))
    points = run.dataset.from_model(inside).double()
    with torch.no_grad():
        expected = network(run.dataset.to_model(points)).double()
    found = computed(portable_of(run, network), points)
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_every_energy_of_the_plane_is_tried() -> None:
    for kind, energy in ENERGIES.items():
        try:
            energy().build((2,))
        except ValueError:
            continue
        assert kind in VARIANTS, f"add {kind!r} to the variants, or say why it has no numbers"


def test_the_pages_file_is_what_would_be_written_now() -> None:
    """`python -m tests.portable_energies` writes it anew."""

    def agree(first: Any, second: Any) -> bool:
        if isinstance(first, dict):
            return first.keys() == second.keys() and all(agree(first[k], second[k]) for k in first)
        if isinstance(first, list):
            return len(first) == len(second) and all(map(agree, first, second))
        if isinstance(first, bytes):
            one, other = (np.frombuffer(data, "<f4") for data in (first, second))
            return np.allclose(one, other, rtol=1e-4, atol=1e-5)
        if isinstance(first, float):
            return bool(np.isclose(first, second, rtol=1e-4, atol=1e-4))
        return bool(first == second)

    assert agree(msgpack.unpackb(FILE.read_bytes()), msgpack.unpackb(written()))


def test_numbers_stay_while_training_goes_on(tmp_path: Path) -> None:
    run = Training(ALL["mlp 0 by denoising"][0])
    before = portable_of(run.config, run.network)
    kept = before.layers[0][0].clone()
    snapshots.keep(tmp_path, run)
    run.update()
    snapshots.keep(tmp_path, run)
    assert torch.equal(before.layers[0][0], kept)
    at, past = portable_at(tmp_path, 0)
    assert at == 0
    assert torch.equal(past.layers[0][0], kept)
    at, newest = portable_at(tmp_path, None)
    assert at == 1
    assert not torch.equal(newest.layers[0][0], kept)


def test_an_energy_without_numbers_says_so() -> None:
    class Strange(EnergyNetwork):
        def forward(self, points: Tensor) -> Tensor:
            return points.sum(1)

        def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
            return self(points), torch.ones_like(points)

    with pytest.raises(NotPortable, match=r"Strange does not say .* ebm_core\.kit\.portable"):
        portable(Strange())
    conditional = NoiseConditional(ENERGIES["mlp"](), (2,), 0.1, None).at(torch.ones(3))
    with pytest.raises(NotPortable, match="a noise level for each point"):
        portable(conditional)
    images = config({"kind": "mlp"}, {"kind": "denoising"}, "digits")
    with pytest.raises(NotPortable, match=r"shape \(1, "):
        portable_of(images, ENERGIES["mlp"]().build(images.dataset.shape))


def test_a_plug_ins_energy_may_register_its_own() -> None:
    class Bowl(EnergyNetwork):
        def forward(self, points: Tensor) -> Tensor:
            return points.square().sum(1)

        def with_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
            return self(points), 2 * points

    @portable.register
    def _(energy: Bowl) -> PortableEnergy:
        nothing = (torch.zeros(1, 2), torch.zeros(1))
        return PortableEnergy(layers=(nothing,), activation="silu", quadratic=2.0)

    points = torch.randn(5, 2).double()
    run = config({"kind": "mlp"}, {"kind": "denoising"}, "moons")
    assert torch.allclose(computed(portable_of(run, Bowl()), points), Bowl()(points))
