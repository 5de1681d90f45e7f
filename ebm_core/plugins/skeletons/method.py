"""A method of your own. It runs as it is (denoising score matching): change a part at a time.

ebm check my_method.py            the tests that every method passes
ebm serve --plugin my_method.py   its card, its form and its runs in the browser
"""

from typing import Any, ClassVar, Literal, final

import torch
from torch import Generator, Tensor

from ebm_core import kit


@final
class MyMethod(kit.Unconditional):
    """The settings: they cannot change by themselves, and every field is one line of the form."""

    title: ClassVar[str] = "My method"
    summary: ClassVar[str] = "What it does, in one sentence for its card."
    family: ClassVar[kit.Family] = "score_matching"  # the group of cards it stands in
    equation: ClassVar[str] = r"L = \tfrac{1}{2} \mathbb{E} \lVert \sigma \nabla E - n \rVert^2"
    source: ClassVar[str] = "The paper: authors, year, address"

    kind: Literal["my_method"] = "my_method"  # its name in files and on the command line
    noise_level: float = kit.setting(
        0.1, title="Noise level", symbol="σ", gt=0, le=10, live=True,  # may change during a run
        size=1,
        description="Standard deviation of the perturbation, in data units.",
    )  # fmt: skip

    @classmethod
    def recipe(cls, shape: kit.Shape) -> kit.Recipe:
        """What pressing play gives, beside the defaults; shape is (2,) or that of an image."""
        return {"optimization": {"learning_rate": 3e-3}}

    @property
    def smoothing(self) -> float:
        """It learns the data blurred by a Gaussian of this width; 0: the data themselves."""
        return self.noise_level

    def display_sampler(self, shape: kit.Shape) -> kit.Sampler:
        return kit.Mala()  # moves the chains on the stage, and those of `ebm sample`

    def learner(self, task: kit.Task) -> kit.Learner:
        return MyLearner(self, task)


@final
class MyLearner(kit.Learner):
    def __init__(self, method: MyMethod, task: kit.Task) -> None:
        # networks that are made here take their weights from the run's seed by themselves
        self.method, self.task = method, task
        self.descent = kit.Descent(task.energy.parameters(), task.schedule)  # Adam, on the schedule

    def update(self, positives: Tensor) -> kit.Metrics:
        """One step on a batch, in the model's units; all randomness comes from task.generator."""
        noise = torch.empty_like(positives).normal_(generator=self.task.generator)
        sigma = self.method.noise_level
        energies, gradients = self.task.energy.with_gradient(positives + sigma * noise)
        loss = (sigma * gradients - noise).square().flatten(1).sum(1).mean() / 2
        grad_norm = self.descent(loss)
        energy_data = energies.detach().mean()
        return {"loss": loss.detach(), "grad_norm": grad_norm, "energy_data": energy_data}

    def reconfigure(self, method: kit.Method) -> None:  # a live field has changed
        self.method = MyMethod.model_validate(method)

    def picture(self) -> kit.Picture:  # points and series of its own for the stage and the charts
        return kit.Picture()

    def samples(self, count: int, generator: Generator) -> Tensor | None:  # None: it keeps none
        return None

    def state(self) -> dict[str, Any]:  # all that `update` depends on, so that a run can resume
        return {"descent": self.descent.state()}

    def load_state(self, state: dict[str, Any]) -> None:
        self.descent.load_state(state["descent"])
