"""Implicit generation with a replay buffer (Du and Mordatch)."""

from typing import Any

from ebm_core.presets._parts import (
    CLIPPED,
    DAYS,
    THREE_MINUTES,
    TWO_MINUTES,
    UNFETCHED,
    UNTRAINED,
    at_full_size,
    in_minutes,
    langevin,
)
from ebm_core.presets.preset import Measured, Preset, Setup


def chains(step_size: float, pixels: int, **more: Any) -> dict[str, Any]:
    """The method on images of so many grey values."""
    return {
        "kind": "persistent",
        # the paper keeps a step to 0.1 in each pixel: so it is at most this long
        "sampler": langevin(step_size, 0.01, drift_limit=round(0.2 * pixels**0.5, 2)),
        "restart_share": 0.05,
        "restart_from": "noise",
        "data_noise": 0.0,
        "energy_penalty": 2.0,
        **more,
    }


SMALL = {"kind": "residual", "channels": 16, "blocks": 1, "spectral_norm": False}
FEWER: dict[str, Any] = {"chain_steps": 20, "chains": 64, "buffer_size": 2000}
FEWER_TOLD = (
    "Training images have noise of 0.03, more than that of their grey levels.",
    "20 steps for 60, 64 chains for 128 and a buffer of 2,000 for 10,000, as a core is slow.",
    "No spectral norm, and a step of 10 for 40: a small network without it learned faster so "
    "(on digits in 40 s a Frechet distance of 94, and 155 with 40).",
    CLIPPED,
)
MNIST = {
    "method": chains(10.0, 28 * 28, **FEWER),
    "energy": {**SMALL, "halvings": 2},
    **in_minutes(3.0, 1e-3, 64),
}

IGEBM = Preset(
    name="igebm",
    title="IGEBM",
    paper="Du and Mordatch 2019, Implicit generation and modeling with energy-based models",
    link="https://arxiv.org/abs/1903.08689",
    where="algorithm 1, sections 3.2 and 3.3, and the appendix on training for CIFAR-10",
    recipe="60 Langevin steps of size 10 with noise 0.005 on grey values in [0, 1], each pixel "
    "moved by 0.1 at most; a buffer of 10,000, of which 95 % of the chains start; batch 128, Adam "
    "at 0.0001 without momentum, L2 weight 1, spectral norm.",
    differs=(
        "Grey values are in [-1, 1] here, where the paper's step is 40 and its noise 0.01.",
        "A step is cut by its length, not pixel by pixel, and chains may leave the grey values.",
        "L2 is on the mean over data and samples together: weight 2 is the paper's 1.",
        "Adam keeps its momentum (0.9; the paper has 0).",
        "The network takes the mean over all places where the paper's takes the sum.",
    ),
    reached="FID 40.6 on CIFAR-10, unconditional.",
    on={
        "digits": Setup(
            run={
                "method": chains(10.0, 8 * 8, **FEWER),
                "energy": {**SMALL, "halvings": 1},
                **in_minutes(2.0, 1e-3, 64),
            },
            takes=TWO_MINUTES,
            differs=FEWER_TOLD,
            measured=Measured(
                updates=1954,
                frechet=50.7,
                frechet_floor=9.0,
                looks="digits with a little grey around them, some chains still on their way, and "
                "a classifier is sure of 74 %",
            ),
        ),
        "mnist": Setup(
            run=MNIST,
            takes=THREE_MINUTES,
            differs=FEWER_TOLD,
            measured=Measured(
                updates=306,
                frechet=904.7,
                frechet_floor=22.3,
                looks="pieces of strokes, since updates are slow, and a classifier is sure of 64 %",
                of="9,000 of the images",
            ),
        ),
        "fashion_mnist": Setup(
            run=MNIST, takes=THREE_MINUTES, differs=FEWER_TOLD, not_measured=UNFETCHED
        ),
        "cifar10": Setup(
            run={
                "dataset": {"noise": 0.002},
                "method": chains(40.0, 3 * 32 * 32, chain_steps=60, chains=128, buffer_size=10_000),
                "energy": {
                    "kind": "residual",
                    "channels": 128,
                    "blocks": 3,
                    "halvings": 2,
                    "spectral_norm": True,
                },
                # the checkpoint that the authors' code names is of this update
                **at_full_size(121_200, 1e-4, 128),
            },
            takes=DAYS,
            not_measured=UNTRAINED,
        ),
    },
)
