"""What a run shows of itself stays within its share of the training time."""

from pathlib import Path

import pytest
from ebm_server.worker.pacing import Budget, Keyframes, Rows
from ebm_server.worker.publishing import LANDSCAPE_SHARE, MOTION_SHARE, Publisher
from ebm_server.worker.server_connection import ServerConnection

from ebm_core import RunConfig, Training


@pytest.mark.parametrize(("rate", "most"), [(0.0, LANDSCAPE_SHARE), (30.0, 1.0)])
def test_frames_cost_their_share_of_training_and_less_with_nobody_there(
    tmp_path: Path, rate: float, most: float
) -> None:
    given = {"dataset": {"kind": "pinwheel"}, "method": {"kind": "persistent"}, "updates": 10**6}
    training = Training(RunConfig.model_validate(given))
    server = ServerConnection(str(tmp_path / "server.json"), "token", "worker")
    publisher = Publisher(training, "r", server, tmp_path)
    publisher.rate = rate
    trained = published = 0.0
    while trained < 3:
        start = publisher.clock()
        training.update()
        spent = publisher.clock() - start
        publisher.trained(spent)
        middle = publisher.clock()
        publisher.show()
        if trained > 0:
            published += publisher.clock() - middle
        trained += spent
    start_credit = publisher.motion.limit + publisher.landscapes.limit
    one_more = 0.05  # a frame may be begun with the last of the credit
    allowed = min(most, MOTION_SHARE + LANDSCAPE_SHARE) * trained
    assert published <= allowed + start_credit + one_more
    assert published > 0.1
    assert training.step > 50


def test_a_budget_saves_up_to_its_limit_and_pays_back_its_debts() -> None:
    budget = Budget(0.5, credit=1.0)
    assert budget.earn(4.0) == 2.0
    budget.spend(1.5)
    assert not budget.allows
    assert budget.earn(1.0) == 0.0
    assert budget.allows
    assert budget.earn(0.0, idle=4.0) == 1.0


def test_keyframes_are_dense_early_thin_late_and_few() -> None:
    schedule, taken = Keyframes(), []
    for step in range(1_000_000):
        if schedule.due(step):
            schedule.taken(step)
            taken.append(step)
    assert taken[:10] == list(range(10))
    assert 200 < len(taken) <= 300
    assert taken[-1] > 900_000


def test_rows_hold_means_and_leave_out_what_is_not_finite() -> None:
    rows = Rows()
    rows.add({"loss": 1.0, "wild": 1.0})
    rows.add({"loss": 2.0, "wild": float("nan")})
    rows.add_exact({"kl": 0.25, "nll": float("inf")})
    assert not rows.due(rows.opened)
    assert rows.due(rows.opened + 0.2)
    values = rows.close(rows.opened + 0.5)
    assert values == {"loss": 1.5, "kl": 0.25, "updates_per_second": pytest.approx(4.0)}
    assert not rows.due(rows.opened + 10)


def test_a_row_has_what_counts_have_come_to() -> None:
    rows = Rows()
    rows.add({"gradient_evaluations": 100.0, "loss": 1.0})
    rows.add({"gradient_evaluations": 200.0, "loss": 3.0})
    values = rows.close(rows.opened + 0.5)
    assert (values["gradient_evaluations"], values["loss"]) == (200.0, 2.0)


def test_rows_grow_thinner_in_long_runs() -> None:
    rows = Rows()
    start, written, now = rows.started, 0, rows.started
    while now < start + 86400:
        now += 0.09 if now < start + 120 else 1.0
        rows.add({"loss": 0.0})
        if rows.due(now):
            rows.close(now)
            written += 1
    assert 5_000 < written < 10_000
