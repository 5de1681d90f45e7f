"""Residual networks for images: as an energy, and as a classifier that is one."""

from typing import ClassVar, Literal, final

from jaxtyping import Float
from torch import Tensor, nn

from ebm_core.contracts import Energy, EnergyNetwork, LogitNetwork, Shape, setting
from ebm_core.derivatives.gradient import by_autograd
from ebm_core.networks.residual import ResidualTrunk

CHANNELS = setting(
    32,
    title="Channels",
    ge=4,
    le=512,
    description="Channels of the first stage; doubled where the image is halved.",
)
BLOCKS = setting(1, title="Blocks a stage", ge=1, le=16, description="Of two convolutions each.")
HALVINGS = setting(2, title="Halvings", ge=1, le=5, description="One more is the number of stages.")
SPECTRAL_NORM = setting(
    False,
    title="Spectral norm",
    advanced=True,
    description="Divides each convolution by its largest singular value, so that energies stay "
    "smooth; training is slower by a third.",
)


@final
class Residual(Energy):
    """Residual blocks with SiLU, the mean over all places, and a linear head.

    Source:
        Du and Mordatch (2019), appendix A.6, https://arxiv.org/abs/1903.08689
    """

    rank: ClassVar[int] = 21
    title: ClassVar[str] = "Residual"
    summary: ClassVar[str] = "Residual convolutions for images, as IGEBM has them."

    kind: Literal["residual"] = "residual"
    channels: int = CHANNELS
    blocks: int = BLOCKS
    halvings: int = HALVINGS
    spectral_norm: bool = SPECTRAL_NORM

    def build(self, shape: Shape) -> "ResidualNetwork":
        """Raises ValueError for points that are no images, or too small to be halved so often."""
        trunk = ResidualTrunk(shape, self.channels, self.blocks, self.halvings, self.spectral_norm)
        return ResidualNetwork(trunk)


@final
class ResidualNetwork(EnergyNetwork):
    """The network of `Residual`."""

    def __init__(self, trunk: ResidualTrunk) -> None:
        super().__init__()
        self.trunk = trunk
        self.head = nn.Linear(trunk.width, 1)

    def forward(self, points: Float[Tensor, "n c h w"]) -> Float[Tensor, " n"]:
        energies: Tensor = self.head(self.trunk(points))
        return energies.squeeze(1)

    def with_gradient(
        self, points: Float[Tensor, "n c h w"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n c h w"]]:
        return by_autograd(self, points)


@final
class ResidualClassifier(Energy):
    """E(x) = -log sum_y exp f(x)_y of a residual classifier without batch normalisation.

    With channels = 160, blocks = 4 and halvings = 2 it has the size of the Wide ResNet 28-10 that
    JEM is trained with.

    Source:
        Grathwohl et al. (2020), section 3 and appendix, https://arxiv.org/abs/1912.03263
    """

    rank: ClassVar[int] = 31
    title: ClassVar[str] = "Residual classifier"
    summary: ClassVar[str] = "The logits of a residual network for images, read as an energy (JEM)."

    kind: Literal["residual_classifier"] = "residual_classifier"
    channels: int = CHANNELS
    blocks: int = BLOCKS
    halvings: int = HALVINGS
    spectral_norm: bool = SPECTRAL_NORM

    def build(self, shape: Shape) -> "ResidualClassifierNetwork":
        """Raises ValueError for points that are no images, or too small to be halved so often."""
        trunk = ResidualTrunk(shape, self.channels, self.blocks, self.halvings, self.spectral_norm)
        return ResidualClassifierNetwork(trunk)


@final
class ResidualClassifierNetwork(LogitNetwork):
    """The network of `ResidualClassifier`; it has as many logits as `use` is told, 10 before."""

    def __init__(self, trunk: ResidualTrunk) -> None:
        super().__init__()
        self.trunk = trunk
        self.head = nn.Linear(trunk.width, 10)

    def use(self, classes: int) -> None:
        if classes != self.head.out_features:
            like = self.head.weight
            self.head = nn.Linear(self.trunk.width, classes, device=like.device, dtype=like.dtype)

    def logits(self, points: Float[Tensor, "n c h w"]) -> Float[Tensor, "n k"]:
        logits: Tensor = self.head(self.trunk(points))
        return logits

    def forward(self, points: Float[Tensor, "n c h w"]) -> Float[Tensor, " n"]:
        logits: Tensor = self.head(self.trunk(points))
        return -logits.logsumexp(1)

    def with_gradient(
        self, points: Float[Tensor, "n c h w"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n c h w"]]:
        return by_autograd(self, points)
