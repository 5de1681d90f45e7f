"""Energies and gradients of a SiLU perceptron by compiled code: `perceptron.c`.

One and a half to four times as fast as PyTorch on one core. The build compiles it (hatch_build.py)
where it finds a compiler; without it, or on an x86-64 processor older than AVX2, PyTorch computes.
"""

import ctypes
import logging
from collections.abc import Callable, Sequence
from functools import singledispatch
from pathlib import Path
from typing import Any, NamedTuple

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
    found.perceptron_begin.restype = ctypes.c_void_p
    found.perceptron_finish.restype = ctypes.c_double
    return found if found.runs_here() else None


library = loaded(LIBRARY)


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
    x = x.contiguous()
    energies = x.new_empty(len(x))
    slopes = torch.empty_like(x) if gradients else x.new_empty(0, x.shape[1])
    asked = Call.of(x, frequencies, parameters, precision, energies, slopes if gradients else None)
    if library is None or asked is None:
        return None
    code = library.perceptron(*asked.arguments)
    if code == NO_MEMORY:
        widths = [weight.shape[0] for weight in parameters[:-2:2]]
        raise MemoryError(f"no memory for a copy of the weights of layers {widths}")
    return None if code == LARGE_PHASES else (energies, slopes)


class Call(NamedTuple):
    """What the compiled functions are called with."""

    arguments: tuple[Any, ...]
    points: Tensor
    """Without gaps: they must stay as long as they are read."""

    @classmethod
    def of(
        cls,
        x: Tensor,
        frequencies: Tensor | None,
        parameters: Sequence[Tensor],
        precision: float,
        energies: Tensor,
        slopes: Tensor | None,
    ) -> "Call | None":
        """None where PyTorch must compute."""
        if x.dtype is not torch.float32 or x.device.type != "cpu" or not takes(parameters):
            return None
        x = x.contiguous()
        widths = [weight.shape[0] for weight in parameters[:-2:2]]
        pointers = [parameter.data_ptr() for parameter in parameters]
        arguments = (
            ctypes.c_void_p(x.data_ptr()),
            *x.shape,
            ctypes.c_void_p(None if frequencies is None else frequencies.data_ptr()),
            0 if frequencies is None else frequencies.shape[1],
            len(widths),
            (ctypes.c_int * len(widths))(*widths),
            (ctypes.c_void_p * len(pointers))(*pointers),
            ctypes.c_float(precision),
            ctypes.c_void_p(energies.data_ptr()),
            ctypes.c_void_p(None if slopes is None else slopes.data_ptr()),
        )
        return cls(arguments, x)


def perceptron_energies_to_come(
    x: Float[Tensor, "n d"],
    frequencies: Float[Tensor, "d w"] | None,
    parameters: Sequence[Tensor],
    precision: float,
) -> "EnergiesToCome | None":
    """`perceptron_energies` without gradients, in a thread; None where it cannot be begun."""
    energies = x.new_empty(len(x))
    asked = Call.of(x, frequencies, parameters, precision, energies, None)
    if library is None or asked is None:
        return None
    handle = library.perceptron_begin(*asked.arguments)
    return EnergiesToCome(handle, energies, asked.points) if handle else None


class EnergiesToCome:
    """Energies that a thread of compiled code computes from its own copy of the weights.

    It needs neither the interpreter nor a lock, and steps back behind all other threads.
    """

    def __init__(self, handle: int, energies: Tensor, points: Tensor) -> None:
        self.handle: ctypes.c_void_p | None = ctypes.c_void_p(handle)
        self.energies = energies
        self.points = points
        self.completions: list[Callable[[Tensor], Tensor]] = []

    def then(self, completion: Callable[[Tensor], Tensor]) -> "EnergiesToCome":
        """Something is done to them when they have come."""
        self.completions.append(completion)
        return self

    @property
    def ended(self) -> bool:
        """Whether `finish` need not wait."""
        return library is None or self.handle is None or bool(library.perceptron_ended(self.handle))

    def finish(self) -> tuple[Tensor | None, float]:
        """The energies, None where PyTorch must compute them; and the share of the time that the
        thread had a core."""
        share = self._join()
        if share < 0:
            return None, 0.0
        found = self.energies
        for completion in self.completions:
            found = completion(found)
        return found, share

    def _join(self) -> float:
        handle, self.handle = self.handle, None
        return float(library.perceptron_finish(handle)) if library and handle else -1.0

    def __del__(self) -> None:
        self._join()  # it writes into memory of this object


@singledispatch
def energies_to_come(energy: EnergyNetwork, points: Tensor) -> EnergiesToCome | None:
    """Begins to compute E at many points, as it is now, while the caller goes on; without a graph.

    None where there is no compiled code for it. An energy that is such a perceptron, or wraps one,
    registers its own.
    """
    return None
