"""How good a run's energy is, in the figures that its data allow."""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property

import torch
from torch import Tensor

from ebm_core.chains.run import run
from ebm_core.contracts import Dataset, EnergyNetwork, Learner, Method
from ebm_core.contracts.groups import Groups
from ebm_core.evaluation.distances import SLICED, SampleDistances
from ebm_core.evaluation.guards import ImageGuards
from ebm_core.evaluation.images import FEATURES, ImageEvaluation, image_evaluation
from ebm_core.evaluation.outsiders import told_apart
from ebm_core.evaluation.partition import ExactEvaluation
from ebm_core.evaluation.weighing import offsets
from ebm_core.runs.config import RunConfig

POINTS = 4000
"""Samples in the plane, at most, whose modes are counted."""

DISTANT = 2000
"""Of these, at most, whose distance from the data is told."""

SELDOM = 4
"""Of so many evaluations in the plane, the last draws samples: that may take longest."""

IMAGES = 500
"""Sampled images in a Frechet distance."""

CHAIN_STEPS = 1000
"""Steps from noise to an image, where a method has no samples of its own."""


class Assessment:
    """Exact figures of an energy in the plane; the Frechet distance of an image energy's samples.

    Args:
        thorough: A grid of 384 x 384 instead of 192 x 192; images from long chains even where the
            method has no samples of its own.
    """

    def __init__(self, config: RunConfig, thorough: bool) -> None:
        self.dataset = config.dataset
        self.device = torch.device(config.device)
        self.thorough = thorough
        self.exact: dict[float, ExactEvaluation] = {}
        self.made = 0
        self.apart: SampleDistances | None = None
        self.images: Future[ImageEvaluation] | None = None
        known = self.dataset.labelled("train") if len(self.dataset.shape) == 3 else None
        if known is not None and self.dataset.classes > 1 and len(known[0]) > FEATURES:
            # its classifier takes seconds to train: meanwhile the run goes on
            executor = ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,))
            self.images = executor.submit(image_evaluation, self.dataset)
            executor.shutdown(wait=False)

    def __call__(self, energy: EnergyNetwork, method: Method, learner: Learner) -> dict[str, float]:
        """The figures, by name; none where the data have none, or while they are being prepared."""
        if len(self.dataset.shape) == 1:
            figures = self.exactly(energy, method.smoothing)
            if self.thorough or self.made % SELDOM == SELDOM - 1:
                figures |= self.of_samples(energy, method, learner)
            self.made += 1
            return figures
        figures = self.of_images(energy, method, learner)
        return figures | told_apart(energy, self.held_out) if self.thorough else figures

    def of_images(
        self, energy: EnergyNetwork, method: Method, learner: Learner
    ) -> dict[str, float]:
        """Figures of the method's own samples; a thorough one makes some where it has too few."""
        generator = torch.Generator(self.device).manual_seed(0)
        samples = learner.samples(IMAGES, generator)
        if self.thorough and (samples is None or len(samples) <= FEATURES):
            samples = chains_from_noise(energy, method, self.dataset, generator)
        if samples is None:
            return {}
        figures = {} if self.guards is None or len(samples) < 2 else self.guards(energy, samples)
        judge = self.images if len(samples) > FEATURES else None
        if judge is not None and (self.thorough or judge.done()):
            figures |= judge.result()(samples)
        return figures

    @cached_property
    def held_out(self) -> Tensor:
        """Images that the energy is not trained on."""
        images = self.dataset.held_out(IMAGES, torch.Generator())
        return self.dataset.to_model(images).to(self.device)

    @cached_property
    def guards(self) -> ImageGuards | None:
        """What tells that samples have failed; None where too few images differ to compare with."""
        held_out = self.held_out
        return ImageGuards(held_out) if (held_out != held_out[:1]).any() else None

    def prepare(self, smoothing: float) -> None:
        """What depends on the data alone; training's clock does not count it."""
        if len(self.dataset.shape) == 1 and smoothing not in self.exact:
            size = 384 if self.thorough else 192
            # a live noise level gives a new target; only the newest is worth keeping
            self.exact = {smoothing: ExactEvaluation(self.dataset, smoothing, size, self.device)}

    def exactly(self, energy: EnergyNetwork, smoothing: float) -> dict[str, float]:
        """The figures by quadrature."""
        self.prepare(smoothing)
        return self.exact[smoothing](energy)

    def offsets(self, energy: EnergyNetwork, smoothing: float, groups: Groups) -> Tensor:
        """What gives separate groups of points their shares of exp(-E)."""
        self.prepare(smoothing)
        exact = self.exact[smoothing]
        return offsets(groups, exact.plane.mass(energy, exact.near), exact.splits["nll_train"])

    def of_samples(
        self, energy: EnergyNetwork, method: Method, learner: Learner
    ) -> dict[str, float]:
        """How far the method's own samples are from the data, and how many modes they find; where
        it has none, samples of its density are drawn for it.
        """
        exact, generator = self.exact[method.smoothing], torch.Generator(self.device).manual_seed(0)
        samples = learner.samples(POINTS, generator)
        if samples is None and method.promises == "samples":
            return {}
        if samples is None:
            samples = exact.plane.mass(energy, exact.near).sample(POINTS, generator).float()
        figures = {} if len(samples) < 2 else self.distances(samples[:DISTANT])
        coverage = exact.sample_coverage(samples)
        return figures if coverage is None else figures | {"sample_coverage": coverage}

    def distances(self, samples: Tensor) -> dict[str, float]:
        """Their distance from data, in the data's units, beside that of other data."""
        points = self.dataset.from_model(samples)
        if not bool(points.isfinite().all()):
            return {}
        count = min(DISTANT, len(points))
        if self.apart is None or self.apart.count != count:
            self.apart = SampleDistances(self.dataset, count, only=SLICED)
        return self.apart(points)


def chains_from_noise(
    energy: EnergyNetwork, method: Method, dataset: Dataset, generator: torch.Generator
) -> Tensor:
    """The ends of long chains of the method's sampler."""
    starts = dataset.starts(IMAGES, generator)
    return run(method.display_sampler(dataset.shape), energy, starts, CHAIN_STEPS, generator).points
