"""What an energy is: a family of functions, and a network that is one of them."""

from abc import ABC, abstractmethod
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from ebm_core.contracts.evaluations import evaluating, gradients, values
from ebm_core.contracts.plug_in import PlugIn, Shape

EVALUATIONS = {"forward": values, "with_gradient": gradients, "logits": values}
"""The methods of a network that evaluate it, and what they count for."""


class EnergyNetwork(nn.Module, ABC):
    """A differentiable E(x), one value a point. Lower is more probable: p(x) = exp(-E(x)) / Z.

    Three more functions are known for any network, and a network with a better form registers it:
    `gradient_alone` and `second_order` in `ebm_core.derivatives`, and `annealed_gradient` in
    `ebm_core.networks.noise_conditioning`. As methods they would be defaults to override. So does
    one that can be written as numbers alone: `portable` in `ebm_core.networks.portable`.

    Evaluations are counted, see `ebm_core.contracts.evaluations`; a derivative that is registered
    says itself what it counts for.
    """

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        for name, count in EVALUATIONS.items():
            if name in vars(cls):
                setattr(cls, name, evaluating(count)(vars(cls)[name]))

    @abstractmethod
    def forward(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        """E(x) for each point."""

    @abstractmethod
    def with_gradient(
        self, points: Float[Tensor, "n ..."]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
        """E(x) and grad_x E(x), as fast as they can be had.

        Under `torch.no_grad` there is no graph (what a sampler's step needs); else both can be
        differentiated again by the weights (what score matching needs).
        """


class LogitNetwork(EnergyNetwork, ABC):
    """An energy that is read off a classifier's logits, so that p(y | x) can be learned with it."""

    @abstractmethod
    def use(self, classes: int) -> None:
        """Leaves all logits but the first `classes` out of everything.

        Raises:
            ValueError: There are not so many.
        """

    @abstractmethod
    def logits(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n k"]:
        """f(x), of which p(y | x) is the softmax."""


class Energy(PlugIn, ABC):
    """A family of energy functions."""

    @abstractmethod
    def build(self, shape: Shape) -> EnergyNetwork:
        """A new network for points of `shape`; its weights come from torch's global generator."""
