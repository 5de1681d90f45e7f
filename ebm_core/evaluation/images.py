"""How close sampled images are to real ones: a Frechet distance, and a look at memorisation."""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ebm_core.contracts import Dataset
from ebm_core.evaluation.precision_recall import precision_and_recall

FEATURES = 32
EPOCHS = 40
STEPS = 1600
"""Batches that the classifier learns from, at most: enough for large sets long before 40 epochs."""
LARGE = 16
"""Pixels along an edge from which on its first layer makes images half as large, too."""
CHUNK = 1000
"""Images that go through it together."""
BATCH = 128
LEARNING_RATE = 4e-3


class ImageEvaluation:
    """Figures of sampled images, by the features of a small classifier of the training images.

    The classifier is the same every time (on one machine), so that runs compare; its features are
    the 32 numbers before its last layer. It takes a few seconds to train: see `image_evaluation`.
    """

    def __init__(
        self,
        train: Float[Tensor, "n c h w"],
        labels: Int[Tensor, " n"],
        test: Float[Tensor, "m c h w"],
        test_labels: Int[Tensor, " m"],
    ) -> None:
        if len(train) <= FEATURES:
            raise ValueError(
                f"there are {len(train)} images to compare with; more than {FEATURES} are needed"
            )
        self.train = train
        self.low, self.high = train.min().item(), train.max().item()
        generator = torch.Generator().manual_seed(0)
        self.features, self.classes = classifier(train.shape[1:], int(labels.max()) + 1, generator)
        self.fit(labels, generator)
        self.real = self.embed(train)
        with torch.no_grad():
            guesses = self.classes(self.embed(test)).argmax(1)
        self.accuracy = (guesses == test_labels).double().mean().item()
        """Share of test images that the classifier names rightly."""
        floor = self.figures(test) if len(test) > FEATURES else {}
        self.floor = {f"{name}_floor": value for name, value in floor.items()}
        """The figures of the test images, if there are enough: what a perfect model would reach."""

    def __call__(self, samples: Float[Tensor, "k c h w"]) -> dict[str, float]:
        """`figures` of the samples, and the same of the test images with `_floor`."""
        return self.figures(samples) | self.floor

    def figures(self, samples: Float[Tensor, "k c h w"]) -> dict[str, float]:
        """What can be said of images against the training images.

        `frechet`: the squared Frechet distance of the features. `nearest_neighbour`: the mean
        distance in pixels to the nearest training image; below its floor the model memorises.
        `confidence`: the share of images that the classifier is more than 90 % sure of.
        `classifier_score`: exp of the mean KL(p(y | x) || p(y)), from 1 to the number of classes
        (Salimans et al. 2016, https://arxiv.org/abs/1606.03498, there by Inception's classes).
        `class_coverage`: the share of classes that have at least a third of an even share.
        `precision` and `recall`: by the features, see `precision_and_recall`.

        Raises:
            ValueError: Too few images for a covariance, or one is not finite.
        """
        samples = samples.detach().to("cpu", torch.float32)
        if len(samples) <= FEATURES:
            raise ValueError(
                f"{len(samples)} images are too few for a Frechet distance; draw more than "
                f"{FEATURES}, better 500"
            )
        if not samples.isfinite().all():
            raise ValueError("an image is not finite; the chains have diverged: use smaller steps")
        features = self.embed(samples)
        with torch.no_grad():
            shares = self.classes(features).softmax(1)
        marginal = shares.mean(0)
        surprise = torch.xlogy(shares, shares / marginal).sum(1).mean()
        count = shares.shape[1]
        drawn = torch.bincount(shares.argmax(1), minlength=count)
        alike = precision_and_recall(self.real[: len(features)], features)
        distances = torch.cdist(samples.flatten(1), self.train.flatten(1)).amin(1)
        return {
            "frechet": frechet(features, self.real),
            "nearest_neighbour": distances.mean().item(),
            "confidence": (shares.amax(1) > 0.9).double().mean().item(),
            "classifier_score": surprise.exp().item(),
            "class_coverage": (3 * count * drawn >= len(features)).double().mean().item(),
            **alike._asdict(),
        }

    @torch.no_grad()
    def embed(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n 32"]:
        """The classifier's features; grey values out of range count as the nearest in range."""
        parts = torch.split(images, CHUNK)
        return torch.cat([self.features(self.normalised(part)) for part in parts])

    def normalised(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        """Grey values on [-1, 1]."""
        images = images.clamp(self.low, self.high)
        return 2 * (images - self.low) / (self.high - self.low) - 1

    def fit(self, labels: Int[Tensor, " n"], generator: torch.Generator) -> None:
        """Trains the classifier on the training images."""
        network = nn.Sequential(self.features, self.classes)
        images = self.normalised(self.train)
        optimizer = torch.optim.Adam(network.parameters(), LEARNING_RATE)
        for batch in islice(batches(len(images), generator), STEPS):
            loss = nn.functional.cross_entropy(network(images[batch]), labels[batch])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
        network.requires_grad_(False)


def batches(count: int, generator: torch.Generator) -> Iterator[Int[Tensor, " b"]]:
    """Rows in a new order each epoch."""
    for _ in range(EPOCHS):
        yield from torch.split(torch.randperm(count, generator=generator), BATCH)


@lru_cache(maxsize=2)
def image_evaluation(dataset: Dataset) -> ImageEvaluation:
    """The evaluation against a dataset, made once a process.

    Raises:
        ValueError: The dataset has no list of images, or they are of one class.
    """
    train, test = dataset.labelled("train"), dataset.labelled("test")
    if train is None or test is None or dataset.classes < 2:
        raise ValueError(
            f"{dataset.title} has no images of several classes, by whose features samples could be "
            "judged; give them labels, or choose Digits"
        )
    return ImageEvaluation(*train, *test)


def classifier(
    shape: torch.Size, classes: int, generator: torch.Generator
) -> tuple[nn.Sequential, nn.Linear]:
    """Two convolutions and a layer of features; a linear map from them to the classes."""
    channels, height, width = shape
    stride = 2 if max(height, width) > LARGE else 1
    cells = math.prod(-(-edge // (2 * stride)) for edge in (height, width))
    with torch.device("meta"):  # no weights yet: their usual start draws from the global generator
        features = nn.Sequential(
            nn.Conv2d(channels, 16, 3, stride=stride, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * cells, FEATURES),
            nn.ReLU(),
        )
        last = nn.Linear(FEATURES, classes)
    for layer in (*features, last):
        layer.to_empty(device="cpu")
        for weights in layer.parameters():
            # both a layer's matrix and its offset start as torch would start them
            inputs = next(layer.parameters())[0].numel()
            nn.init.uniform_(weights, -(inputs**-0.5), inputs**-0.5, generator)
    return features, last


def frechet(first: Float[Tensor, "n f"], second: Float[Tensor, "m f"]) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)): squared, of Gaussians with these moments.

    Source:
        Heusel et al. (2017), equation 6, https://arxiv.org/abs/1706.08500
    """
    one, two = first.double(), second.double()
    cov_one, cov_two = torch.cov(one.T), torch.cov(two.T)
    values, vectors = torch.linalg.eigh(cov_one)
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    # C1 C2 has the eigenvalues of the symmetric R C2 R with R R = C1
    cross = torch.linalg.eigvalsh(root @ cov_two @ root).clamp(min=0).sqrt().sum()
    means = (one.mean(0) - two.mean(0)).square().sum()
    return float(means + cov_one.trace() + cov_two.trace() - 2 * cross)
