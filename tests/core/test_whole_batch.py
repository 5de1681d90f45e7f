"""What the ranks of a run ask of each other beside gradients is as of one whole batch."""

from collections.abc import Sequence
from typing import Any, final

import pytest
import torch
from jaxtyping import Shaped
from torch import Tensor

from ebm_core.contracts import Tuning
from ebm_core.contracts.evaluations import Evaluations
from ebm_core.evaluation.kernel_density import KernelDensity
from ebm_core.methods.learned_sampler._critic import Form, information
from ebm_core.methods.learned_sampler._importance import Broad, weighted_negatives
from ebm_core.ranks import Ranks
from ebm_core.runs import agreement
from ebm_core.runs.config import RunConfig
from ebm_core.runs.shared_state import difference, laid_over
from ebm_core.runs.training import Training

AROUND_ZERO = Broad((2,), torch.device("cpu"))


@final
class Rehearsed(Ranks):
    """One of two ranks, where the other one's answers are known before."""

    size = 2

    def __init__(self, rank: int, others: Sequence[Tensor] = ()) -> None:
        self.rank = rank
        self.others = list(others)
        self.own: list[Tensor] = []

    def device(self, kind: str) -> torch.device:
        return torch.device(kind)

    def averaged(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        return list(tensors)

    def gathered(self, values: Shaped[Tensor, "..."]) -> Shaped[Tensor, "2 ..."]:
        self.own.append(values)
        other = self.others.pop(0) if self.others else values
        return torch.stack([other, values] if self.rank else [values, other])

    def order(self, *words: Any) -> None: ...

    def ordered(self) -> None:
        return None

    def collected(self, told: Any) -> list[Any]:
        return []


@pytest.mark.parametrize("form", ["infonce", "jensen_shannon"])
def test_the_information_of_a_table_is_the_mean_of_its_blocks_of_rows(form: Form) -> None:
    table = torch.randn(12, 12, generator=torch.Generator().manual_seed(0))
    blocks = [information(table[first : first + 4], form, first) for first in (0, 4, 8)]
    torch.testing.assert_close(torch.stack(blocks).mean(), information(table, form))


def test_the_weights_of_negatives_have_one_normaliser_over_all_ranks() -> None:
    energy = Training(
        RunConfig.model_validate(
            {"dataset": {"kind": "moons"}, "method": {"kind": "persistent"}, "updates": 1}
        )
    ).energy
    draw = torch.Generator().manual_seed(1)
    density = KernelDensity(torch.randn(50, 2, generator=draw), torch.tensor(0.3))
    points = torch.cat([torch.randn(40, 2, generator=draw), 3 + torch.randn(40, 2, generator=draw)])

    def weights(ranks: Ranks, drawn: Tensor) -> Tensor:
        found = weighted_negatives(energy, drawn, density, AROUND_ZERO, 0, draw, ranks)
        return found.weights

    halves = points[:40], points[40:]
    heard = [Rehearsed(0), Rehearsed(1)]
    for ranks, half in zip(heard, halves, strict=True):
        weights(ranks, half)
    totals = [ranks.own[0] for ranks in heard]
    parts = [weights(Rehearsed(rank, [totals[1 - rank]]), half) for rank, half in enumerate(halves)]
    whole = weighted_negatives(energy, points, density, AROUND_ZERO, 0, draw).weights
    torch.testing.assert_close(torch.cat(parts) / 2, whole)
    assert not 0.9 < float(parts[0].sum()) < 1.1  # else this would show nothing


def test_ranks_go_on_from_one_step_size_and_count_all_evaluations() -> None:
    """0.2 and 0.8 become 0.4, as if both had adapted by their mean acceptance."""
    config = {"dataset": {"kind": "moons"}, "method": {"kind": "persistent"}, "updates": 1}
    learner = Training(RunConfig.model_validate(config)).learner
    learner.tuning = Tuning(0.5, 0.2, 8)
    other = torch.tensor([30.0, 3.0, 0.8, 4.0], dtype=torch.float64)
    ranks = Rehearsed(0, [other])
    told, made = agreement.agreed(ranks, learner, {"loss": 2.0}, Evaluations(10, 1))
    assert told == {"loss": 3.0}
    assert (made.gradients, made.values) == (40, 4)
    assert learner.tuning.step_size == pytest.approx(0.4)
    assert learner.tuning.steps == 8


def test_a_state_is_that_of_the_first_rank_with_what_differs_laid_over_it() -> None:
    first: dict[str, Any] = {
        "weights": torch.ones(3),
        "chains": torch.zeros(2),
        "tuning": None,
        "n": 1,
    }
    own: dict[str, Any] = {
        "weights": torch.ones(3),
        "chains": torch.ones(2),
        "tuning": (0.1, 0.2),
        "n": 1,
    }
    kept = difference(own, first)
    assert isinstance(kept["weights"], str)
    again = laid_over(first, kept)
    assert torch.equal(again["weights"], own["weights"])
    assert torch.equal(again["chains"], own["chains"])
    assert (again["tuning"], again["n"]) == ((0.1, 0.2), 1)
