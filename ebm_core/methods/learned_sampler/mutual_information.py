"""A learned sampler whose entropy is the information that its samples hold of their latents."""

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
from ebm_core.methods._likelihood import GRADIENT_PENALTY, LikelihoodAscent, slope_penalty
from ebm_core.methods._likelihood_phases import Sides
from ebm_core.methods.learned_sampler._architectures import ARCHITECTURE, WIDTH, Architecture
from ebm_core.methods.learned_sampler._critic import Critic, Form, information
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

INFORMATION = r"- w\, I(z; G(z))"


@final
class MutualInformation(GeneratorMethod):
    """The generator minimises mean E(G(z)) - w I(z; G(z)); a critic T(x, z) estimates I.

    For a deterministic G, H(G(z)) and I(z; G(z)) have the same gradient. The Jensen-Shannon form
    is not in nats and saturates, so the generator's temperature is undefined; InfoNCE is in nats
    but at most the log of the batch.

    - paper: negatives count equally, with a zero-centred penalty on grad E at the data. The
      generator covers the modes; the energy stays a critic of the generator, and no density.
    - corrected (default, as it gives the better energy by far): the samples are x = G(z) + s n.
      Then I(z; x) = H(x) - H(s n) is finite, a few nats, and InfoNCE does not saturate; without
      noise a sharp critic tells all z apart however close their samples are. Negatives come from
      the density of such x and a broad Gaussian, weighted by exp(-E) / proposal, and pull the G(z)
      to the modes that these have left.

    Source:
        Kumar et al. (2019), sections 3 and 4, https://arxiv.org/abs/1901.08508
    """

    rank: ClassVar[int] = 21
    title: ClassVar[str] = "Mutual information"
    summary: ClassVar[str] = (
        "A generator samples for the energy; a critic holds it to samples that tell their latents."
    )
    equation: ClassVar[str] = rf"\min_G \; {EXACT} {INFORMATION}"
    source: ClassVar[str] = "Kumar et al. 2019, https://arxiv.org/abs/1901.08508"

    kind: Literal["mutual_information"] = "mutual_information"
    estimator: Estimator = ESTIMATOR
    information: Form = setting(
        "infonce",
        title="Information",
        live=True,
        description="infonce is in nats, at most log of the batch; the paper's jensen_shannon "
        "saturates.",
    )
    entropy_weight: float = setting(
        1.5,
        title="Information weight",
        symbol="w",
        ge=0,
        le=100,
        live=True,
        description="Weight of the information, 1 in the paper; 0 lets the generator collapse. "
        "More than 1 spreads it beyond the data, as a bound falls short of the information.",
    )
    generator_rate: float = setting(
        0.5,
        title="Generator rate",
        gt=0,
        le=100,
        log=True,
        advanced=True,
        description="Learning rate of generator and critic as a share of the energy's.",
    )
    latents: int = setting(
        2, title="Latents", ge=1, le=1024, description="Entries of z, the generator's input."
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
        0.3,
        title="Spread",
        symbol="s",
        ge=0.01,
        le=1,
        advanced=True,
        size=1,
        description="Standard deviation of the noise on G(z), in data units (corrected).",
    )
    centres: int = CENTRES
    defensive_share: float = DEFENSIVE_SHARE
    gradient_penalty: float = GRADIENT_PENALTY

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
                "information": "jensen_shannon",
                "generator": "convolutional",
                "generator_rate": 2.0,
                "entropy_weight": 0.3,
                "latents": 32,
                "width": 64,
                "negatives": 64,
                "gradient_penalty": 0.1,
            },
            "energy": {"kind": "convolutional", "channels": 16},
            "optimization": {
                "learning_rate": 1e-3,
                "decay_updates": 30_000,
                "batch_size": 64,
                "gradient_clip": 10.0,
            },
        }

    def refuse(self, classes: int, network: EnergyNetwork) -> None:
        enough_centres(self.centres, self.negatives)

    def learner(self, task: Task) -> "MutualInformationLearner":
        return MutualInformationLearner(self, task)


@final
class MutualInformationLearner(Learner):
    """The generator and the critic of one run."""

    def __init__(self, method: MutualInformation, task: Task) -> None:
        self.method = method
        self.task = task
        self.ascent = LikelihoodAscent(task, Sides(ENERGY, ENERGY, "generator"))
        self.broad = Broad(task.shape, task.device, task.groups)
        fixed = (method.spread, method.spread)
        self.generator = Generator(
            method.latents,
            method.width,
            task.shape,
            method.spread,
            fixed,
            architecture=method.generator,
        ).to(task.device)
        self.critic = Critic(method.latents, method.width, task.shape).to(task.device)
        # both raise the information, so one descent serves both
        self.descent = Descent(
            [*self.generator.parameters(), *self.critic.parameters()],
            task.schedule,
            method.generator_rate,
        )
        self.average = Average(self.generator, AVERAGING)
        choose_momentum(method.estimator, self.ascent.descent, self.descent)

    def update(self, positives: Float[Tensor, "n ..."]) -> Metrics:
        """One update of the energy, then one of generator and critic."""
        method, task = self.method, self.task
        corrected = method.estimator == "corrected"
        defensive = round(method.defensive_share * method.negatives) if corrected else 0
        near = method.negatives - defensive
        latents = self.generator.draw_latents(near, task.generator)
        drawn = samples = self.generator(latents)
        step = None
        if seen := observer():
            seen.take(positives, "")
            step = GeneratorStep(seen, self.generator, latents, drawn)
        metrics: Metrics
        pull = torch.zeros_like(drawn)
        if corrected:
            samples = blurred(drawn, self.generator.spread, task.generator)
            if step:
                step.blur(samples)
            density = self.density(drawn)
            found = weighted_negatives(
                task.energy, samples, density, self.broad, defensive, task.generator, task.ranks
            )
            pull = density.pull(found.points, found.weights)[:near].view_as(drawn)
            energies, slopes = found.energies[:near], found.gradients[:near]
            if seen:
                tell_weights(seen, found.points, found.weights, found.effective, defensive)
            metrics = {
                **self.ascent(positives, found.points, found.weights),
                "effective_negatives": found.effective,
            }
        else:
            penalty = slope_penalty(task.energy, positives, method.gradient_penalty)
            metrics = self.ascent(positives, samples, penalty=penalty)
            with torch.no_grad():
                energies, slopes = task.energy.with_gradient(samples)
        # each sample is told from the latents of all ranks, as in one batch
        table = self.critic(samples, task.ranks.gathered(latents).flatten(0, 1))
        nats = information(table, method.information, first=task.ranks.rank * near)
        if step:
            weight = method.entropy_weight
            (ways,) = torch.autograd.grad(nats, samples, retain_graph=True)
            ways = near * weight * ways
            step.forces(slopes, ways, pull)
            step.energies(energies, slopes, "The energy")
            said = f"The critic finds {number(nats.detach())} nats of z in them; weight {weight:g}."
            step.force("The entropy term", "entropy", INFORMATION, said, ways)
            if corrected:
                step.pull(pull)
        toll = downhill(samples, slopes) + downhill(drawn, -pull)
        self.descent(toll - method.entropy_weight * nats)
        self.average.update(self.generator, task.schedule.step)
        if step:
            step.tell()
        return {
            **metrics,
            "mutual_information": nats.detach(),
            "generator_energy": energies.mean(),
        }

    @torch.no_grad()
    def density(self, drawn: Float[Tensor, "n ..."]) -> KernelDensity:
        """The density of blurred samples: kernels on `drawn` and on further draws."""
        count = self.method.centres - len(drawn)
        latents = self.generator.draw_latents(count, self.task.generator)
        centres = torch.cat([drawn, self.generator(latents)])
        return KernelDensity(centres, self.generator.spread)

    def reconfigure(self, method: Method) -> None:
        self.method = MutualInformation.model_validate(method)
        choose_momentum(self.method.estimator, self.ascent.descent, self.descent)

    def picture(self) -> Picture:
        return Picture({"generator": self.average.network.settled(self.generator.shown_latents())})

    def samples(self, count: int, generator: torch.Generator) -> Float[Tensor, "n ..."]:
        return self.average.network.sample(count, generator, self.method.estimator == "corrected")

    def state(self) -> dict[str, Any]:
        return {
            "ascent": self.ascent.state(),
            "generator": self.generator.state_dict(),
            "average": self.average.network.state_dict(),
            "critic": self.critic.state_dict(),
            "descent": self.descent.state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        self.ascent.load_state(state["ascent"])
        self.generator.load_state_dict(state["generator"])
        self.average.network.load_state_dict(state.get("average", state["generator"]))
        self.critic.load_state_dict(state["critic"])
        self.descent.load_state(state["descent"])
