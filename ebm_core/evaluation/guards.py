"""Signs that what samples images has failed, of which each figure of quality tells only half."""

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork


class ImageGuards:
    """Compares sampled images with real ones, both in the model's units.

    Args:
        images: Real ones that the energy was not trained on, of which two differ.
    """

    def __init__(self, images: Float[Tensor, "n c h w"]) -> None:
        self.images = images
        self.low, self.high = images.min(), images.max()
        self.variance = variance(images)
        self.at_edge = self.share_at_edge(images)

    @torch.no_grad()
    def __call__(
        self, energy: EnergyNetwork, samples: Float[Tensor, "m c h w"]
    ) -> dict[str, float]:
        """Three figures; samples that are as the images have 1, 0 and 0.

        `variety` is the variance of the samples over that of the images: 0 where a generator or a
        buffer makes one image only, and more than 1 where chains have not left the noise.
        `saturation` is how much more of the pixels stand at or beyond the edges of the grey values.
        `energy_gap` is the mean energy of the samples less that of the images, in standard
        deviations of the latter: it leaves 0 for good where the two run apart.

        Raises:
            ValueError: A sample is not finite.
        """
        if not samples.isfinite().all():
            raise ValueError("an image is not finite; the chains have diverged: use smaller steps")
        figures = {
            "variety": (variance(samples) / self.variance).item(),
            "saturation": (self.share_at_edge(samples) - self.at_edge).item(),
        }
        inside, outside = energy(self.images).double(), energy(samples).double()
        if (deviation := inside.std()) > 0:  # an energy that is the same everywhere has no gap
            figures["energy_gap"] = ((outside.mean() - inside.mean()) / deviation).item()
        return figures

    def share_at_edge(self, images: Float[Tensor, "n c h w"]) -> Tensor:
        """The share of pixels at or beyond the edges of the real ones' grey values."""
        margin = (self.high - self.low) / 512
        edge = (images <= self.low + margin) | (images >= self.high - margin)
        return edge.double().mean()


def variance(images: Float[Tensor, "n c h w"]) -> Tensor:
    """Of all pixels together: the mean squared distance from the mean image."""
    return images.double().var(0).sum()
