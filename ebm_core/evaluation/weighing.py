"""The weights of separate groups of points, by likelihood."""

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts.groups import Groups
from ebm_core.evaluation.plane import Mass

STEPS = 100
"""Newton steps, at most."""
RIDGE = 1e-9
"""Added to the curvature, which c that are all the same leave at zero."""
SETTLED = 1e-6
"""Difference of a group's shares in the data and in the energy that is none."""


def offsets(groups: Groups, mass: Mass, data: Float[Tensor, "m 2"]) -> Float[Tensor, " k"]:
    """c that makes exp(-E - sum_k c_k r_k) most likely; its mean is zero.

    The likelihood is concave in c: its gradient is the mean of r over the energy's mass less that
    over the data, its curvature the covariance of r over the mass.

    Args:
        mass: That of exp(-E).
        data: Points of training, in the model's units.
    """
    wanted = groups.belonging(data.double().cpu()).mean(0)
    belonging = groups.belonging(mass.points)
    held = (mass.log_mass[:, None] + belonging.clamp(min=1e-300).log()).logsumexp(0)
    found = held - wanted.log()  # exact where no point belongs to two groups
    value = likelihood(found, mass.log_mass, belonging, wanted)
    for _ in range(STEPS):
        shares = torch.softmax(mass.log_mass - belonging @ found, 0)
        mean = shares @ belonging
        slope = mean - wanted
        if slope.abs().max() < SETTLED:
            break
        curvature = torch.einsum("n,nk,nl->kl", shares, belonging, belonging) - mean.outer(mean)
        curvature += RIDGE * torch.eye(len(wanted), dtype=torch.float64)
        step = torch.linalg.lstsq(curvature, slope).solution
        while step.abs().max() > SETTLED:
            trial = found + step
            better = likelihood(trial, mass.log_mass, belonging, wanted)
            if better >= value:
                found, value = trial, better
                break
            step = step / 2
        else:
            break
    return found - found.mean()


def likelihood(
    found: Float[Tensor, " k"],
    log_mass: Float[Tensor, " n"],
    belonging: Float[Tensor, "n k"],
    wanted: Float[Tensor, " k"],
) -> float:
    """Of the data, in nats a point, up to what does not depend on c."""
    return float(-(wanted @ found) - (log_mass - belonging @ found).logsumexp(0))
