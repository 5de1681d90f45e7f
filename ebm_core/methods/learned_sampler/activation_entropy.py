"""A learned sampler whose entropy is read off its batch-norm scales (Kim and Bengio)."""

import copy
import dataclasses
from typing import Any, ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import (
    EnergyNetwork,
    Learner,
    Method,
    Metrics,
    Picture,
    Recipe,
    Shape,
    Task,
    setting,
)
from ebm_core.contracts.phases import observer
from ebm_core.evaluation.kernel_density import KernelDensity
from ebm_core.methods._image_recipes import IMAGE_ENERGY
from ebm_core.methods._likelihood import LikelihoodAscent, slope_penalty
from ebm_core.methods._likelihood_phases import Sides
from ebm_core.methods.learned_sampler._architectures import ARCHITECTURE, WIDTH, Architecture
from ebm_core.methods.learned_sampler._generator import AVERAGING, Generator, downhill
from ebm_core.methods.learned_sampler._importance import (
    CENTRES,
    DEFENSIVE_SHARE,
    ESTIMATOR,
    Broad,
    Estimator,
    enough_centres,
    weighted_negatives,
)
from ebm_core.methods.learned_sampler._method import GeneratorMethod
from ebm_core.methods.learned_sampler._momentum import choose_momentum
from ebm_core.methods.learned_sampler._sampler_phases import (
    ENERGY,
    EXACT,
    GeneratorStep,
    tell_weights,
)
from ebm_core.optimization import Average, Descent
from ebm_core.randomness.noise import blurred

SCALES = r"- w \textstyle\sum_i \log |\gamma_i|"


@final
class ActivationEntropy(GeneratorMethod):
    """The generator minimises mean E(G(z)) - w sum log |gamma|, gamma its batch-norm scales.

    A normalised activation with scale gamma has, were it Gaussian, the entropy
    log(2 pi e gamma^2) / 2. It is no entropy of x: a later layer undoes gamma, so gamma grows for
    ever while x need not spread (see the metric "log_scale").

    - paper: negatives count equally. The generator finds the modes, driven off those that it
      crowds by the energy that rises there; so the energy is no density.
    - corrected (default, as it gives the better energy by far): generator and a rival energy play
      the paper's game, and the energy that is shown learns from their samples: a kernel density
      over them and a broad Gaussian give negatives, weighted by exp(-E) / proposal, which pull the
      G(z) to the modes that these have left. Against that energy itself the generator stays in the
      modes that it finds first, for this entropy does not hold it to all.

    Source:
        Kim and Bengio (2016), sections 3.1 and 3.2, https://arxiv.org/abs/1606.03439
    """

    rank: ClassVar[int] = 20
    title: ClassVar[str] = "Activation entropy"
    summary: ClassVar[str] = (
        "A generator samples for the energy; its batch-norm scales stand in for its entropy."
    )
    equation: ClassVar[str] = rf"\min_G \; {EXACT} {SCALES}"
    source: ClassVar[str] = "Kim and Bengio 2016, https://arxiv.org/abs/1606.03439"

    kind: Literal["activation_entropy"] = "activation_entropy"
    estimator: Estimator = ESTIMATOR
    entropy_weight: float = setting(
        0.01,
        title="Entropy weight",
        symbol="w",
        ge=0,
        le=100,
        live=True,
        description="Weight of the scales' entropy, 1 in the paper; 0 leaves it out.",
    )
    generator_rate: float = setting(
        0.5,
        title="Generator rate",
        gt=0,
        le=100,
        log=True,
        advanced=True,
        description="The generator's learning rate as a share of the energy's.",
    )
    latents: int = setting(
        4, title="Latents", ge=1, le=1024, description="Entries of z, the generator's input."
    )
    generator: Architecture = ARCHITECTURE
    width: int = WIDTH
    negatives: int = setting(
        256,
        title="Negatives",
        divided=True,
        ge=4,
        le=65536,
        log=True,
        description="Samples of an update.",
    )
    spread: float = setting(
        0.2,
        title="Kernel width",
        symbol="s",
        ge=0.01,
        le=1,
        advanced=True,
        size=1,
        description="Standard deviation of the kernels on G(z), in data units (corrected).",
    )
    centres: int = CENTRES
    defensive_share: float = DEFENSIVE_SHARE
    gradient_penalty: float = setting(
        0.1,
        title="Gradient penalty",
        ge=0,
        le=100,
        live=True,
        advanced=True,
        description="Weight of the mean of |grad E|^2 at the data, where the generator plays. The "
        "paper has none; without it that energy runs away.",
    )

    @classmethod
    def recipe(cls, shape: Shape) -> Recipe:
        if len(shape) == 1:
            return {
                "method": {"generator_rate": 3.0},
                "optimization": {"learning_rate": 3e-3},
            }
        return {
            "method": {
                "estimator": "paper",
                "entropy_weight": 0.02,
                "generator_rate": 3.0,
                "latents": 32,
                "width": 256,
                "negatives": 64,
                "gradient_penalty": 0.1,
            },
            "energy": {**IMAGE_ENERGY, "confinement": 8.0},
            "optimization": {
                "learning_rate": 1e-3,
                "decay_updates": 30_000,
                "batch_size": 64,
                "gradient_clip": 10.0,
            },
        }

    def refuse(self, classes: int, network: EnergyNetwork) -> None:
        enough_centres(self.centres, self.negatives)

    def learner(self, task: Task) -> "ActivationEntropyLearner":
        return ActivationEntropyLearner(self, task)


@final
class ActivationEntropyLearner(Learner):
    """The generator of one run."""

    def __init__(self, method: ActivationEntropy, task: Task) -> None:
        self.method = method
        self.task = task
        self.ascent = LikelihoodAscent(task, Sides(ENERGY, ENERGY, "generator"))
        self.broad = Broad(task.shape, task.device, task.groups)
        self.rival = copy.deepcopy(task.energy)
        sides = Sides(ENERGY, ENERGY, "generator", "the rival energy")
        self.rival_ascent = LikelihoodAscent(dataclasses.replace(task, energy=self.rival), sides)
        fixed = (method.spread, method.spread)
        self.generator = Generator(
            method.latents,
            method.width,
            task.shape,
            method.spread,
            fixed,
            batch_norm=True,
            architecture=method.generator,
        ).to(task.device)
        self.average = Average(self.generator, AVERAGING)
        self.descent = Descent(self.generator.parameters(), task.schedule, method.generator_rate)
        choose_momentum(method.estimator, self.ascent.descent, self.descent)

    def update(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        """One update of the energy (and of its rival), then one of the generator."""
        method, task = self.method, self.task
        latents = self.generator.draw_latents(method.negatives, task.generator)
        drawn = self.generator(latents)
        step = None
        if seen := observer():
            seen.take(positives, "")
            step = GeneratorStep(seen, self.generator, latents, drawn)
        paper = method.estimator == "paper"
        opponent, ascent = (task.energy, self.ascent) if paper else (self.rival, self.rival_ascent)
        pull = torch.zeros_like(drawn)
        penalty = slope_penalty(opponent, positives, method.gradient_penalty)
        metrics = ascent(positives, drawn, penalty=penalty)
        if not paper:
            metrics, pull = self.corrected(positives, drawn.detach())
        with torch.no_grad():
            energies, slopes = opponent.with_gradient(drawn)
        log_scales = torch.cat([scale.abs().log() for scale in self.generator.scales])
        if step:
            step.forces(slopes, pull)
            step.energies(energies, slopes, "The energy" if paper else "The rival energy")
            step.spread_by_scales(SCALES, method.entropy_weight)
            if not paper:
                step.pull(pull)
        self.descent(downhill(drawn, slopes - pull) - method.entropy_weight * log_scales.sum())
        self.generator.agree(task.ranks)
        self.average.update(self.generator, task.schedule.step)
        if step:
            step.tell()
        return {
            **metrics,
            "log_scale": log_scales.detach().mean(),
            "generator_energy": energies.mean(),
        }

    def corrected(
        self, positives: Float[Tensor, "n ..."], drawn: Float[Tensor, "m ..."]
    ) -> tuple[Metrics, Tensor]:
        """One update of the energy with negatives weighted by exp(-E) / proposal."""
        method, task = self.method, self.task
        defensive = round(method.defensive_share * method.negatives)
        with torch.no_grad():
            count = method.centres - method.negatives
            more = self.generator.settled(self.generator.draw_latents(count, task.generator))
            density = KernelDensity(torch.cat([drawn, more]), self.generator.spread)
            near = drawn[: method.negatives - defensive]
            samples = blurred(near, self.generator.spread, task.generator)
        found = weighted_negatives(
            task.energy, samples, density, self.broad, defensive, task.generator, task.ranks
        )
        if seen := observer():
            tell_weights(seen, found.points, found.weights, found.effective, defensive)
        pull = density.pull(found.points, found.weights)[: len(drawn)]
        return {
            **self.ascent(positives, found.points, found.weights),
            "effective_negatives": found.effective,
        }, pull.view_as(drawn)

    def reconfigure(self, method: Method) -> None:
        self.method = ActivationEntropy.model_validate(method)
        choose_momentum(self.method.estimator, self.ascent.descent, self.descent)

    def picture(self) -> Picture:
        return Picture({"generator": self.average.network.settled(self.generator.shown_latents())})

    def samples(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."]:
        """G(z) itself, without the kernels' noise."""
        return self.average.network.sample(count, generator, noisy=False)

    def state(self) -> dict[str, Any]:
        return {
            "ascent": self.ascent.state(),
            "rival": self.rival.state_dict(),
            "rival_ascent": self.rival_ascent.state(),
            "generator": self.generator.state_dict(),
            "average": self.average.network.state_dict(),
            "descent": self.descent.state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        self.ascent.load_state(state["ascent"])
        self.rival.load_state_dict(state["rival"])
        self.rival_ascent.load_state(state["rival_ascent"])
        self.generator.load_state_dict(state["generator"])
        self.average.network.load_state_dict(state.get("average", state["generator"]))
        self.descent.load_state(state["descent"])
