"""A classifier as an energy (JEM): one network for p(y | x) and for p(x)."""

from dataclasses import replace
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from ebm_core.contracts import Energy, LogitNetwork, Shape, setting
from ebm_core.energies._perceptron import (
    ACTIVATION,
    CONFINEMENT,
    FOURIER_FEATURES,
    FOURIER_SCALE,
    HIDDEN,
    Hidden,
    PerceptronNetwork,
)
from ebm_core.networks.activations import ActivationName
from ebm_core.networks.perceptron import Features
from ebm_core.networks.portable import PortableEnergy, copied, portable

Quantity = Literal["joint", "uncertainty"]


FEW = 32
"""Logits that there are where nothing says how many: fewer classes, the same weights at first."""


@final
class Classifier(Energy):
    """Dense layers on Fourier features give logits f(x); the energy is read off them.

    - joint: E(x) = -log sum_y exp f(x)_y. Adding a number to all logits leaves p(y | x) as it is
      and moves E: the constant that a softmax ignores is the density.
    - uncertainty: E(x) = a H[p(y | x)] with a learned factor a > 0. Where the classifier is sure,
      points are probable. Classes that overlap are uncertain and yet probable, which it cannot say.

    A quadratic |x|^2 / (2 b^2) is added to both, so that Z exists; far from all data it, and not
    the classifier, decides.

    Source:
        Grathwohl et al. (2020), section 3, https://arxiv.org/abs/1912.03263
    """

    rank: ClassVar[int] = 30
    title: ClassVar[str] = "Classifier"
    summary: ClassVar[str] = "The logits of a classifier, read as an energy (JEM)."

    kind: Literal["classifier"] = "classifier"
    quantity: Quantity = setting(
        "joint",
        title="Energy of",
        description="joint is -log sum exp of the logits; uncertainty is the entropy of p(y | x).",
    )
    classes: int | None = setting(
        None,
        title="Classes",
        ge=2,
        le=1024,
        advanced=True,
        description="Most classes there can be; data that have fewer use the first. Empty is as "
        "many as the data have.",
    )
    hidden: Hidden = HIDDEN
    activation: ActivationName = ACTIVATION
    fourier_features: int = FOURIER_FEATURES
    fourier_scale: float = FOURIER_SCALE
    confinement: float | None = CONFINEMENT

    def build(self, shape: Shape) -> "ClassifierNetwork":
        return ClassifierNetwork(self, torch.Size(shape).numel())


@final
class ClassifierNetwork(PerceptronNetwork, LogitNetwork):
    """The network of `Classifier`."""

    def __init__(self, options: Classifier, dimensions: int) -> None:
        super().__init__(options, dimensions, outputs=options.classes or FEW)
        self.quantity = options.quantity
        self.classes = self.head.out_features
        self.grows = options.classes is None
        self.log_factor = nn.Parameter(torch.tensor(5.0).log())

    def use(self, classes: int) -> None:
        if classes > self.head.out_features and self.grows:
            self.head = nn.Linear(self.head.in_features, classes, device=self.head.weight.device)
            self.flat[-2:] = self.head.parameters()
        if classes > self.head.out_features:
            raise ValueError(
                f"the data have {classes} classes and energy.classes is {self.head.out_features}; "
                f"set energy.classes to at least {classes}"
            )
        self.classes = classes

    def logits(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n k"]:
        return self.read(self.last_hidden(points.flatten(1)))

    def read(self, hidden: Float[Tensor, "n h"]) -> Float[Tensor, "n k"]:
        """The logits in use, from the last hidden layer."""
        return functional.linear(hidden, *self.heads())

    def heads(self) -> tuple[Float[Tensor, "k h"], Float[Tensor, " k"]]:
        """Weights and biases of the logits in use."""
        return self.head.weight[: self.classes], self.head.bias[: self.classes]

    def height(self, logits: Float[Tensor, "n k"]) -> Float[Tensor, " n"]:
        """The energy without the quadratic."""
        if self.quantity == "joint":
            return -logits.logsumexp(1)
        shares = logits.log_softmax(1)
        return -self.log_factor.exp() * (shares.exp() * shares).sum(1)

    def tilt(self, logits: Float[Tensor, "n k"]) -> Float[Tensor, "n k"]:
        """The derivative of `height` by the logits."""
        if self.quantity == "joint":
            return -logits.softmax(1)
        shares = logits.log_softmax(1)
        mean = (shares.exp() * shares).sum(1, keepdim=True)
        return -self.log_factor.exp() * shares.exp() * (shares - mean)

    def forward(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        return self.height(self.logits(points)) + self.confined(points)

    def confined(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        """|x|^2 / (2 b^2)."""
        return 0.5 * self.precision * points.flatten(1).square().sum(1)

    def with_gradient(
        self, points: Float[Tensor, "n ..."]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
        if torch.is_grad_enabled():
            x = points if points.requires_grad else points.detach().requires_grad_()
            energies = self(x)
            (gradient,) = torch.autograd.grad(energies.sum(), x, create_graph=True)
            return energies, gradient
        features = Features.of(points.flatten(1), self.frequencies)
        hidden = features.values
        sums = []
        for layer in self.layers:
            sums.append(layer(hidden))
            hidden = self.activation.forward(sums[-1])
        logits = self.read(hidden)
        slope = self.tilt(logits) @ self.heads()[0]
        for weight, values in zip(reversed(self.flat[:-2:2]), reversed(sums), strict=True):
            slope = self.activation.backward(slope, values) @ weight
        gradient = features.pulled_back(slope).view_as(points) + self.precision * points
        return self.height(logits) + self.confined(points), gradient


@portable.register
def portable_classifier(energy: ClassifierNetwork) -> PortableEnergy:
    """`portable`, of the logits in use."""
    found = energy.layers_as_numbers()
    weight, bias = energy.heads()
    joint = energy.quantity == "joint"
    return replace(
        found,
        layers=(*found.layers[:-1], (copied(weight), copied(bias))),
        reading="log_sum_exp" if joint else "entropy",
        scale=1.0 if joint else energy.log_factor.exp().item(),
    )
