"""The energy that a run shows, as numbers alone and in the data's own units."""

from dataclasses import replace
from pathlib import Path

from ebm_core.contracts import EnergyNetwork
from ebm_core.networks.portable import NotPortable, PortableEnergy, portable
from ebm_core.runs import snapshots
from ebm_core.runs.config import RunConfig


def portable_of(config: RunConfig, network: EnergyNetwork) -> PortableEnergy:
    """What `network` computes for points in the data's units, copied.

    Raises:
        NotPortable: It is none of the plane, or does not say how it is computed.
    """
    if config.dataset.shape != (2,):
        raise NotPortable(
            "only energies of points in the plane are written as numbers, and these points are of "
            f"shape {config.dataset.shape}"
        )
    found = portable(network)
    units = config.dataset.units
    if units.matrix is None:
        return found
    return replace(found, center=units.center, matrix=units.matrix)


def portable_at(directory: Path, step: int | None) -> tuple[int, PortableEnergy]:
    """The energy of a snapshot in a run's directory, the newest where no update is named.

    Raises:
        NotPortable: As of `portable_of`.
        NoSnapshot: There is none of this update.
        PlugInMissing: The run uses a plug-in from outside that is not loaded.
    """
    newest = snapshots.steps(directory)[-1:]
    at = step if step is not None else newest[0] if newest else 0
    training = snapshots.read(directory, at)
    return at, portable_of(training.config, training.network)
