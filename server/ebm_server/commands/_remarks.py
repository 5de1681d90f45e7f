"""What is said of a run that has ended, where its figures call for a word."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ebm_core import Training

WORSE = 0.02
"""Nats above a plain estimate's NLL that are worth a word."""
STRAYED = 0.05
"""Share of the mass far from all data."""
ALIKE = 0.4
"""Variance of sampled images, as a share of real ones', below which few kinds are made."""
SATURATED = 0.2
"""Share of pixels that stand at an edge of the grey values and do not in real images."""
APART = 5.0
"""Standard deviations between the mean energies of samples and of real images."""


def remarks(training: "Training") -> Iterator[str]:
    """The sentences, each with a remedy."""
    if len(training.config.dataset.shape) > 1 and training.config.method.image_note:
        yield training.config.method.image_note
    if training.config.method.promises == "density":
        if not training.config.dataset.noise_added:  # else the noise decides
            yield from worse_than_plain(training.metrics)
        yield from strayed(training.metrics)
    yield from failed_images(training.metrics)


def strayed(metrics: dict[str, float]) -> Iterator[str]:
    """Where much of the mass lies where no data are."""
    if (outside := metrics.get("mass_outside", 0.0)) >= STRAYED:
        yield (
            f"{100 * outside:.0f} % of the mass lies far from all data, so that this is no density "
            "of them: what is learned at the data alone does not see it; train longer, or raise "
            "method.far_margin where there is one"
        )


def worse_than_plain(metrics: dict[str, float]) -> Iterator[str]:
    """Where plain estimates of the same points explain the held-out ones better."""
    plain = {"a KDE": "nll_kde", "a Gaussian": "nll_gaussian"}
    nlls = {name: metrics[figure] for name, figure in plain.items() if figure in metrics}
    if nlls and metrics["nll"] > nlls[best := min(nlls, key=lambda name: nlls[name])] + WORSE:
        yield (
            f"this energy explains the held-out points {metrics['nll'] - nlls[best]:.2f} nats "
            f"worse than {best} of the others does: train longer, or try another method"
        )


def failed_images(metrics: dict[str, float]) -> Iterator[str]:
    """Where what samples images has failed."""
    if (variety := metrics.get("variety", 1.0)) < ALIKE:
        yield (
            f"the samples vary {100 * variety:.0f} % as much as real images do: few kinds of them "
            "are made; restart more of the buffer, give the entropy term more weight, or lower "
            "optimization.learning_rate"
        )
    if (saturation := metrics.get("saturation", 0.0)) > SATURATED:
        yield (
            f"{100 * saturation:.0f} % of the samples' pixels stand at an edge of the grey values "
            "and should not: the chains run off; take smaller steps, or an energy penalty"
        )
    if abs(gap := metrics.get("energy_gap", 0.0)) > APART:
        yield (
            f"the energies of samples and of real images lie {abs(gap):.1f} standard deviations "
            "apart: what samples has lost the energy; lower optimization.learning_rate, or take "
            "an energy penalty"
        )
