"""What holds for every method."""

import tempfile
from pathlib import Path
from random import Random

import torch

from ebm_core.checks.expectation import Check, expect, form_is_whole
from ebm_core.checks.histories import described, held, lived, recorded
from ebm_core.contracts import Sampler, Shape
from ebm_core.methods import METHODS
from ebm_core.runs.config import RunConfig
from ebm_core.runs.slow_motion import slow_update
from ebm_core.runs.training import Training


def training(kind: str, updates: int, dataset: str = "gaussian_ring") -> Training:
    """What pressing play gives, of this length."""
    config = {"dataset": {"kind": dataset}, "method": {"kind": kind}, "updates": updates}
    return Training(RunConfig.model_validate(config))


def weights(run: Training) -> list[list[float]]:
    """Those of its energy."""
    return [parameter.flatten().tolist() for parameter in run.energy.parameters()]


def has_a_form(kind: str) -> None:
    """Its fields have titles, descriptions and bounds, and its recipe survives JSON."""
    form_is_whole(METHODS[kind])
    config = training(kind, 1).config
    again = RunConfig.model_validate_json(config.model_dump_json())
    expect(again == config, "a run's config is another one after a trip through JSON")


def learns_the_ring(kind: str) -> None:
    """KL falls below a third of what it is before the first update, in 120 of them."""
    run = training(kind, 120)
    before = run.evaluate()["kl"]
    while not run.finished:
        run.update()
    after = run.evaluate()
    least = min(after["kl"], after["kl_best_temperature"])
    expect(before > 1, f"KL is {before:.3g} before the first update: an energy begins ignorant")
    expect(least < before / 3, f"KL is {before:.3g} before and {least:.3g} after 120 updates")


def chains_respect_fine_data(kind: str) -> None:
    """Moons are finer than the ring: steps that fit the ring can be too wide for them."""
    if METHODS[kind].family != "mcmc":
        return
    run = training(kind, 140, "moons")
    while not run.finished:
        loss = run.update()["loss"]
        expect(abs(loss) < 30, f"on the moons the loss is {loss:.3g} at update {run.step}")


def looking_changes_nothing(kind: str) -> None:
    """Frames, samples and evaluations leave the weights alone, bit for bit."""
    watched, alone = training(kind, 6), training(kind, 6)
    while not alone.finished:
        alone.update()
        watched.update()
        watched.frame()
        if watched.step == 3:
            watched.learner.samples(8, torch.Generator().manual_seed(0))
    watched.evaluate()
    expect(
        weights(watched) == weights(alone),
        "a run that is looked at learns other weights: `picture` and `samples` must draw nothing "
        "from the task's generator and change nothing",
    )


def slow_motion_changes_nothing(kind: str) -> None:
    """An update that is looked at closely is the same, bit for bit, and so is what follows it."""
    with tempfile.TemporaryDirectory() as folder:
        slow, alone = training(kind, 6), training(kind, 6)
        phases = []
        while not alone.finished:
            alone.update()
            if slow.step == 3:
                phases = slow_update(slow).phases
            else:
                slow.update()
        expect(
            held(slow, Path(folder)) == held(alone, Path(folder)),
            "an update in slow motion ends otherwise: phases must draw nothing from the task's "
            "generator and change nothing",
        )
        for phase in phases:
            known = [slow.config.method.equation, *moves(slow)]
            expect(
                any(phase.term in tex for tex in known),
                f"the phase {phase.name!r} has the term {phase.term!r}, which is in no formula",
            )


def moves(run: Training) -> list[str]:
    """The formulas of its sampler, where the method has one."""
    sampler = getattr(run.config.method, "sampler", None)
    return list(sampler.moves.values()) if isinstance(sampler, Sampler) else []


def shows_itself(kind: str) -> None:
    """Metrics, and a frame's arrays: finite, and of the shapes that the page draws."""
    run = training(kind, 3)
    run.frame()  # before the first update too
    while not run.finished:
        run.update()
    for name in ("loss", "grad_norm"):
        expect(name in run.metrics, f"`update` gives no {name!r}")
    picture = run.learner.picture()
    for name, points in picture.points.items():
        expect(
            tuple(points.shape[1:]) == run.dataset.shape and points.isfinite().all(),
            f"the picture's points {name!r} are shaped {tuple(points.shape)}, or not finite",
        )
    for name, values in picture.values.items():
        expect(values.dim() == 1, f"the picture's values {name!r} are not one series of numbers")
    frame = run.frame()
    expect(frame.landscape is not None, "there is no landscape")
    expect({"chains", "data"} <= frame.arrays.keys(), "a frame has no chains or no data")


def samples_repeat_with_the_seed(kind: str) -> None:
    """Where it keeps samples of its own: no more than are asked for, of the data's shape."""
    run = training(kind, 3)
    while not run.finished:
        run.update()
    first, again = (run.learner.samples(16, torch.Generator().manual_seed(0)) for _ in range(2))
    if first is None or again is None:
        return
    shape: Shape = tuple(first.shape)
    expect(
        shape[0] <= 16 and shape[1:] == run.dataset.shape,
        f"16 samples were asked for, and `samples` gave an array of shape {shape}",
    )
    expect(torch.equal(first, again), "the same seed gives other samples")


def replays(kind: str) -> None:
    """With every live field changed on the way, config, seed and changes give the run again."""
    with tempfile.TemporaryDirectory() as folder:
        first = lived(described(kind, "gaussian_ring", 12), Random(kind))
        second = Training(described(kind, "gaussian_ring", 12), recorded(first))
        while not second.finished:
            second.update()
        expect(
            held(second, Path(folder)) == held(first, Path(folder)),
            "a run that is replayed ends otherwise: all randomness has to come from the task's "
            "generator, and all settings from `method` as `reconfigure` last gave it",
        )


def resumes(kind: str) -> None:
    """Saved and loaded after every other update, a run ends as one that was left alone."""
    with tempfile.TemporaryDirectory() as folder:
        alone, place = lived(described(kind, "gaussian_ring", 10), Random(kind)), Path(folder)
        run = Training(described(kind, "gaussian_ring", 10), recorded(alone))
        while not run.finished:
            run.update()
            if run.step % 2:
                run.save(place)
                run = Training.resume(place)
        expect(
            held(run, place) == held(alone, place),
            "a run that is saved and resumed ends otherwise: `state` and `load_state` have to "
            "hold all that `update` depends on",
        )


CHECKS: tuple[Check, ...] = (
    has_a_form,
    shows_itself,
    samples_repeat_with_the_seed,
    looking_changes_nothing,
    slow_motion_changes_nothing,
    replays,
    resumes,
    learns_the_ring,
    chains_respect_fine_data,
)
