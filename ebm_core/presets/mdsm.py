"""One energy denoised at many levels (Li, Chen and Sommer)."""

from typing import Any

from ebm_core.presets._parts import (
    DAYS,
    SHORT,
    THREE_MINUTES,
    TWO_MINUTES,
    UNFETCHED,
    UNTRAINED,
    at_full_size,
    in_minutes,
)
from ebm_core.presets.preset import Measured, Preset, Setup


def levels(**more: Any) -> dict[str, Any]:
    """The method, with sigma0 = 0.1 of grey values in [0, 1]."""
    own = {"reference": 0.2, "far_margin": None, "denoise": False}
    return {"kind": "multi_scale", **own, **more}


SMALLER_TOLD = (
    "10 times 40 sampling steps of five times the size for some 2,000, and a network of 32 "
    "channels, as a core is slow.",
    SHORT,
)
MNIST = {
    "method": levels(smallest=0.2, largest=6.0, step_size=0.2, level_steps=40),
    "energy": {"kind": "residual", "channels": 16, "blocks": 1, "halvings": 2},
    **in_minutes(3.0, 1e-3, 64),
}

MDSM = Preset(
    name="mdsm",
    title="MDSM",
    paper="Li, Chen and Sommer 2019, Learning energy-based models in high-dimensional spaces with "
    "multi-scale denoising score matching",
    link="https://arxiv.org/abs/1910.07762",
    where="equations 5 and 6, section 4 and table 1; sizes from the authors' code",
    recipe="sigma0 = 0.1 on grey values in [0, 1]. CIFAR-10: levels from 0.05 to 1.2, evenly "
    "apart, a residual network of 18 layers and 128 channels, Adam at 0.00005, 300,000 updates. "
    "Fashion-MNIST: levels from 0.1 to 3, evenly apart in log, 12 layers and 64 channels, Adam at "
    "0.0001, 100,000 updates. Batch 128, cosine decay; Langevin at temperatures from 100 to 1.",
    differs=(
        "Grey values are in [-1, 1] here: all lengths are twice the paper's.",
        "The energy ends linearly in the mean over all places; the paper's is quadratic in all of "
        "them. SiLU for ELU.",
        "Sampling starts at the temperature of the largest level, from uniform noise.",
    ),
    reached="FID 31.7, inception score 8.31 on CIFAR-10 (table 1).",
    on={
        "digits": Setup(
            run={
                "method": levels(smallest=0.2, largest=2.4, step_size=0.2, level_steps=40),
                "energy": {"kind": "residual", "channels": 32, "blocks": 1, "halvings": 1},
                **in_minutes(2.0, 1e-3, 128),
            },
            takes=TWO_MINUTES,
            differs=SMALLER_TOLD,
            measured=Measured(
                updates=3365,
                frechet=73.3,
                frechet_floor=9.0,
                looks="smooth digits and strokes that are none, and a classifier is sure of 76 %",
            ),
        ),
        "mnist": Setup(
            run=MNIST,
            takes=THREE_MINUTES,
            differs=SMALLER_TOLD,
            measured=Measured(
                updates=1917,
                frechet=886.1,
                frechet_floor=22.3,
                looks="smooth strokes that are no digits yet, and a classifier is sure of 70 %",
                of="9,000 of the images",
            ),
        ),
        "fashion_mnist": Setup(
            run=MNIST, takes=THREE_MINUTES, differs=SMALLER_TOLD, not_measured=UNFETCHED
        ),
        "cifar10": Setup(
            run={
                "dataset": {"noise": 0.0},
                "method": levels(smallest=0.1, largest=2.4, step_size=0.04, level_steps=200),
                "energy": {"kind": "residual", "channels": 128, "blocks": 2, "halvings": 3},
                **at_full_size(300_000, 5e-5, 128, final_rate=0.02),
            },
            takes=DAYS,
            differs=("Levels are even in log here, on CIFAR-10 too.",),
            not_measured=UNTRAINED,
        ),
    },
)
