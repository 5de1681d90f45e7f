"""Slow motion shows the update that is made: its points, its arrows, its energies, and no other."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from ebm_core import RunConfig, Training
from ebm_core.chains.steps_in_phases import StepsInPhases
from ebm_core.checks.histories import comparable
from ebm_core.contracts import EnergyNetwork, phases
from ebm_core.contracts.moves import Move, moves_told_to
from ebm_core.contracts.phases import Phases, energies_at, observed_by
from ebm_core.datasets.points import Points
from ebm_core.methods import METHODS, _likelihood_phases
from ebm_core.methods.learned_sampler import _sampler_phases
from ebm_core.methods.score_matching import _far_field as far_field
from ebm_core.methods.score_matching import _match_phases
from ebm_core.methods.score_matching.denoising import DenoisingScoreMatching
from ebm_core.runs.display import cell_centres
from ebm_core.runs.shown_phase import ShownPhase
from ebm_core.runs.slow_motion import slow_update
from ebm_core.samplers import SAMPLERS

SIDES = {"Push the energy down": "data", "Push the energy up": "chains"}
BEFORE = 3
"""Updates before the one that is looked at."""
SAMPLERS_OF = {"generator": ["activation_entropy", "mutual_information", "variational"]}
PAPERS = [
    pytest.param(kind, {"estimator": "paper"}, id=f"{kind}-paper")
    for kind in SAMPLERS_OF["generator"]
]
OTHERS = [
    *PAPERS,
    pytest.param("persistent", {"chains": 8, "buffer_size": 40}, id="persistent-buffer"),
    pytest.param("contrastive_divergence", {"data_noise": 0.1}, id="contrastive_divergence-noise"),
    pytest.param("sliced", {"estimator": "plain", "slices": 3}, id="sliced-plain"),
    pytest.param("jem", {"unlabelled": False}, id="jem-labelled"),
    *(
        pytest.param("persistent", {"sampler": {"kind": kind}}, id=f"persistent-{kind}")
        for kind in SAMPLERS
    ),
]
ALL = [*(pytest.param(kind, {}, id=kind) for kind in METHODS), *OTHERS]


def run(kind: str, **method: Any) -> Training:
    """A run after some updates; the same one each time."""
    config = {"dataset": {"kind": "pinwheel"}, "method": {"kind": kind, **method}, "updates": 50}
    training = Training(RunConfig.model_validate(config))
    for _ in range(BEFORE):
        training.update()
    return training


def state(training: Training) -> Any:
    """All that training depends on, to the bit; with what was counted and told."""
    found = training.state()
    del found["seconds"]
    return comparable(found)


def tensor(array: NDArray[Any]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))


def named(found: list[ShownPhase], part: str) -> ShownPhase:
    return next(phase for phase in found if part in phase.name)


@pytest.mark.parametrize(("kind", "method"), ALL)
def test_an_update_in_slow_motion_is_the_same_to_the_bit(kind: str, method: dict[str, Any]) -> None:
    slow, alone = run(kind, **method), run(kind, **method)
    slow_update(slow)
    alone.update()
    assert state(slow) == state(alone)
    for training in (slow, alone):
        for _ in range(2):
            training.update()
    assert state(slow) == state(alone)


@pytest.mark.parametrize(("kind", "method"), ALL)
def test_energies_before_and_after_are_those_of_the_update_that_is_made(
    kind: str, method: dict[str, Any]
) -> None:
    slow, before, after = (run(kind, **method) for _ in range(3))
    after.update()
    looked = 0
    for phase in slow_update(slow).phases:
        for name, values in phase.values.items():
            if "before" not in values:
                continue
            at = tensor(phase.points[name])
            for training, told in ((before, "before"), (after, "after")):
                energy = training.learner.rival if "rival" in phase.name else training.energy  # type: ignore[attr-defined]
                with torch.no_grad():
                    assert torch.equal(energy(at), tensor(values[told]))
            assert not np.array_equal(values["before"], values["after"])
            looked += 1
    assert looked >= 2 or METHODS[kind].family == "score_matching"


def test_both_sides_that_move_the_same_way_are_explained() -> None:
    training, told = run("persistent"), set()
    for _ in range(12):
        found = slow_update(training).phases
        down, up = (named(found, name).values[name_of] for name, name_of in SIDES.items())
        moved = [side["after"].mean() > side["before"].mean() for side in (down, up)]
        alike = moved[0] == moved[1]
        said = named(found, "Push the energy up").sentence
        assert said.endswith("the difference counts.") == alike
        told.add(alike)
    assert told == {True, False}


@pytest.mark.parametrize("kind", ["denoising", "noise_conditional", "multi_scale"])
def test_predictions_are_the_slope_s_before_and_after_the_update(kind: str) -> None:
    slow, before, after = (run(kind) for _ in range(3))
    after.update()
    found = slow_update(slow).phases
    last = named(found, "Shrink")
    noisy, clean = map(tensor, last.arrows["target"])
    for training, arrow, told in (
        (before, "predicted_before", "loss"),
        (after, "predicted", "loss_after"),
    ):
        method: Any = training.config.method
        energy: Any = training.energy
        sigma = torch.tensor(getattr(method, "noise_level", 1.0)).expand(len(noisy), 1)
        if kind != "denoising":
            sigma = tensor(named(found, "Perturb").values["perturbed"]["level"])[:, None]
        if kind == "noise_conditional":
            energy = energy.at(sigma[:, 0])
        _, slopes = energy.with_gradient(noisy)
        reach = method.reference**2 if kind == "multi_scale" else sigma**2
        start, end = map(tensor, last.arrows[arrow])
        assert torch.equal(start, noisy)
        assert torch.allclose(end, noisy - reach * slopes, atol=1e-6)
        losses = ((clean - noisy + reach * slopes) / sigma).square().sum(1) / 2
        assert torch.allclose(tensor(last.values["perturbed"][told]), losses, rtol=1e-3)
    assert np.array_equal(named(found, "Perturb").arrows["noise"][1], last.arrows["target"][0])


@pytest.mark.parametrize("kind", ["exact", "sliced"])
def test_curvatures_are_those_of_the_energy_before_and_after(kind: str) -> None:
    slow, before, after = (run(kind, far_margin=None) for _ in range(3))
    after.update()
    found = slow_update(slow).phases
    last = found[-1]
    at = tensor(last.points["data"])
    for training, told in ((before, ""), (after, "_after")):

        def value(x: Tensor, energy: EnergyNetwork = training.energy) -> Tensor:
            found: Tensor = energy(x[None])[0]
            return found

        hessians = torch.stack([torch.autograd.functional.hessian(value, x) for x in at])
        slopes = torch.stack([torch.autograd.functional.jacobian(value, x) for x in at])
        if kind == "exact":
            curvature = hessians.diagonal(dim1=1, dim2=2).sum(1)
        else:
            start, end = named(found, "Draw directions").arrows["slice"]
            v = tensor((end - start) / 0.2)
            assert torch.allclose(v.abs(), torch.ones_like(v), atol=1e-5)
            curvature = torch.einsum("ni,nij,nj->n", v, hessians, v)
        told_curvature = tensor(last.values["data"][f"curvature{told}"])
        assert torch.allclose(told_curvature, curvature, rtol=1e-3, atol=1e-3)
        losses = slopes.square().sum(1) / 2 - curvature
        assert torch.allclose(tensor(last.values["data"][f"loss{told}"]), losses, atol=2e-3)
        at_points, tips = map(tensor, last.arrows["energy" if told else "predicted_before"])
        scales = (at_points - tips).norm(dim=1) / slopes.norm(dim=1)
        assert torch.allclose(scales, scales[:1].expand_as(scales), rtol=1e-2)
        if not told:  # long enough to be seen
            assert float((at_points - tips).norm(dim=1).mean()) == pytest.approx(0.4, rel=1e-3)


@pytest.mark.parametrize("kind", SAMPLERS_OF["generator"])
def test_a_generator_s_points_are_its_own_before_and_after(kind: str) -> None:
    slow, before, after = (run(kind) for _ in range(3))
    draws = before.generator.get_state()
    after.update()
    found = slow_update(slow).phases
    moved = named(found, "Update the generator").arrows["moved"]
    old, new = (training.learner.generator for training in (before, after))  # type: ignore[attr-defined]
    method: Any = slow.config.method
    near = round((1 - method.defensive_share) * method.negatives)
    count = method.negatives if kind == "activation_entropy" else near
    for generator, end in ((old, moved[0]), (new, moved[1])):
        before.generator.set_state(draws)
        latents = generator.draw_latents(count, before.generator)
        points = _sampler_phases.placed(generator, latents)[:12]
        assert torch.allclose(points, tensor(end), atol=1e-6)
    assert np.array_equal(named(found, "Draw z").points["generator"], moved[0])


def test_variational_s_entropy_arrow_is_minus_the_score_of_its_samples() -> None:
    slow, before = run("variational"), run("variational")
    draws = before.generator.get_state()
    start, end = slow_update(slow).phases[7].arrows["entropy"]
    generator = before.learner.generator  # type: ignore[attr-defined]
    before.generator.set_state(draws)
    with torch.no_grad():
        centres = generator(generator.draw_latents(before.config.method.centres, before.generator))  # type: ignore[attr-defined]
        spread = generator.spread
    x = tensor(start).double().requires_grad_()
    ways = (x[:, None] - centres.double()).square().sum(2) / (2 * spread**2)
    (score,) = torch.autograd.grad(torch.logsumexp(-ways, 1).sum(), x)
    drawn = tensor(end - start).double()
    scale = drawn.norm() / score.norm()  # arrows are drawn on a scale that shows them
    assert torch.allclose(drawn, -scale * score, atol=1e-3)


CHAINS = [
    *(kind for kind in METHODS if METHODS[kind].family == "mcmc"),
    "jem",
    *(f"persistent {kind}" for kind in SAMPLERS),
]


@pytest.mark.parametrize("kinds", CHAINS)
def test_chains_go_from_their_starts_to_the_ends_that_are_kept(kinds: str) -> None:
    kind, *sampler = kinds.split()
    slow = run(kind, **({"sampler": {"kind": sampler[0]}} if sampler else {}))
    found = slow_update(slow).phases
    places = named(found, "Start the chains").points["chains"]
    for phase in found:
        if phase.name.startswith("Step"):
            start, way = next(iter(phase.arrows.values()))
            assert np.array_equal(start[: len(places)], places)
            if "drift" in phase.arrows and "noise" in phase.arrows:
                assert np.array_equal(phase.arrows["noise"][0], way)
            places = phase.points["chains"]
    learner: Any = slow.learner
    if kind in ("persistent", "jem"):
        slots = tensor(named(found, "Store").values["chains"]["slot"]).long()
        kept = learner.buffer[slots]
    else:
        kept = learner.negatives[: len(places)]
    assert torch.equal(kept, tensor(places))
    assert np.array_equal(named(found, "Push the energy up").points["chains"], places)


@pytest.mark.parametrize("kind", SAMPLERS)
def test_a_move_is_the_step_that_is_made(kind: str) -> None:
    energy, generator = run("denoising").energy, torch.Generator().manual_seed(0)
    sampler = SAMPLERS[kind].model_validate({"kind": kind})
    chains, tuning = sampler.start(energy, torch.randn(300, 2, generator=generator))
    told: list[Move] = []
    with moves_told_to(told.append):
        for _ in range(5):
            before = chains
            draws = generator.get_state()
            chains, tuning, acceptance = sampler.step(energy, chains, tuning, generator)
            move = told.pop()
            assert torch.equal(move.start, before.points)
            assert torch.equal(move.end, chains.points)
            shares = move.accepted if move.accepted is not None else torch.ones(300)
            assert float(shares.float().mean()) == pytest.approx(acceptance)
            if move.path is not None:  # it leads from the start to the proposal, and is bent
                assert torch.equal(move.path[0], move.start)
                assert torch.equal(move.path[-1], move.proposal)
                assert len(move.path) > 5
                assert move.push is not None
                first = move.path[1] - move.start
                assert 0 < float((first - move.push).norm(dim=1).mean()) < float(first.norm())
            else:  # what is neither drift nor noise is nothing
                again = torch.Generator().set_state(draws)
                normal = torch.empty(300, 2).normal_(generator=again)
                noise = move.proposal - move.way
                ratio = noise / normal
                assert torch.allclose(ratio, ratio.median().expand_as(ratio), rtol=0.02, atol=1e-3)


def test_nothing_is_taken_apart_while_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    def spent(*_: Any, **__: Any) -> None:
        raise AssertionError("this is for who looks closely")

    for owner, name in (
        (Phases, "add"),
        (Phases, "__init__"),
        (Move, "way"),
        (StepsInPhases, "__call__"),
        (phases, "energies_at"),
        (_likelihood_phases, "energies_at"),
        (_sampler_phases, "placed"),
        (_match_phases, "rows_shown"),
    ):
        monkeypatch.setattr(owner, name, spent)
    monkeypatch.setattr(Move, "__new__", spent)
    for kind in METHODS:
        run(kind).update()


def test_phases_are_in_the_units_of_the_data() -> None:
    table = np.random.default_rng(0).normal((1e6, 5), (3e3, 0.02), (500, 2))
    data = Points.model_validate({"kind": "points", "values": table, "smoothing": 0})
    config = RunConfig.model_validate({"dataset": data, "method": {"kind": "persistent"}})
    training = Training(config)
    taken = named(slow_update(training).phases, "Take data").points["data"]
    assert (np.abs(taken[:, None] - table).min(1) < (1e-3, 1e-7)).all()
    walked = named(slow_update(training).phases, "Step 1").arrows["noise"]
    spread = (walked[1] - walked[0]).std(0)
    assert 3e2 < spread[0] < 3e4
    assert 2e-3 < spread[1] < 0.2


@pytest.mark.parametrize("kind", METHODS)
def test_images_have_phases_too(kind: str) -> None:
    given = {"dataset": {"kind": "digits"}, "method": {"kind": kind}, "updates": 9}
    training = Training(RunConfig.model_validate(given))
    update = slow_update(training)
    assert update.window is None
    assert len(update.phases) > 3
    for phase in update.phases:
        assert "nan" not in phase.sentence
        for points in phase.points.values():
            assert points.shape[1:] == training.dataset.shape


def test_a_method_that_tells_nothing_is_shown_by_what_the_landscape_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quiet, before, after = (run("denoising") for _ in range(3))
    after.update()
    told = DenoisingScoreMatching.objective
    monkeypatch.setattr(
        DenoisingScoreMatching,
        "objective",
        lambda *given: observed_by(None)(told)(*given),
    )
    monkeypatch.setattr(far_field, "observer", lambda: None)
    found = slow_update(quiet).phases
    assert [phase.name for phase in found] == ["Take data", "Update the energy"]
    values, at = found[1].values["data"], tensor(found[1].points["data"])
    assert torch.equal(energies_at(before.energy, at), tensor(values["before"]))
    assert torch.equal(energies_at(after.energy, at), tensor(values["after"]))


def test_the_map_of_the_change_is_that_of_the_update() -> None:
    slow, before, after = (run("exact") for _ in range(3))
    after.update()
    change = slow_update(slow).change
    assert change is not None
    cells = cell_centres(change.window, len(change.values)).float()
    wanted = energies_at(after.energy, cells) - energies_at(before.energy, cells)
    assert torch.allclose(wanted.view(change.values.shape), tensor(change.values), atol=1e-5)
