"""The class term of a joint model as phases: what it believed of labelled points, and believes."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ebm_core.contracts import LogitNetwork
from ebm_core.contracts.evaluations import counted_in
from ebm_core.contracts.phases import Phases, first, from_to, number


class ClassTerm:
    """The labelled points of one update, seen before it and told after it."""

    def __init__(
        self,
        phases: Phases,
        term: str,
        network: LogitNetwork,
        points: Float[Tensor, "n ..."],
        labels: Int[Tensor, " n"],
    ) -> None:
        self.phases = phases
        self.term = term
        self.network = network
        self.points, self.labels = first(points), first(labels)
        self.before = self.chances()
        self.count = len(points)

    @torch.no_grad()
    @counted_in(None)
    def chances(self) -> Float[Tensor, " n"]:
        """p(y | x) of each point's own class."""
        all_classes = self.network.logits(self.points).softmax(1)
        chances: Tensor = all_classes.gather(1, self.labels[:, None]).squeeze(1)
        return chances

    def tell(self, weight: float) -> None:
        """Adds the phase of the class term, once the weights have moved."""
        after = self.chances()
        self.phases.add(
            "Learn the classes",
            self.term,
            f"The same step learns p(y | x) of {self.count} labelled points, with the weight w "
            f"{number(weight)}: on those shown {from_to(self.before.mean(), after.mean())} on "
            "average.",
            {"labelled": self.points},
            {},
            {"labelled": {"class": self.labels, "chance": self.before, "chance_after": after}},
        )
