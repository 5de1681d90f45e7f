"""One score for many noise levels (Song and Ermon)."""

from typing import Any

from ebm_core.presets._parts import (
    DAYS,
    THREE_MINUTES,
    TWO_MINUTES,
    UNFETCHED,
    UNTRAINED,
    at_full_size,
    in_minutes,
)
from ebm_core.presets.preset import Measured, Preset, Setup


def levels(**more: Any) -> dict[str, Any]:
    """The method; a step of 0.00002 (sigma / 0.01)^2 is 0.2 sigma^2."""
    return {
        "kind": "noise_conditional",
        "largest": 2.0,
        "denoise": False,
        "levels": 10,
        "step_size": 0.2,
        "confinement": None,
        "far_margin": None,
        **more,
    }


SMALLER_TOLD = (
    "The smallest level is 0.1, as training images have noise of 0.03 here, and small levels take "
    "long to learn.",
    "20 steps a level for 100, and a network of 32 channels, as a core is slow.",
)
MNIST = {
    "method": levels(smallest=0.1, level_steps=20),
    "energy": {"kind": "residual", "channels": 16, "blocks": 1, "halvings": 2},
    **in_minutes(3.0, 1e-3, 64),
}

NCSN = Preset(
    name="ncsn",
    title="NCSN",
    paper="Song and Ermon 2019, Generative modeling by estimating gradients of the data "
    "distribution",
    link="https://arxiv.org/abs/1907.05600",
    where="algorithm 1, section 5 and table 1",
    recipe="10 noise levels from 1 down to 0.01 on grey values in [0, 1], evenly apart in log; "
    "100 steps a level of annealed Langevin with step 0.00002; batch 128, Adam at 0.001, 200,000 "
    "updates.",
    differs=(
        "Grey values are in [-1, 1] here: levels from 2 down.",
        "An energy, whose gradient is the score, in the place of a score network (RefineNet with "
        "instance normalisation by the level); it is told the level as one more channel.",
        "Small levels are drawn more often than large ones; the paper draws all alike.",
    ),
    reached="FID 25.3, inception score 8.87 on CIFAR-10 (table 1).",
    on={
        "digits": Setup(
            run={
                "method": levels(smallest=0.1, level_steps=20),
                "energy": {"kind": "residual", "channels": 32, "blocks": 1, "halvings": 1},
                **in_minutes(2.0, 1e-3, 128),
            },
            takes=TWO_MINUTES,
            differs=SMALLER_TOLD,
            measured=Measured(
                updates=3147,
                frechet=90.2,
                frechet_floor=9.0,
                looks="digits and parts of some with the noise of the last level on them, and "
                "a classifier is sure of 70 %",
            ),
        ),
        "mnist": Setup(
            run=MNIST,
            takes=THREE_MINUTES,
            differs=SMALLER_TOLD,
            measured=Measured(
                updates=1934,
                frechet=630.2,
                frechet_floor=22.3,
                looks="strokes of digits, hardly one whole, and a classifier is sure of 71 %",
                of="9,000 of the images",
            ),
        ),
        "fashion_mnist": Setup(
            run=MNIST, takes=THREE_MINUTES, differs=SMALLER_TOLD, not_measured=UNFETCHED
        ),
        "cifar10": Setup(
            run={
                "dataset": {"noise": 0.002},
                "method": levels(smallest=0.02, level_steps=100),
                "energy": {"kind": "residual", "channels": 128, "blocks": 3, "halvings": 2},
                **at_full_size(200_000, 1e-3, 128),
            },
            takes=DAYS,
            not_measured=UNTRAINED,
        ),
    },
)
