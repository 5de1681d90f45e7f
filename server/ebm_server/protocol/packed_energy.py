"""Portable energies to the bytes of the wire."""

from dataclasses import asdict

import msgpack

from ebm_core.networks.portable import VERSION, PortableEnergy
from ebm_server.protocol.packing import pack_array


def pack_energy(step: int, energy: PortableEnergy) -> bytes:
    """A `PackedEnergy` as MessagePack."""
    frequencies, phases = energy.frequencies, energy.phases
    message: bytes = msgpack.packb(
        {
            "version": VERSION,
            "step": step,
            "center": energy.center,
            "matrix": energy.matrix,
            "frequencies": None if frequencies is None else pack_array(frequencies.numpy()),
            "phases": None if phases is None else pack_array(phases.numpy()),
            "activation": energy.activation,
            "layers": [
                {"weight": pack_array(weight.numpy()), "bias": pack_array(bias.numpy())}
                for weight, bias in energy.layers
            ],
            "reading": energy.reading,
            "scale": energy.scale,
            "quadratic": energy.quadratic,
            "constant": energy.constant,
            "groups": None if energy.groups is None else asdict(energy.groups),
        }
    )
    return message
