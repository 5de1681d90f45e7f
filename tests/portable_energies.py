"""Energies as numbers, with what PyTorch computes of them, for the page's tests to agree with.

`python -m tests.portable_energies` writes the file anew; a test compares it with what would be
written now.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import torch
from ebm_server.protocol.packed_energy import pack_energy

from ebm_core import RunConfig, Training
from ebm_core.contracts import EnergyNetwork
from ebm_core.contracts.groups import Groups
from ebm_core.energies import ENERGIES
from ebm_core.methods import METHODS
from ebm_core.networks.weighed import Weighed
from ebm_core.runs.portable import portable_of

FILE = Path(__file__).parents[1] / "frontend" / "tests" / "energy" / "energies.msgpack"
POINTS = 24
SMALL = {"hidden": [8, 6], "fourier_features": 4}
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "mlp": [
        {},
        {"activation": "softplus", "confinement": None},
        {"activation": "tanh", "fourier_features": 0},
        {"hidden": [7]},
    ],
    "classifier": [
        {"classes": 4},
        {"classes": 4, "quantity": "uncertainty", "activation": "tanh"},
    ],
}
FAR_UNITS = [
    [x * 3e-5 + 2000.0, y * 4e3 - 1e5] for x, y in ((0, 0), (1, 2), (2, 1), (3, 5), (4, 1))
]


def configs() -> Iterator[tuple[str, RunConfig]]:
    """Every energy under every method that takes it, and data in other units."""
    for energy in ENERGIES:
        for number, fields in enumerate(VARIANTS.get(energy, [])):
            for method in METHODS if number == 0 else ["denoising"]:
                if method == "jem" and energy != "classifier":
                    continue
                given = {"kind": energy, **SMALL, **fields}
                yield f"{energy} {number} by {method}", config(given, {"kind": method}, "moons")
    conditional = {"kind": "noise_conditional", "levels": 4, "shown_level": 3}
    for energy in VARIANTS:
        given = {"kind": energy, **SMALL}
        yield f"{energy} at a level", config(given, conditional, "gaussian_ring")
    own = {"kind": "points", "values": FAR_UNITS}
    yield "far units", config({"kind": "mlp", **SMALL}, {"kind": "denoising"}, own)


def config(energy: dict[str, Any], method: dict[str, Any], dataset: Any) -> RunConfig:
    data = dataset if isinstance(dataset, dict) else {"kind": dataset}
    return RunConfig.model_validate(
        {"dataset": data, "method": method, "energy": energy, "updates": 10}
    )


def networks() -> Iterator[tuple[str, RunConfig, EnergyNetwork]]:
    """The untrained energies of those runs, and some with groups."""
    groups = Groups(
        torch.tensor([0.25, 0.75], dtype=torch.float64),
        torch.tensor([[-1.0, 0.5], [2.0, 0.0]], dtype=torch.float64),
        torch.tensor([[[2.0, 0.3], [0.3, 1.0]], [[1.0, 0.0], [0.0, 4.0]]], dtype=torch.float64),
    )
    for name, run in configs():
        network = Training(run).network
        yield name, run, network
        if name in ("mlp 0 by denoising", "mlp at a level"):
            offsets = torch.tensor([0.7, -1.1])
            yield f"{name}, with groups", run, Weighed(network, groups, offsets)


def examples() -> Iterator[dict[str, Any]]:
    """An energy on the wire, points in the data's units, and E and grad E there by PyTorch."""
    for name, run, network in networks():
        generator = torch.Generator().manual_seed(0)
        inside = torch.empty(POINTS, 2).uniform_(-4, 4, generator=generator)
        points = run.dataset.from_model(inside).double()
        with torch.no_grad():
            energies, slopes = network.with_gradient(run.dataset.to_model(points))
        yield {
            "name": name,
            "energy": msgpack.unpackb(pack_energy(0, portable_of(run, network))),
            "points": points.flatten().tolist(),
            "energies": energies.tolist(),
            "gradients": run.dataset.units.directions_from_model(slopes).flatten().tolist(),
        }


def written() -> bytes:
    packed: bytes = msgpack.packb(list(examples()))
    return packed


if __name__ == "__main__":
    FILE.write_bytes(written())
    sys.stdout.write(f"{FILE}: {FILE.stat().st_size} bytes\n")
