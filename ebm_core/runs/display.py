"""What a run shows of itself: its landscape, and chains on it that are moved for the eye alone."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.contracts import Dataset, EnergyNetwork, Picture, Tuning
from ebm_core.contracts.dataset import Window
from ebm_core.evaluation.outsiders import outsiders
from ebm_core.randomness.streams import stream
from ebm_core.runs.config import RunConfig
from ebm_core.runs.frame import Landscape

SIZE = 128
TILES = 64
"""Images that are shown at once, of the generator where there is one, else of the chains."""
MANY = 2**20
"""Grey values of all images of a set, up to which each of them is looked at."""
DIRECTIONS = 64
"""Along which images of more pixels are compared, to find the `LIKELY` nearest."""
LIKELY = 16
"""Images whose distance is then taken in full."""
CHUNK = 2048
"""Points in one pass of the network: the fastest on a CPU."""


class Showing:
    """The display of one run. Its randomness is its own, so that looking changes nothing.

    The shown chains start from noise, move by the method's sampler on the energy as it is learned,
    and some start afresh now and then, so that the way from noise to data is always in view.
    """

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        self.dataset = config.dataset
        self.planar = len(config.dataset.shape) == 1
        self.device = device
        self.generator = stream(config.seed, "shown_chains", device)
        host = stream(config.seed, "shown_data")
        count = 400 if self.planar else 64
        self.data = self.dataset.to_model(self.dataset.sample(count, host)).to(device)
        self.points = self.dataset.starts(160 if self.planar else 64, self.generator)
        self.ages = torch.zeros(len(self.points), device=device)
        self.tuning: Tuning | None = None
        self.window = self.dataset.window if self.planar else None
        cells = cell_centres(self.dataset.window, SIZE) if self.planar else torch.empty(0, 2)
        self.cells = self.dataset.to_model(cells).to(device)
        self.nearest = None if self.planar else NearestImages.of(self.dataset, device)
        self.others = {} if self.planar else other_images(self.dataset, count, host, device)

    def draw(
        self,
        energy: EnergyNetwork,
        config: RunConfig,
        picture: Picture,
        landscape: bool,
        series: bool,
    ) -> "Shown":
        """The landscape, where the data are planar, and the arrays of a frame.

        Without `series` the arrays are those that move from frame to frame, and no others.
        """
        self.move(energy, config)
        points = {"chains": self.points, **picture.points}
        arrays: dict[str, Tensor] = {}
        values = None
        drawn = picture.points.get("generator", self.points)
        if series or not self.planar:
            points["data"] = self.data
            arrays |= {
                "data_energies": energies(energy, self.data),
                "sample_energies": energies(energy, self.samples(picture)),
                **picture.values,
            }
        if not self.planar:
            arrays["tile_energies"] = energies(energy, drawn[:TILES])
            arrays |= self.nearest(drawn[:TILES]) if self.nearest else {}
        if not self.planar and series:
            for name, images in self.others.items():
                arrays[f"energies_of_{name}"] = energies(energy, images)
        if landscape and self.planar:
            grid = energies(energy, self.cells).view(SIZE, SIZE)
            values = Landscape(as_array(grid), self.dataset.window)
        for name, inside in points.items():
            arrays[name] = self.dataset.from_model(inside) if self.planar else inside
        named = {name: as_array(array) for name, array in arrays.items()}
        return Shown(values, named, self.window, frozenset(points) if self.planar else frozenset())

    def samples(self, picture: Picture) -> Tensor:
        """The points whose energies are compared with those of the data."""
        generated = picture.points.get("generator", self.points)
        return picture.points.get("negatives", generated)

    def move(self, energy: EnergyNetwork, config: RunConfig) -> None:
        """A few steps of the shown chains."""
        sampler = config.method.display_sampler(self.dataset.shape)
        life, steps = (400, 3) if self.planar else (600, 10)
        way = config.method.sample_steps or 0
        if 2 * way > life:  # long ways are gone in as many frames, and are seen to their end
            life, steps = 2 * way, -(-2 * way * steps // life)
        draws = torch.rand(len(self.points), generator=self.generator, device=self.device)
        old = (draws < steps / life).nonzero().squeeze(1)
        self.points[old] = self.dataset.starts(len(old), self.generator)
        self.ages[old] = 0
        ends = run(sampler, energy, self.points, steps, self.generator, self.tuning, self.ages)
        self.ages = self.ages + steps
        self.points, self.tuning = ends.points, ends.tuning


def other_images(
    dataset: Dataset, count: int, generator: torch.Generator, device: torch.device
) -> dict[str, Float[Tensor, "n c h w"]]:
    """Held-out images as "test", and images of other kinds that are made of them; none of a dataset
    that holds none out."""
    test = dataset.to_model(dataset.held_out(count, generator)).to(device)
    return {"test": test, **outsiders(test)} if len(test) else {}


class NearestImages(NamedTuple):
    """The images of a dataset, to find those that samples are nearest to."""

    images: Float[Tensor, "n c h w"]
    labels: Int[Tensor, " n"] | None
    """Where there are several classes."""
    directions: Float[Tensor, "d k"] | None
    """Of the most variance, where there is much to look at: they choose the images that are."""
    places: Float[Tensor, "n k"]
    """Of the images, along the directions; the images themselves where there are none."""

    @classmethod
    def of(cls, dataset: Dataset, device: torch.device) -> "NearestImages | None":
        """None where the dataset has no list of images."""
        if (known := dataset.labelled("train")) is None:
            return None
        images = known[0].to(device)
        labels = known[1].to(device) if dataset.classes > 1 else None
        flat = images.flatten(1)
        if flat.numel() < MANY or flat.shape[1] <= DIRECTIONS:
            return cls(images, labels, None, flat)
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            torch.manual_seed(0)
            _, _, directions = torch.pca_lowrank(flat, DIRECTIONS, niter=1)
        return cls(images, labels, directions, flat @ directions)

    def __call__(self, samples: Float[Tensor, "k c h w"]) -> dict[str, Tensor]:
        """For each sample the nearest image, how far it is in grey values, and what it shows."""
        flat = samples.flatten(1)
        if self.directions is None:
            distance, row = torch.cdist(flat, self.places).min(1)
        else:
            apart = torch.cdist(flat @ self.directions, self.places)
            near = apart.topk(min(LIKELY, len(self.images)), largest=False).indices
            exact = torch.cdist(flat[:, None], self.images.flatten(1)[near])[:, 0]
            distance, which = exact.min(1)
            row = near.gather(1, which[:, None])[:, 0]
        found = {"tile_nearest": self.images[row], "tile_distances": distance}
        return found if self.labels is None else found | {"tile_classes": self.labels[row].float()}


class Shown(NamedTuple):
    """The parts of a frame that are shown, see there."""

    landscape: Landscape | None
    arrays: dict[str, NDArray[np.floating]]
    window: Window | None
    places: frozenset[str]


def true_density(dataset: Dataset) -> Landscape:
    """p(x) itself in the place of the energy: what a landscape's exp(-E) / Z should become.

    Raises:
        ValueError: The dataset has no known density.
    """
    log_density = dataset.log_density(cell_centres(dataset.window, SIZE))
    density = log_density.exp().float().view(SIZE, SIZE)
    return Landscape(as_array(density), dataset.window)


def cell_centres(window: Window, size: int) -> Float[Tensor, "cells 2"]:
    """Centres of a grid's size x size cells over a window, lowest y first, float64."""
    share = (torch.arange(size, dtype=torch.float64) + 0.5) / size * 2 - 1
    x, y = ((low + high) / 2 + share * ((high - low) / 2) for low, high in window)
    y, x = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([x, y], -1).view(-1, 2)


@torch.no_grad()
def energies(energy: EnergyNetwork, points: Tensor) -> Tensor:
    """E at many points, in chunks, without a graph."""
    return torch.cat([energy(chunk) for chunk in torch.split(points, CHUNK)])


def as_array(values: Tensor) -> NDArray[np.floating]:
    """A copy on the CPU, as fine as it is."""
    return values.detach().to("cpu", copy=True).numpy()
