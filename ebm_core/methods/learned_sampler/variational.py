"""A learned sampler with a variational entropy gradient (VERA)."""

import math
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
from ebm_core.contracts.phases import number, observer
from ebm_core.evaluation.kernel_density import KernelDensity
from ebm_core.methods._chain_phases import tell_data
from ebm_core.methods._image_recipes import IMAGE_ENERGY, LARGE
from ebm_core.methods._likelihood import GRADIENT_PENALTY, LikelihoodAscent, slope_penalty
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
from ebm_core.methods.learned_sampler._posterior import posterior_score
from ebm_core.methods.learned_sampler._sampler_phases import (
    ENERGY,
    EXACT,
    GeneratorStep,
    tell_weights,
)
from ebm_core.optimization import Average, Descent
from ebm_core.randomness.noise import blurred

ENTROPY = "- H(q_G)"


@final
class Variational(GeneratorMethod):
    """The generator x = G(z) + s n minimises mean E(x) - H(q); the energy is raised at its samples.

    The entropy's gradient needs grad log q(x) = mean over q(z | x) of (G(z) - x) / s^2.

    - paper: q(z | x) by self-normalised importance sampling around the z that made x; negatives
      count equally, with a penalty on |grad E| at the data, and Adam has no momentum, without which
      the two do not settle. The generator is good, the energy no density.
    - corrected: grad log q from the density q(x) = mean over many z of N(x; G(z), s^2), and
      negatives drawn from q and a broad Gaussian, weighted by exp(-E) / proposal, so that their
      mean gradient is that of the energy's own samples and exp(-E) / Z becomes the data's density.
      They pull the G(z) as well, down KL(p || q): E - H(q) alone finds no mode that G has left.

    Source:
        Grathwohl et al. (2021), sections 3 and 4, https://arxiv.org/abs/2010.04230
    """

    rank: ClassVar[int] = 22
    title: ClassVar[str] = "Variational"
    summary: ClassVar[str] = (
        "A generator samples for the energy; its entropy keeps all modes (VERA)."
    )
    equation: ClassVar[str] = rf"\min_G \; {EXACT} {ENTROPY}"
    source: ClassVar[str] = "Grathwohl et al. 2020, https://arxiv.org/abs/2010.04230"

    kind: Literal["variational"] = "variational"
    estimator: Estimator = ESTIMATOR
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
    spread: float = setting(
        0.2,
        title="Spread",
        symbol="s",
        ge=0.01,
        le=0.3,
        size=1,
        description="Standard deviation of the noise on G(z) at the start, in data units; learned.",
    )
    negatives: int = setting(
        256,
        title="Negatives",
        divided=True,
        ge=2,
        le=65536,
        log=True,
        description="Samples of an update.",
    )
    centres: int = CENTRES
    defensive_share: float = DEFENSIVE_SHARE
    entropy_weight: float = setting(
        1.0,
        title="Entropy weight",
        symbol="λ",
        ge=0,
        le=100,
        live=True,
        advanced=True,
        description="Weight of the entropy's gradient, 0.0001 for the paper's images (paper).",
    )
    posterior_samples: int = setting(
        20,
        title="Posterior samples",
        ge=2,
        le=1000,
        advanced=True,
        description="Draws of z for q(z | x) (paper).",
    )
    posterior_spread: float = setting(
        0.1,
        title="Posterior spread",
        gt=0,
        le=10,
        advanced=True,
        description="Standard deviation of those draws around the z that made x (paper).",
    )
    gradient_penalty: float = GRADIENT_PENALTY

    @classmethod
    def recipe(cls, shape: Shape) -> Recipe:
        if len(shape) == 1:
            return {
                "method": {"generator_rate": 1.5},
                "optimization": {"learning_rate": 3e-3},
            }
        return {
            "method": {
                "estimator": "paper",
                "latents": 32,
                "width": 256,
                "negatives": 64,
                "posterior_samples": 3,
                "entropy_weight": 0.05,
                "generator_rate": 3.0,
            },
            "energy": IMAGE_ENERGY,
            "optimization": {
                "learning_rate": 1e-3,
                # with a rate that lasts, MNIST is grey noise after 25,000 updates
                "decay_updates": 8_000 if math.prod(shape) > LARGE else 30_000,
                "batch_size": 64,
            },
        }

    def refuse(self, classes: int, network: EnergyNetwork) -> None:
        enough_centres(self.centres, self.negatives)

    def learner(self, task: Task) -> "VariationalLearner":
        return VariationalLearner(self, task)


class VariationalLearner(Learner):
    """The generator of one run."""

    def __init__(self, method: Variational, task: Task) -> None:
        self.method = method
        self.task = task
        self.ascent = LikelihoodAscent(task, Sides(ENERGY, ENERGY, "generator"))
        self.broad = Broad(task.shape, task.device, task.groups)
        self.generator = Generator(
            method.latents,
            method.width,
            task.shape,
            method.spread,
            (0.01, 0.3),
            architecture=method.generator,
        ).to(task.device)
        self.average = Average(self.generator, AVERAGING)
        self.descent = Descent(self.generator.parameters(), task.schedule, method.generator_rate)
        choose_momentum(method.estimator, self.ascent.descent, self.descent)

    def update(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        corrected = self.method.estimator == "corrected"
        metrics = self.corrected(positives) if corrected else self.paper(positives)
        self.average.update(self.generator, self.task.schedule.step)
        return metrics

    def corrected(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        """One update of both with a density estimate of q.

        The first centres, blurred, are fair draws of q; they serve as negatives and as the
        generator's samples.
        """
        method, task = self.method, self.task
        defensive = round(method.defensive_share * method.negatives)
        near = method.negatives - defensive
        latents = self.generator.draw_latents(method.centres, task.generator)
        drawn = self.generator(latents[:near])
        samples = blurred(drawn, self.generator.spread, task.generator)
        with torch.no_grad():
            centres = torch.cat([drawn, self.generator(latents[near:])])
            density = KernelDensity(centres, self.generator.spread)
        step = None
        if seen := observer():
            seen.take(positives, "")
            step = GeneratorStep(seen, self.generator, latents[:near], drawn)
            step.blur(samples)
        found = weighted_negatives(
            task.energy, samples, density, self.broad, defensive, task.generator, task.ranks
        )
        if seen:
            tell_weights(seen, found.points, found.weights, found.effective, defensive)
        metrics = self.ascent(positives, found.points, found.weights)
        slopes = found.gradients[:near] + found.score[:near]
        pull = density.pull(found.points, found.weights)[:near].view_as(drawn)
        if step:
            step.forces(found.gradients[:near], found.score[:near], pull)
            step.energies(found.energies[:near], found.gradients[:near], "The energy")
            entropy = -found.log_density[:near].mean()
            said = f"The entropy of q is {number(entropy)} nats; −∇ log q drives samples apart."
            step.force("The entropy term", "entropy", ENTROPY, said, -found.score[:near])
            step.pull(pull)
        self.descent(downhill(samples, slopes) + downhill(drawn, -pull))
        if step:
            step.tell()
        return {
            **metrics,
            "entropy": -found.log_density[:near].mean(),
            "generator_energy": found.energies[:near].mean(),
            "effective_negatives": found.effective,
            "spread": self.generator.spread.detach(),
        }

    def paper(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        """One update of both with importance samples of q(z | x).

        The data get the noise that the generator's samples have: else the energy learns to tell
        noise from none, and falls without bound.
        """
        method, task = self.method, self.task
        clean = positives
        positives = blurred(positives, self.generator.spread.detach(), task.generator)
        latents = self.generator.draw_latents(method.negatives, task.generator)
        centres = self.generator(latents)
        samples = blurred(centres, self.generator.spread, task.generator)
        step = None
        if seen := observer():
            tell_data(seen, clean, positives, "")
            step = GeneratorStep(seen, self.generator, latents, centres)
            step.blur(samples)
        penalty = slope_penalty(task.energy, positives, method.gradient_penalty)
        metrics = self.ascent(positives, samples, penalty=penalty)

        with torch.no_grad():
            energies, gradients = task.energy.with_gradient(samples)
            score = posterior_score(
                self.generator,
                samples,
                latents,
                method.posterior_samples,
                method.posterior_spread,
                task.generator,
            )
            score = method.entropy_weight * score
            slopes = gradients + score
        if step:
            step.forces(gradients, score)
            step.energies(energies, gradients, "The energy")
            said = f"−∇ log q by {method.posterior_samples} draws around each z drives them apart."
            step.force("The entropy term", "entropy", ENTROPY, said, -score)
        self.descent(downhill(samples, slopes))
        if step:
            step.tell()
        return {
            **metrics,
            "generator_energy": energies.mean(),
            "spread": self.generator.spread.detach(),
        }

    def reconfigure(self, method: Method) -> None:
        self.method = Variational.model_validate(method)
        choose_momentum(self.method.estimator, self.ascent.descent, self.descent)

    def picture(self) -> Picture:
        return Picture({"generator": self.average.network.settled(self.generator.shown_latents())})

    def samples(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."]:
        """Draws of q; G(z) itself where its noise is no part of a density (paper)."""
        return self.average.network.sample(count, generator, self.method.estimator == "corrected")

    def state(self) -> dict[str, Any]:
        return {
            "ascent": self.ascent.state(),
            "generator": self.generator.state_dict(),
            "average": self.average.network.state_dict(),
            "descent": self.descent.state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        self.ascent.load_state(state["ascent"])
        self.generator.load_state_dict(state["generator"])
        self.average.network.load_state_dict(state.get("average", state["generator"]))
        self.descent.load_state(state["descent"])
