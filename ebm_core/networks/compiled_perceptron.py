"""Energies and gradients of a SiLU perceptron by compiled code: `perceptron.c`.

One and a half to four times as fast as PyTorch on one core. The build compiles it (hatch_build.py)
where it finds a compiler; without it, or on an x86-64 processor older than AVX2, PyTorch computes.
"""

import ctypes
import logging
from collections.abc import Sequence
from functools import singledispatch
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork

LIBRARY = Path(__file__).with_name("libperceptron.so")
WIDEST = 512
"""Wider layers are left to PyTorch: it packs the weights once a call, too."""

NO_MEMORY, LARGE_PHASES = 1, 2


def loaded(library: Path) -> ctypes.CDLL | None:
    """The library, or nothing where it was not compiled or cannot run."""
    if not library.is_file():
        return None
    try:
        found = ctypes.CDLL(str(library))
    except OSError as error:
        logging.getLogger(__name__).warning("PyTorch computes what %s would: %s", library, error)
        return None
    return found if found.runs_here() else None


library = loaded(LIBRARY)


@singledispatch
def leaves_interpreter(energy: EnergyNetwork) -> bool:
    """Whether compiled code computes its energies, so that other threads of Python go on meanwhile.

    An energy that is such a perceptron, or wraps one, registers its own.
    """
    return False


def takes(parameters: Sequence[Tensor]) -> bool:
    """Whether there is code for a perceptron of these weights and biases."""
    return (
        library is not None
        and parameters[0].dtype is torch.float32
        and parameters[0].device.type == "cpu"
        and max(weight.shape[0] for weight in parameters[:-2:2]) <= WIDEST
        and all(parameter.is_contiguous() for parameter in parameters)
    )


def perceptron_energies(
    x: Float[Tensor, "n d"],
    frequencies: Float[Tensor, "d w"] | None,
    parameters: Sequence[Tensor],
    precision: float,
    gradients: bool,
) -> tuple[Float[Tensor, " n"], Float[Tensor, "asked d"]] | None:
    """Energies and, if asked for, their gradients by x; without a graph.

    Args:
        x: Points.
        frequencies: Of the Fourier features.
        parameters: Weight and bias of each layer, the head last.
        precision: Of the confining quadratic; 0 for none.
        gradients: Whether they are computed; they are empty otherwise.

    Returns:
        Nothing where PyTorch must compute: no library, no float32 without gaps on a CPU, a layer
        wider than `WIDEST`, or a phase beyond what the code's sine is good for.

    Raises:
        MemoryError: A few copies of the weights do not fit.
    """
    if library is None or x.dtype is not torch.float32 or x.device.type != "cpu":
        return None
    if not takes(parameters):
        return None
    widths = [weight.shape[0] for weight in parameters[:-2:2]]
    x = x.contiguous()
    energies = x.new_empty(len(x))
    slopes = torch.empty_like(x) if gradients else x.new_empty(0, x.shape[1])
    pointers = [parameter.data_ptr() for parameter in parameters]
    code = library.perceptron(
        ctypes.c_void_p(x.data_ptr()),
        *x.shape,
        ctypes.c_void_p(None if frequencies is None else frequencies.data_ptr()),
        0 if frequencies is None else frequencies.shape[1],
        len(widths),
        (ctypes.c_int * len(widths))(*widths),
        (ctypes.c_void_p * len(pointers))(*pointers),
        ctypes.c_float(precision),
        ctypes.c_void_p(energies.data_ptr()),
        ctypes.c_void_p(slopes.data_ptr() if gradients else None),
    )
    if code == NO_MEMORY:
        raise MemoryError(f"no memory for a copy of the weights of layers {widths}")
    return None if code == LARGE_PHASES else (energies, slopes)
