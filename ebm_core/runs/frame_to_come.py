"""A frame whose energies are computed by a thread of compiled code, while training goes on."""

from dataclasses import dataclass
from typing import Self

import torch

from ebm_core.contracts import EnergyNetwork, Picture
from ebm_core.networks.compiled_perceptron import EnergiesToCome, energies_to_come
from ebm_core.runs.config import RunConfig
from ebm_core.runs.display import SIZE, Showing, Shown, as_array
from ebm_core.runs.frame import Frame, Landscape


@dataclass(frozen=True)
class FrameToCome:
    """All of a frame but its energies: they come from another thread."""

    now: tuple[int, float, dict[str, float]]
    """Update, seconds and metrics."""
    shown: Shown
    energies: EnergiesToCome
    counts: list[int]
    """Points of which they are: cells of the landscape, data, samples."""

    @classmethod
    def begin(
        cls,
        now: tuple[int, float, dict[str, float]],
        showing: Showing,
        energy: EnergyNetwork,
        config: RunConfig,
        picture: Picture,
        *,
        landscape: bool,
    ) -> Self | None:
        """Moves the shown chains, and has the energies computed; None where nothing does so."""
        if not showing.planar:
            return None
        cells = showing.cells if landscape else showing.cells[:0]
        # of chains that have not moved yet, where the method has no samples of its own
        parts = (cells, showing.data, showing.samples(picture))
        with torch.no_grad():
            energies = energies_to_come(energy, torch.cat(parts))
        if energies is None:
            return None
        shown = showing.draw(energy, config, picture, landscape=False, series=False)
        known = {"data": showing.dataset.from_model(showing.data), **picture.values}
        arrays = shown.arrays | {name: as_array(array) for name, array in known.items()}
        shown = shown._replace(arrays=arrays, places=shown.places | {"data"})
        return cls(now, shown, energies, [len(part) for part in parts])

    @property
    def ended(self) -> bool:
        """Whether `finish` need not wait."""
        return self.energies.ended

    def finish(self) -> tuple[Frame | None, float]:
        """The frame, None where the thread could not compute it; and the share of the time that the
        thread had a core."""
        with torch.no_grad():
            energies, share = self.energies.finish()
        if energies is None:
            return None, share
        grid, data, samples = energies.split(self.counts)
        window = self.shown.window
        landscape = (
            Landscape(as_array(grid.view(SIZE, SIZE)), window) if window and len(grid) else None
        )
        arrays = {"data_energies": as_array(data), "sample_energies": as_array(samples)}
        shown = self.shown._replace(landscape=landscape, arrays=self.shown.arrays | arrays)
        step, seconds, metrics = self.now
        return Frame(step, seconds, metrics, *shown), share
