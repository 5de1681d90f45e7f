"""A search draws by what it has learned, and goes on where it was cut off."""

import math
from pathlib import Path

import pytest

from ebm_core.sweeps.members import Member
from ebm_core.sweeps.records import Records
from ebm_core.sweeps.search import Search
from ebm_core.sweeps.spec import Refused, read
from ebm_core.sweeps.summary import Outcome

TUNED = """
[base]
updates = 10
"dataset.kind" = "moons"
"method.kind" = "denoising"
[grid]
seed = [0, 1, 2]
[random]
count = 1
"optimization.learning_rate" = { log = [1e-4, 1e-1] }
"""
RATE = "optimization.learning_rate"


def end(member: Member, records: Records) -> None:
    """As if the best learning rate were 0.003, and seed 2 always failed above 0.03."""
    rate = member.values[RATE]
    if rate > 0.03:
        records.add(Outcome(member.key, member.values, "failed", "the loss is inf"))
        return
    worth = abs(rate - 0.003) + member.values["seed"] * 1e-6
    records.add(Outcome(member.key, member.values, "finished", None, {"kl": worth}))


def test_trials_come_near_to_the_best(tmp_path: Path) -> None:
    search = Search(read(TUNED), records := Records(tmp_path), 25, "kl")
    for member in search.missing():
        end(member, records)
    best = search.best()
    assert len(best) == 25
    assert len(records.ended) == len(search.members) == search.total == 75
    assert abs(best[0].values[RATE] - 0.003) < 0.001
    drawn = [trial.params[RATE] for trial in search.study.get_trials()]
    away = [abs(math.log(rate / 0.003)) for rate in drawn]
    assert sum(away[15:]) / 10 < sum(away[:10]) / 10
    failed = [group for group in best if group.failed]
    assert all(group.figures == {} for group in failed)
    assert best[len(best) - len(failed) :] == failed


def test_a_search_that_was_cut_off_makes_what_is_missing(tmp_path: Path) -> None:
    first = Search(read(TUNED), records := Records(tmp_path), 4, "kl")
    made: list[str] = []
    for member in first.missing():
        if len(made) == 7:  # in the third trial
            break
        end(member, records)
        made.append(member.key)
    again = Search(read(TUNED), records := Records(tmp_path), 4, "kl")
    assert [member.key for member in again.members][:7] == made
    for member in again.missing():
        assert member.key not in made
        end(member, records)
        made.append(member.key)
    assert len(made) == len(set(made)) == 12
    assert len((tmp_path / "trials.jsonl").read_text().splitlines()) == 4


def test_what_it_could_draw_is_refused_before_anything_runs(tmp_path: Path) -> None:
    records = Records(tmp_path)
    with pytest.raises(Refused, match="learning_rate is 10"):
        Search(read(TUNED.replace("1e-1", "10")), records, 4, "kl")
    with pytest.raises(Refused, match="draws the fields of"):
        Search(read(TUNED.partition("[random]")[0]), records, 4, "kl")
    with pytest.raises(Refused, match="up to 5,000 runs"):
        Search(read(TUNED), records, 2000, "kl")
