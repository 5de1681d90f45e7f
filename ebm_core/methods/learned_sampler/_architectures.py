"""What a generator is made of: layers from latents to the entries of a point."""

import math
from itertools import pairwise
from typing import Literal, final

from jaxtyping import Float
from torch import Tensor, nn

from ebm_core.contracts import Shape, setting

Architecture = Literal["perceptron", "convolutional", "residual"]

ARCHITECTURE = setting(
    "perceptron",
    title="Generator",
    advanced=True,
    description="Its network: two hidden layers, or for images transposed convolutions or residual "
    "blocks, which double an image of four pixels an edge until it has its size.",
)
"""The field of methods with a generator."""
WIDTH = setting(
    128,
    title="Generator width",
    ge=4,
    le=2048,
    description="Units of its hidden layers; of images that are doubled, channels of the smallest, "
    "halved from one to the next.",
)
"""The field for it."""
COARSEST = 4
"""Pixels along an edge of the first image, at least."""
FEWEST = 8
"""Channels that are not halved any more."""


def layers(
    architecture: Architecture, latents: int, width: int, shape: Shape, batch_norm: bool
) -> nn.Sequential:
    """The layers, flat at both ends.

    Args:
        batch_norm: Whether each hidden layer is normalised over the batch, with learned scales.

    Raises:
        ValueError: Images are to be made of points that are none.
    """
    if architecture == "perceptron":
        return perceptron(latents, width, shape, batch_norm)
    if len(shape) != 3:
        raise ValueError(
            f"generator '{architecture}' makes images, and these points have shape {shape}; "
            "choose the generator 'perceptron'"
        )
    channels, *whole = shape
    (height, across), *larger = doublings(whole[0], whole[1])
    made: list[nn.Module] = [
        nn.Linear(latents, width * height * across),
        nn.Unflatten(1, (width, height, across)),
    ]
    for size in larger:
        narrower = max(min(width, FEWEST), width // 2)
        if architecture == "residual":
            made.append(ResidualDoubling(width, narrower, size, batch_norm))
        else:
            made += [*activated(width, batch_norm), Doubling(width, narrower, size)]
        width = narrower
    made += [*activated(width, batch_norm), nn.Conv2d(width, channels, 3, padding=1), nn.Flatten()]
    return nn.Sequential(*made)


def perceptron(latents: int, width: int, shape: Shape, batch_norm: bool) -> nn.Sequential:
    """Two hidden layers."""
    made: list[nn.Module] = []
    for before, after in pairwise([latents, width, width]):
        made.append(nn.Linear(before, after))
        if batch_norm:
            made.append(nn.BatchNorm1d(after))
        made.append(nn.SiLU())
    return nn.Sequential(*made, nn.Linear(width, math.prod(shape)))


def activated(channels: int, batch_norm: bool) -> list[nn.Module]:
    """What stands before a convolution."""
    return [*([nn.BatchNorm2d(channels)] if batch_norm else []), nn.SiLU()]


def doublings(height: int, width: int) -> list[tuple[int, int]]:
    """Sizes of images, each half of the next, rounded up, from the smallest on."""
    sizes = [(height, width)]
    while min(half := (-(-sizes[0][0] // 2), -(-sizes[0][1] // 2))) >= COARSEST:
        sizes.insert(0, half)
    return sizes


@final
class Doubling(nn.Module):
    """A transposed convolution of stride two, cut where twice the size is one too many.

    Source:
        Radford et al. (2016), section 3, https://arxiv.org/abs/1511.06434
    """

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1)
        self.size = size

    def forward(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n d g v"]:
        """Images of twice the size, or one pixel less."""
        larger: Tensor = self.up(images)
        return larger[:, :, : self.size[0], : self.size[1]]


@final
class ResidualDoubling(nn.Module):
    """up(x) + conv(silu(conv(up(silu(x))))), each pixel first made two by two.

    Source:
        Miyato et al. (2018), appendix B.4, https://arxiv.org/abs/1802.05957, with SiLU
    """

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int], batch_norm: bool) -> None:
        super().__init__()
        self.before = nn.Sequential(*activated(inputs, batch_norm))
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.between = nn.Sequential(*activated(outputs, batch_norm))
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.past = nn.Conv2d(inputs, outputs, 1)
        self.size = size

    def forward(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n d g v"]:
        """Images of twice the size, or one pixel less."""
        changed = self.second(self.between(self.first(self.larger(self.before(images)))))
        summed: Tensor = self.larger(self.past(images)) + changed
        return summed

    def larger(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c g v"]:
        """Each pixel two by two."""
        doubled: Tensor = nn.functional.interpolate(images, scale_factor=2, mode="nearest")
        return doubled[:, :, : self.size[0], : self.size[1]]
