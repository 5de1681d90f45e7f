"""Given points are learned in any units, few or many, whatever is odd about them."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ebm_core import RunConfig, Training
from ebm_core.datasets._smoothing import fixed, stacked
from ebm_core.datasets.points import Points
from ebm_core.evaluation.partition import ExactEvaluation
from ebm_core.methods import METHODS
from ebm_core.runs.config import saved
from ebm_core.runs.divergence import remedy

torch.set_num_threads(1)


def draws() -> np.random.Generator:
    return np.random.default_rng(0)


def points(table: NDArray[np.float64], **fields: object) -> Points:
    return Points.model_validate({"values": table, **fields})


def crescent(count: int) -> NDArray[np.float64]:
    x = draws().normal(size=(count, 2))
    x[:, 1] = x[:, 0] ** 2 + 0.3 * x[:, 1]
    return x


def trained(data: Points, method: str, updates: int) -> dict[str, float]:
    config = {"dataset": data, "method": {"kind": method}, "updates": updates, "seed": 1}
    run = Training(RunConfig.model_validate(config))
    while not run.finished:
        run.update()
    return run.evaluate(thorough=True)


def test_units_change_the_likelihood_by_their_jacobian_alone() -> None:
    table, factor = crescent(600), np.array([1e4, 1e-2])
    plain = trained(points(table), "denoising", 150)
    other = trained(points(table * factor + 1e6), "denoising", 150)
    jacobian = math.log(1e4) + math.log(1e-2)
    for name in ("nll", "nll_train", "nll_gaussian", "log_z"):
        assert other[name] - plain[name] == pytest.approx(jacobian, abs=0.02), name


def test_points_come_back_as_fine_as_they_are() -> None:
    table = draws().normal([388096, 3948996], [0.3, 0.3], (3000, 2))
    data = points(table)
    there_and_back = data.from_model(data.to_model(torch.tensor(table)))
    assert there_and_back.dtype == torch.float64
    assert (there_and_back - torch.tensor(table)).abs().max() < 1e-5
    assert len(data.sample(1000, torch.Generator().manual_seed(0)).unique(dim=0)) == 1000


def test_a_given_width_is_in_the_units_of_the_data() -> None:
    table = np.zeros((200, 2))
    table[::2] = [1000.0, 0.0]
    data = points(table, smoothing=7.0)
    drawn = data.sample(4000, torch.Generator().manual_seed(0)).numpy()
    near = drawn[drawn[:, 0] < 500]
    assert near.std(axis=0) == pytest.approx([7, 7], rel=0.1)
    assert points(table, smoothing=0).sample(9, torch.Generator().manual_seed(0)).unique(
        dim=0
    ).tolist() == [[0, 0], [1000, 0]]


def test_a_method_with_noise_of_its_own_is_given_so_much_less() -> None:
    data = points(crescent(300))
    with_noise, without = (
        data.to_model(data.sample_under(noise, 20_000, torch.Generator().manual_seed(0))[0])
        for noise in (0.03, 0.0)
    )
    blurred = with_noise + 0.03 * torch.randn(
        with_noise.shape, generator=torch.Generator().manual_seed(1)
    )
    assert torch.cov(blurred.T).numpy() == pytest.approx(torch.cov(without.T).numpy(), abs=0.05)
    assert with_noise.var(0).sum() < without.var(0).sum()


@pytest.mark.parametrize(("count", "factor"), [(100, 1.02), (300, 1.0), (2000, 1.0)])
def test_the_smoothed_data_are_at_least_as_good_as_a_kernel_density_estimate(
    count: int, factor: float
) -> None:
    table = torch.tensor(crescent(count + 3000))
    train = points(table.numpy()).units.to_model(table).double()
    own, plain = (
        estimate(train[:count]).log_density(train[count:]).mean().item()
        for estimate in (stacked, fixed)
    )
    assert -own < -plain * factor


def test_rows_that_are_absurdly_far_are_named_and_left_out() -> None:
    table = draws().normal(0, 1, (2000, 2))
    table[7] = 9999
    data = points(table)
    assert "row 8: 9999, 9999" in data.remarks[0]
    assert data.trained_on(9999, torch.Generator()).abs().max() < 10
    assert data.held_out(9999, torch.Generator()).abs().max() < 10
    assert max(high for _, high in data.window) < 10
    kept = points(table, far_rows="keep")
    assert not any("left out" in remark for remark in kept.remarks)
    both = [kept.trained_on(9999, torch.Generator()), kept.held_out(9999, torch.Generator())]
    assert torch.cat(both).max() == 9999


def test_a_small_cluster_far_away_is_no_mistake() -> None:
    table = draws().normal(0, 0.3, (20_000, 2))
    table[:400, 0] += 10
    data = points(table)
    assert all("left out" not in remark for remark in data.remarks)
    assert data.window[0][0] < -0.5
    assert data.window[0][1] > 10.5
    inside = data.to_model(torch.tensor([[10.0, 0.0]]))[0]
    for place, (low, high) in zip(inside.tolist(), data.region, strict=True):
        assert low < place < high
    started = data.from_model(data.starts(4000, torch.Generator().manual_seed(0)))
    assert (started[:, 0] > 9).sum() > 100


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (draws().integers(1, 7, (5000, 2)).astype(float), "36 distinct values among 5,000 points"),
        (np.c_[np.arange(50.0), 2 * np.arange(50.0)], "all points lie on a line"),
        (np.array([[0.0, 0.0], [1.0, 2.0]]), "all points lie on a line"),
        (np.repeat(draws().normal(size=(40, 2)), 5, axis=0), "40 distinct values among 200"),
    ],
)
@pytest.mark.parametrize("method", ["exact", "persistent"])
def test_odd_points_give_a_sentence_and_finite_figures(
    table: NDArray[np.float64], said: str, method: str
) -> None:
    data = points(table)
    assert any(said in remark for remark in data.remarks)
    figures = trained(data, method, 60)
    assert all(math.isfinite(value) for value in figures.values())


def test_log_z_is_right_where_a_density_is_narrower_than_the_grid() -> None:
    table = draws().normal(0, 1, (4000, 2))
    table[:400] = draws().normal([10, 0], 0.05, (400, 2))
    data = points(table)

    def energy(inside: torch.Tensor) -> torch.Tensor:
        place = data.from_model(inside)
        wide = -place.square().sum(1) / 2 + math.log(0.9 / (2 * math.pi))
        away = place - torch.tensor([10.0, 0.0], dtype=torch.float64)
        narrow = -away.square().sum(1) / (2 * 0.02**2) + math.log(0.1 / (2 * math.pi * 0.02**2))
        return -torch.logaddexp(wide, narrow)

    figures = ExactEvaluation(data)(energy)
    assert figures["log_z"] == pytest.approx(0, abs=1e-3)
    assert figures["log_z_error"] < 1e-3


def test_classes_of_given_points_are_learned() -> None:
    table = np.concatenate([draws().normal(0, 1, (60, 2)), draws().normal(6, 1, (40, 2))])
    labels = np.array([0] * 60 + [1] * 40)
    data = points(table, labels=labels)
    assert data.classes == 2
    drawn, classes = data.sample_labelled(500, torch.Generator().manual_seed(0))
    assert ((drawn.sum(1) > 6).long() == classes).double().mean() > 0.97
    with pytest.raises(ValueError, match="99 labels for 100 points"):
        points(table, labels=labels[1:])
    with pytest.raises(ValueError, match=r"classes 0, 1, 2, ... are needed"):
        points(table, labels=labels * 2)


def test_a_run_keeps_its_best_moment_and_resumes_with_it(tmp_path: Path) -> None:
    config = {"dataset": points(crescent(200)), "method": {"kind": "exact"}, "updates": 400}
    run = Training(RunConfig.model_validate(config))
    while not run.finished:
        run.update()
        if run.step == 350:  # ruin what comes after the last moment that was judged
            for weight in run.shown.average.network.parameters():
                weight.mul_(3)
    assert run.metrics["kept_update"] == 350  # 250 times 1.4
    assert run.shown.kept is not None
    run.save(tmp_path)
    again = Training.resume(tmp_path)
    places = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    assert torch.equal(again.network(places), run.network(places))
    assert not torch.equal(again.shown.average.network(places), run.network(places))


def test_a_run_saved_before_points_were_whitened_means_what_it_meant() -> None:
    table = (draws().normal(size=(100, 2)) * [3, 1]).tolist()
    given = {"dataset": {"kind": "points", "values": table}, "method": {"kind": "exact"}}
    config, _ = saved(given)
    matrix = config.dataset.units.matrix
    assert matrix is not None
    assert matrix[0][0] == matrix[1][1] > 0
    assert matrix[0][1] == matrix[1][0] == 0
    again, _ = saved(config.model_dump(mode="json"))
    assert again == config


def test_a_moment_without_a_partition_function_is_the_worst() -> None:
    config = {"dataset": points(crescent(200)), "method": {"kind": "exact"}, "updates": 320}
    run = Training(RunConfig.model_validate(config))
    while not run.finished:
        run.update()
        if run.step == 260:
            for weight in run.shown.average.network.parameters():
                weight.fill_(math.nan)
    assert run.metrics["kept_update"] == 250
    assert math.isfinite(run.evaluate(thorough=True)["nll"])


def test_a_smoothing_has_no_bound_but_what_numbers_hold() -> None:
    schema = Points.model_json_schema()["properties"]["smoothing"]
    assert not any("maximum" in branch for branch in schema["anyOf"])
    with pytest.raises(ValueError, match="use larger units"):
        points(crescent(100), smoothing=1e31)


def test_a_run_that_diverges_by_rows_far_away_names_them() -> None:
    table = draws().normal(0, 1, (2000, 2))
    table[7] = 9999
    method = METHODS["denoising"]()
    assert "learning rate" in remedy(method, points(table))
    told = remedy(method, points(table, far_rows="keep"))
    assert "row 8: 9999, 9999" in told
    assert "`dataset.far_rows=leave out`" in told


@pytest.mark.parametrize("tails", [False, True])
def test_what_lies_too_far_out_for_most_methods_is_told_before_and_after(tails: bool) -> None:
    r = np.random.default_rng(0)
    near = r.normal(0, 1, (980, 2))
    far = r.normal(70, 1, (20, 2))
    table = draws().standard_cauchy((2000, 2)) if tails else np.concatenate([near, far])
    own = points(table)
    holds = "denoising learns" if tails else "denoising and noise_conditional learn"
    assert any("denoising" in remark for remark in own.remarks)
    assert f"{holds} such data" in remedy(METHODS["persistent"](), own)
    plain = points(near)
    assert plain.remarks == ()
    assert "such data" not in remedy(METHODS["persistent"](), plain)
