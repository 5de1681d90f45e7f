"""What the processes of a run agree on after an update, and where they stand in a checkpoint."""

import math
from typing import Any

import torch

from ebm_core.contracts import EnergyNetwork, Learner
from ebm_core.contracts.evaluations import Evaluations
from ebm_core.ranks import Ranks
from ebm_core.runs import checkpoint
from ebm_core.runs.config import RunConfig
from ebm_core.runs.shared_state import difference, laid_over

OWN = ("evaluations", "learner", "data_generator", "generator")
"""What each rank has of its own of a run's state; the rest is that of rank 0."""


def refuse_other_number(config: RunConfig, ranks: Ranks) -> None:
    """Refuses to train a run by another number of processes than it is of.

    Raises:
        ValueError: There are more or fewer.
    """
    if config.processes != ranks.size:
        raise ValueError(
            f"this run is trained by {counted(config.processes)}, each with its own chains and "
            f"random numbers, and cannot go on with {counted(ranks.size)}; train it by "
            f"`ebm train`, with --processes {config.processes} where it begins"
        )


def counted(processes: int) -> str:
    """ "2 processes"."""
    return "one process" if processes == 1 else f"{processes} processes"


def agreed(
    ranks: Ranks, learner: Learner, told: dict[str, float], made: Evaluations
) -> tuple[dict[str, float], Evaluations]:
    """The means of what each rank tells of an update, and the evaluations of all together.

    The step size that each one's sampler has adapted becomes the geometric mean, from which all go
    on: adaptation multiplies it, so this is the one that their mean acceptance leads to.
    """
    if ranks.size == 1:
        return told, made
    tuning = learner.tuning
    names = sorted(told)
    step_size = tuning.step_size if tuning else 1.0
    own = [made.gradients, made.values, step_size, *(told[name] for name in names)]
    found = ranks.gathered(torch.tensor(own, dtype=torch.float64))
    gradients, values = (int(total) for total in found[:, :2].sum(0))
    step_sizes = found[:, 2].tolist()
    if tuning and min(step_sizes) != max(step_sizes):
        mean = math.exp(sum(map(math.log, step_sizes)) / ranks.size)
        learner.tuning = tuning._replace(step_size=mean)
    means = dict(zip(names, found[:, 3:].mean(0).tolist(), strict=True))
    return means, Evaluations(gradients, values)


def states(ranks: Ranks, own: dict[str, Any], energy: EnergyNetwork) -> dict[str, Any]:
    """The states of further ranks by their numbers, where they differ from that of the leader, who
    alone gets them.

    Raises:
        RuntimeError: The weights of the energy are no longer the same on all.
    """
    if ranks.size == 1:
        return {}
    if not ranks.agree_on(list(energy.parameters())):
        raise RuntimeError(
            "the processes of this run have come to other weights than each other, as processors "
            "of different kinds may round; train it on machines of one kind"
        )
    kept = checkpoint.copied({name: own[name] for name in OWN})
    first, *others = ranks.collected(kept) or [None]
    return {str(rank): difference(other, first) for rank, other in enumerate(others, 1)}


def state_of(rank: int, state: dict[str, Any]) -> dict[str, Any]:
    """The state of a rank, from one that `states` is in."""
    if rank == 0:
        return state
    own: dict[str, Any] = laid_over({name: state[name] for name in OWN}, state["ranks"][str(rank)])
    return state | own
