"""Residual convolutions on images, without batch normalisation."""

from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ebm_core.contracts import Shape

ITERATIONS = 8
"""Of the power method, each time a weight is asked for: to a few per cent of its norm."""


class SpectralNorm(nn.Module):
    """A weight divided by its largest singular value, as a matrix of outputs by inputs.

    The power method begins at the same vector each time, so that E(x) depends on the weights alone
    and not on how often it was asked.

    Source:
        Miyato et al. (2018), algorithm 1, https://arxiv.org/abs/1802.05957
    """

    def forward(self, weight: Tensor) -> Tensor:
        matrix = weight.flatten(1)
        with torch.no_grad():
            right = matrix.sum(0)
            for _ in range(ITERATIONS):
                left = nn.functional.normalize(matrix @ right, dim=0)
                right = nn.functional.normalize(matrix.T @ left, dim=0)
            left = nn.functional.normalize(matrix @ right, dim=0)
        return weight / (left @ matrix @ right)


@final
class ResidualBlock(nn.Module):
    """x + conv(silu(conv(silu(x)))), then halved by its means where it is asked to."""

    def __init__(self, inputs: int, outputs: int, halves: bool, spectral: bool) -> None:
        super().__init__()
        self.first = convolution(inputs, outputs, 3, spectral)
        self.second = convolution(outputs, outputs, 3, spectral)
        self.past = convolution(inputs, outputs, 1, spectral) if inputs != outputs else None
        self.halves = halves

    def forward(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n d g v"]:
        """The images of the next layer."""
        silu = nn.functional.silu
        changed = self.second(silu(self.first(silu(images))))
        kept = images if self.past is None else self.past(images)
        summed: Tensor = kept + changed
        return nn.functional.avg_pool2d(summed, 2) if self.halves else summed


@final
class ResidualTrunk(nn.Module):
    """Stages of blocks, each halved at its end, and then the mean over all places.

    Source:
        Du and Mordatch (2019), appendix A.6, https://arxiv.org/abs/1903.08689, with means for sums
    """

    def __init__(
        self, shape: Shape, channels: int, blocks: int, halvings: int, spectral: bool
    ) -> None:
        super().__init__()
        if len(shape) != 3:
            raise ValueError(
                f"residual energies take images, and these points have shape {shape}; choose the "
                "energy 'mlp', or 'classifier' for jem"
            )
        if min(shape[1:]) >> halvings < 1:
            raise ValueError(
                f"an image of {shape[1]} x {shape[2]} cannot be halved {halvings} times; choose "
                "fewer halvings"
            )
        self.stem = convolution(shape[0], channels, 3, spectral)
        layers, width = [], channels
        for stage in range(halvings + 1):
            for block in range(blocks):
                wider = 2 * width if stage and not block else width
                last = block == blocks - 1 and stage < halvings
                layers.append(ResidualBlock(width, wider, last, spectral))
                width = wider
        self.blocks = nn.Sequential(*layers)
        self.width = width

    def forward(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n f"]:
        """Features of each image."""
        features: Tensor = nn.functional.silu(self.blocks(self.stem(images)))
        return features.mean((2, 3))


def convolution(inputs: int, outputs: int, edge: int, spectral: bool) -> nn.Module:
    """One that keeps the size."""
    layer = nn.Conv2d(inputs, outputs, edge, padding=edge // 2)
    if spectral:
        parametrize.register_parametrization(layer, "weight", SpectralNorm())
    return layer
