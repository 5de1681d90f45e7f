"""A hinge against mass far from all data, where score matching sees nothing."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork, Task
from ebm_core.contracts.phases import observer
from ebm_core.methods.score_matching._match_phases import tell_far

COUNT = 64
"""Far points in a batch; as many data are compared with them."""
NEAREST, FARTHEST = 1.05, 10.5
"""Where they lie, as shares of the largest radius that the data reach."""
NOISY = 0.1
"""Weight of the hinge beside a denoising loss, whose gradients shrink with the noise."""
REACH = 4.0
"""Standard deviations of its noise that a noisy point reaches beyond the data."""
CLEAR = 6.0
"""Standard deviations from every separate group, beyond which nothing is."""
EVERY = 16
"""Updates from one look at far points to the next, once the energy has found its shape."""
EARLY = 512
"""Updates until then, each with a look of its own."""


class Batch(NamedTuple):
    """The batch that a loss was computed on."""

    energy: EnergyNetwork
    """At the noise levels of the first `COUNT` points, where it has any."""
    energies: Float[Tensor, " n"]
    """Of the data, with a graph."""
    noise: float | Float[Tensor, " n"]
    """Standard deviation of what was added to the data."""


def interval(step: int) -> int:
    """Updates from one look at far points to the next, around this update."""
    return 1 if step < EARLY else EVERY


def far_hinge(
    task: Task, batch: Batch, data: Float[Tensor, "n ..."], margin: float
) -> Tensor | None:
    """Mean of max(0, E(data) + margin - E(far)) over pairs; None where there is none.

    A network of a SiLU perceptron grows linearly out there and can outrun its confinement; the
    loss at the data never shows it. Where the data fall into separate groups, every second far
    point lies between them.

    After `EARLY` updates it is asked for at every `EVERY`th and weighs as much as at all of them
    together (Karras et al. 2020, section 3.1, "lazy regularization"): at each it would take a sixth
    of denoising's time. From the first update on, such rare and heavy gradients would swell Adam's
    second moments and slow the whole descent: on the ring, KL after 120 updates was .48 (median of
    six seeds) and is .12. The gradient goes through both energies: with the data's level held fixed
    all energies would run away. Beyond the margin it is zero, and changes nothing.
    """
    count = min(COUNT, len(batch.energies))  # of paired points, half are told
    noise = batch.noise[:count] if isinstance(batch.noise, Tensor) else batch.noise
    clean = not isinstance(noise, Tensor) and noise == 0
    far = far_points(data, count, noise, task.generator)
    if task.groups is not None:
        between = task.sample_noise(count)
        alone = task.groups.squared_distances(between.double()).amin(1) > CLEAR**2
        alone &= torch.cdist(between, data).amin(1) > REACH * noise
        alone[::2] = False
        far = torch.where(alone[:, None], between, far)
    energies = batch.energy(far)
    lacking: Tensor = batch.energies[:count] + margin - energies
    if not (lacking >= 0).any():
        return None
    if seen := observer():
        tell_far(seen, far, energies, lacking)
    return (1.0 if clean else NOISY) * lacking.clamp(min=0).mean()


def far_points(
    data: Float[Tensor, "n ..."],
    count: int,
    noise: float | Float[Tensor, " m"],
    generator: torch.Generator,
) -> Float[Tensor, "count ..."]:
    """Points around the data: directions uniform on the sphere, radii even in the logarithm."""
    largest = data.flatten(1).norm(dim=1).max() + REACH * noise
    directions = data.new_empty(count, *data.shape[1:]).normal_(generator=generator)
    places = data.new_empty(count).uniform_(generator=generator)
    radii = largest * NEAREST * (FARTHEST / NEAREST) ** places
    lengths = directions.flatten(1).norm(dim=1)
    far: Tensor = directions * (radii / lengths).view(-1, *[1] * (data.dim() - 1))
    return far
