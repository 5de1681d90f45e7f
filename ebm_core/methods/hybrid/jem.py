"""A joint energy model: a classifier that is also a density."""

import copy
from typing import Any, ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from ebm_core.chains.run import run
from ebm_core.contracts import (
    EnergyNetwork,
    Family,
    Learner,
    LogitNetwork,
    Method,
    Metrics,
    Picture,
    Recipe,
    Sampler,
    Shape,
    Task,
    Tuning,
    Unconditional,
    setting,
)
from ebm_core.contracts.evaluations import counted_in
from ebm_core.contracts.phases import observer
from ebm_core.methods._chain_phases import tell_buffer, tell_data, tell_stored
from ebm_core.methods._image_recipes import IMAGE_SAMPLER
from ebm_core.methods._likelihood import LikelihoodAscent
from ebm_core.methods._likelihood_phases import Sides
from ebm_core.methods._replay import enough_kept, moved_now
from ebm_core.methods.hybrid._class_phases import ClassTerm
from ebm_core.methods.hybrid._classification import TEST, far_points, judged, uncertainties
from ebm_core.optimization import Average, Descent
from ebm_core.randomness.subset import some_of
from ebm_core.samplers import AnySampler
from ebm_core.samplers.random_walk import RandomWalk

PERIOD = 50
"""Updates between two looks at the test points."""

DENSITY = r"-\log p(x)"
CLASSES = r"- w \log p(y \mid x)"


@final
class JointEnergy(Unconditional):
    """Logits f(x) give p(y | x) by softmax and E(x) = -log sum_y exp f(x)_y, trained together.

    The loss is w times the cross entropy of a few labelled points, plus maximum likelihood of x by
    persistent chains. A plain classifier with the same labels and the same first weights trains
    beside it, to compare. Far from all data, part of JEM's detection is the confining quadratic's
    doing: it raises E there whatever the classifier says.

    Source:
        Grathwohl et al. (2020), sections 3 to 5, https://arxiv.org/abs/1912.03263
    """

    rank: ClassVar[int] = 40
    title: ClassVar[str] = "JEM"
    summary: ClassVar[str] = (
        "A classifier that learns the density too: calibrated, and unsure where there are no data."
    )
    family: ClassVar[Family] = "hybrid"
    equation: ClassVar[str] = (
        rf"E(x) = -\log \textstyle\sum_y e^{{f(x)_y}}, \quad L = {DENSITY} {CLASSES}"
    )
    source: ClassVar[str] = "Grathwohl et al. 2020, https://arxiv.org/abs/1912.03263"

    kind: Literal["jem"] = "jem"
    labels: int = setting(
        100,
        title="Labelled points",
        divided=True,
        ge=2,
        le=100_000,
        log=True,
        description="Points whose class is known.",
    )
    unlabelled: bool = setting(
        True,
        title="Unlabelled points",
        live=True,
        description="Learn the density from fresh points without labels; else from the labelled "
        "ones alone, which it then overfits when they are few.",
    )
    classification_weight: float = setting(
        1.0,
        title="Classification weight",
        symbol="w",
        ge=0,
        le=100,
        live=True,
        description="Weight of the cross entropy beside the likelihood.",
    )
    sampler: AnySampler = setting(
        RandomWalk(), title="Sampler", description="What moves the chains."
    )
    chain_steps: int = setting(
        8,
        title="Chain steps",
        symbol="k",
        ge=1,
        le=500,
        live=True,
        description="Sampler steps per update.",
    )
    chains: int = setting(
        256,
        title="Chains",
        divided=True,
        ge=2,
        le=65536,
        log=True,
        description="Persistent chains moved at each update.",
    )
    buffer_size: int | None = setting(
        None,
        title="Buffer size",
        divided=True,
        ge=2,
        le=1_000_000,
        log=True,
        advanced=True,
        description="Chains that are kept, at least as many as are moved; empty where all are.",
    )
    restart_share: float = setting(
        0.05,
        title="Restarts",
        ge=0,
        le=1,
        live=True,
        advanced=True,
        description="Share of the moved chains that start afresh at each update.",
    )
    restart_from: Literal["data", "noise"] = setting(
        "data", title="Restart from", advanced=True, description="noise in the paper."
    )

    @classmethod
    def recipe(cls, shape: Shape) -> Recipe:
        if len(shape) == 1:
            return {"energy": {"kind": "classifier"}, "optimization": {"learning_rate": 5e-3}}
        return {
            "method": {
                "sampler": IMAGE_SAMPLER,
                "chain_steps": 12,
                "chains": 128,
            },
            "energy": {
                "kind": "classifier",
                "hidden": [256, 256],
                "fourier_features": 0,
            },
            "optimization": {"learning_rate": 1e-3, "averaging": 0.998, "gradient_clip": 1.0},
        }

    @property
    def smoothing(self) -> float:
        return 0.0

    def display_sampler(self, shape: Shape) -> Sampler:
        return self.sampler

    def refuse(self, classes: int, network: EnergyNetwork) -> None:
        if classes < 2:
            raise ValueError(
                "method 'jem' needs data of several classes, and these have one; choose a dataset "
                "with separate parts, such as 'pinwheel' or 'moons', or give your data labels "
                "(pictures: a sub-folder for each class)"
            )
        enough_kept(self.chains, self.buffer_size or self.chains)
        with_logits(network).use(classes)

    def learner(self, task: Task) -> "JointEnergyLearner":
        """Raises ValueError for an energy without logits."""
        network = with_logits(task.energy)
        network.use(task.classes)
        return JointEnergyLearner(self, task, network)


def with_logits(network: EnergyNetwork) -> LogitNetwork:
    """Raises ValueError where it has none."""
    if not isinstance(network, LogitNetwork):
        raise ValueError(
            "method 'jem' reads its energy off a classifier's logits; choose the energy "
            "'classifier'"
        )
    return network


@final
class JointEnergyLearner(Learner):
    """The labelled points, the chains and the plain classifier of one run."""

    def __init__(self, method: JointEnergy, task: Task, network: LogitNetwork) -> None:
        self.method = method
        self.task = task
        self.network = network
        self.plain = copy.deepcopy(network)
        decay = task.schedule.options.averaging
        self.average = Average(network, decay)
        self.plain_average = Average(self.plain, decay)
        self.ascent = LikelihoodAscent(task, Sides(DENSITY, DENSITY))
        self.descent = Descent(self.plain.parameters(), task.schedule)
        self.points, self.labels = task.sample_labelled(method.labels)
        self.test = task.held_out_labelled(TEST)
        self.far = far_points(task)
        self.buffer = self.fresh(method.buffer_size or method.chains).clone()
        self.tuning: Tuning | None = None

    @property
    def classifiers(self) -> dict[str, LogitNetwork]:
        """The joint model and the plain classifier, with the weights that are judged."""
        return {"joint": self.average.network, "softmax": self.plain_average.network}

    def learned(self, count: int) -> Float[Tensor, "count ..."]:
        """Points of the data whose density is learned."""
        if self.method.unlabelled:
            return self.task.sample_data(count)
        return self.points[self.some(count)]

    def fresh(self, count: int) -> Float[Tensor, "count ..."]:
        """New starting points."""
        if self.method.restart_from == "noise":
            return self.task.sample_noise(count)
        return self.learned(count)

    def some(self, count: int) -> Tensor:
        """Rows of labelled points, drawn with replacement."""
        task, size = self.task, len(self.points)
        return torch.randint(size, (count,), generator=task.generator, device=task.device)

    def update(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        """One update of the joint model, and one of the plain classifier on the same labels."""
        method, task = self.method, self.task
        slots = moved_now(method.chains, len(self.buffer), task)
        starts = self.buffer[slots]
        draws = torch.rand(len(slots), generator=task.generator, device=task.device)
        restarted = (draws < method.restart_share).nonzero().squeeze(1)
        starts[restarted] = self.fresh(len(restarted))
        if seen := observer():
            tell_buffer(seen, starts, slots, restarted, method.restart_from, DENSITY)
        sampler, steps = method.sampler, method.chain_steps
        ends = run(sampler, task.energy, starts, steps, task.generator, self.tuning)
        self.buffer[slots], self.tuning = ends.points, ends.tuning

        points, labels = self.points, self.labels
        if len(points) > len(positives):
            rows = self.some(len(positives))
            points, labels = points[rows], labels[rows]
        if not method.unlabelled:
            positives = self.learned(len(positives))
        crossed = functional.cross_entropy(self.network.logits(points), labels)
        penalty = method.classification_weight * crossed
        class_term = None
        if seen:
            tell_data(seen, positives, positives, DENSITY)
            class_term = ClassTerm(seen, CLASSES, self.network, points, labels)
        metrics = self.ascent(positives, ends.points, penalty=penalty)
        if seen and class_term:
            class_term.tell(method.classification_weight)
            tell_stored(seen, ends.points, slots, DENSITY)
        with counted_in(None):  # no energy learns from it
            plain_crossed = functional.cross_entropy(self.plain.logits(points), labels)
        self.descent(plain_crossed)
        self.average.update(self.network, task.schedule.step)
        self.plain_average.update(self.plain, task.schedule.step)
        return {
            **metrics,
            **ends.metrics,
            "cross_entropy": crossed.detach(),
            "softmax_cross_entropy": plain_crossed.detach(),
            **(self.figures() if task.schedule.step % PERIOD == 0 else {}),
        }

    @counted_in(None)
    @torch.no_grad()
    def figures(self) -> dict[str, float]:
        """Accuracy, calibration and detection of far points, of both classifiers."""
        return judged(self.average.network, self.plain_average.network, *self.test, self.far)

    def reconfigure(self, method: Method) -> None:
        self.method = JointEnergy.model_validate(method)

    @torch.no_grad()
    def picture(self) -> Picture:
        """Chains, labelled points, and 1 - max p(y | x) of both classifiers on a grid."""
        maps = uncertainties(self.average.network, self.plain_average.network, self.task)
        values = {"labels": self.labels.float(), **maps}
        return Picture({"negatives": self.buffer[:256], "labelled": self.points}, values)

    def samples(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."]:
        """Ends of the chains, without repetition."""
        return some_of(self.buffer, count, generator)

    def state(self) -> dict[str, Any]:
        return {
            "ascent": self.ascent.state(),
            "descent": self.descent.state(),
            "plain": self.plain.state_dict(),
            "average": self.average.network.state_dict(),
            "plain_average": self.plain_average.network.state_dict(),
            "points": self.points,
            "labels": self.labels,
            "buffer": self.buffer,
            "tuning": self.tuning,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        self.ascent.load_state(state["ascent"])
        self.descent.load_state(state["descent"])
        self.plain.load_state_dict(state["plain"])
        self.average.network.load_state_dict(state["average"])
        self.plain_average.network.load_state_dict(state["plain_average"])
        self.points, self.labels = state["points"], state["labels"]
        self.buffer = state["buffer"]
        self.tuning = state["tuning"] and Tuning(*state["tuning"])
