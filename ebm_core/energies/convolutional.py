"""A small convolutional energy for images."""

from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ebm_core.contracts import Energy, EnergyNetwork, Shape, setting
from ebm_core.derivatives.gradient import by_autograd


@final
class Convolutional(Energy):
    """Strided 3 x 3 convolutions and a linear head; no batch norm, so that E(x) depends on x alone.

    Source:
        Nijkamp et al. (2019), "Learning non-convergent non-persistent short-run MCMC", appendix A.
    """

    rank: ClassVar[int] = 20
    title: ClassVar[str] = "Convolutional"
    summary: ClassVar[str] = (
        "Strided convolutions for images; each image's energy depends on that image alone."
    )

    kind: Literal["convolutional"] = "convolutional"
    channels: int = setting(
        32,
        title="Channels",
        ge=4,
        le=256,
        description="Channels of the first layer; doubled where the image is halved.",
    )
    halvings: int = setting(2, title="Halvings", ge=1, le=5, description="Layers of stride two.")

    def build(self, shape: Shape) -> "ConvolutionalNetwork":
        """Raises ValueError for points that are no images, or too small to be halved so often."""
        if len(shape) != 3:
            raise ValueError(
                f"energy 'convolutional' takes images, and these points have shape {shape}; "
                "choose the energy 'mlp'"
            )
        if min(shape[1:]) >> self.halvings < 1:
            raise ValueError(
                f"an image of {shape[1]} x {shape[2]} cannot be halved {self.halvings} times; "
                "choose fewer halvings"
            )
        return ConvolutionalNetwork(self, shape)


@final
class ConvolutionalNetwork(EnergyNetwork):
    """The network of `Convolutional`."""

    def __init__(self, options: Convolutional, shape: Shape) -> None:
        super().__init__()
        width = options.channels
        layers: list[nn.Module] = [nn.Conv2d(shape[0], width, 3, padding=1), nn.SiLU()]
        for _ in range(options.halvings):
            layers += [nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.SiLU()]
            width *= 2
        self.body = nn.Sequential(*layers, nn.Flatten())
        with torch.no_grad():
            size = self.body(torch.zeros(1, *shape)).shape[1]
        self.head = nn.Linear(size, 1)

    def forward(self, points: Float[Tensor, "n c h w"]) -> Float[Tensor, " n"]:
        energies: Tensor = self.head(self.body(points))
        return energies.squeeze(1)

    def with_gradient(
        self, points: Float[Tensor, "n c h w"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n c h w"]]:
        return by_autograd(self, points)
