"""The phases of a learned sampler's update: its draws, what moves them, and where they go."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import functional_call

from ebm_core.contracts.phases import Phases, ends_of, first, lengths, number
from ebm_core.methods.learned_sampler._generator import Generator

GROWTH = 1.1
"""By how much every batch-norm scale grows where the entropy's direction is shown."""

LONG = 0.6
"""Mean length, in the model's units, of the arrows of what moves the samples most."""

EXACT = r"\mathbb{E}\, E(G(z))"
"""The energy's term of every method's equation here; the parts below are in it."""
ENERGY = "E(G(z))"
GENERATED = "G(z)"


@torch.no_grad()
def placed(
    generator: Generator, latents: Float[Tensor, "n z"], growth: float = 1.0
) -> Float[Tensor, "n ..."]:
    """G(z) as training computes it, of a whole batch; running means stay as they are.

    Args:
        growth: By which every batch-norm scale is multiplied meanwhile.
    """
    scales = {id(scale) for scale in generator.scales}
    state = {
        name: parameter * growth if id(parameter) in scales else parameter
        for name, parameter in generator.named_parameters()
    }
    buffers = {name: buffer.clone() for name, buffer in generator.named_buffers()}
    points: Tensor = functional_call(generator, {**state, **buffers}, (latents,))
    return points


class GeneratorStep:
    """One update of a generator, from its draws to where they are after it.

    Args:
        latents: All of the batch.
        drawn: G(z) of them.
    """

    def __init__(
        self,
        phases: Phases,
        generator: Generator,
        latents: Float[Tensor, "n z"],
        drawn: Float[Tensor, "n ..."],
    ) -> None:
        self.phases = phases
        self.generator = generator
        self.latents = latents
        self.drawn = first(drawn.detach())
        self.samples = self.drawn
        self.unit = 1.0
        phases.add(
            "Draw z, generate",
            GENERATED,
            f"{len(latents)} draws of z, {latents.shape[1]} normal numbers each, and G(z) of each; "
            f"{len(self.drawn)} are shown.",
            {"generator": self.drawn},
            {},
            {"generator": {f"z{index + 1}": row for index, row in enumerate(first(latents).T[:4])}},
        )

    def blur(self, samples: Float[Tensor, "n ..."]) -> None:
        """x = G(z) + s n, where the samples are that."""
        self.samples = first(samples.detach())
        spread = self.phases.length(self.generator.spread)
        self.phases.add(
            "Add noise",
            GENERATED,
            f"x = G(z) + s n with s {spread}, so that the samples have a density.",
            {"generator": self.samples},
            {"noise": (self.drawn, self.samples)},
        )

    def forces(self, *ways: Float[Tensor, "n ..."]) -> None:
        """Measures all that moves the samples, so that one scale shows each of them."""
        longest = max(float(lengths(first(way)).mean()) for way in ways)
        self.unit = LONG / max(longest, 1e-6)

    def force(
        self, name: str, kind: str, term: str, sentence: str, ways: Float[Tensor, "n ..."]
    ) -> None:
        """What pulls or pushes each sample, on the scale of `forces`."""
        start = self.drawn if kind == "pull" else self.samples
        end = start + self.unit * first(ways.detach())
        points = {"generator": start}
        self.phases.add(name, term, f"{sentence} {self.scale}", points, {kind: (start, end)})

    @property
    def scale(self) -> str:
        """How long arrows are, in a sentence."""
        return f"Arrows are drawn {number(self.unit)} times as long, all on one scale."

    def energies(
        self, energies: Float[Tensor, " n"], slopes: Float[Tensor, "n ..."], whose: str
    ) -> None:
        """What the energy says of the samples: downhill."""
        end = self.samples - self.unit * first(slopes)
        self.phases.add(
            "Ask the energy",
            ENERGY,
            f"{whose} of the samples is {number(energies.mean())} on average, its slope "
            f"{number(lengths(slopes).mean())}: downhill is where they should go. {self.scale}",
            {"generator": self.samples},
            {"energy": (self.samples, end)},
            {"generator": {"energy": first(energies)}},
        )

    def pull(self, ways: Float[Tensor, "n ..."]) -> None:
        """Where the weighted negatives draw each G(z)."""
        said = "The weighted negatives draw each G(z) to the modes that samples have left."
        self.force("The pull of the negatives", "pull", GENERATED, said, ways)

    def spread_by_scales(self, term: str, weight: float) -> None:
        """Where G(z) goes as every batch-norm scale grows."""
        end = first(placed(self.generator, self.latents, GROWTH))
        start = first(placed(self.generator, self.latents))
        way = self.phases.length(lengths(end - start))
        self.phases.add(
            "The entropy term",
            term,
            f"It wants every batch-norm scale γ to grow, with the weight w {number(weight)}. "
            f"Were each {round(100 * (GROWTH - 1))} % larger, the samples would move by {way} on "
            "average: the arrows.",
            {"generator": start},
            {"entropy": (start, end)},
        )

    def tell(self) -> None:
        """Where the same z lead, once the generator's weights have moved."""
        end = first(placed(self.generator, self.latents))
        way = self.phases.length(lengths(end - self.drawn))
        self.phases.add(
            "Update the generator",
            r"\min_G",
            f"Its weights follow all of this together. The same z now lead to points {way} away on "
            "average.",
            {"generator": end},
            {"moved": (self.drawn, end)},
        )


def tell_weights(
    phases: Phases,
    points: Float[Tensor, "m ..."],
    weights: Float[Tensor, " m"],
    effective: Float[Tensor, ""],
    broad: int,
) -> None:
    """Negatives that do not count alike."""
    rows = ends_of(len(points))
    phases.add(
        "Weigh the negatives",
        ENERGY,
        f"{len(points) - broad} samples and {broad} points of a broad Gaussian stand for the "
        "energy's own, each weighted by exp(−E) over how likely it was drawn. They count as "
        f"{number(effective)} equal ones.",
        {"generator": points[rows]},
        {},
        {"generator": {"weight": weights[rows] * len(points)}},
    )
