"""Short-run chains from noise (Nijkamp, Hill, Zhu and Wu)."""

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


def chains(**more: Any) -> dict[str, Any]:
    """The method, with so many steps and chains."""
    return {
        "kind": "short_run",
        "sampler": langevin(1.0, 0.01),
        "energy_penalty": 0.0,
        "data_noise": 0.0,
        **more,
    }


FEWER_TOLD = ("50 steps for 100, and 16 channels for 128, as a core is slow.", CLIPPED)
MNIST = {
    "method": chains(chain_steps=50, chains=32),
    "energy": {"kind": "convolutional", "channels": 16, "halvings": 3},
    **in_minutes(3.0, 1e-3, 32),
}

SHORT_RUN = Preset(
    name="short_run",
    title="Short-run MCMC",
    paper="Nijkamp, Hill, Zhu and Wu 2019, Learning non-convergent non-persistent short-run MCMC "
    "toward energy-based model",
    link="https://arxiv.org/abs/1904.09770",
    where="section 5.1 and table 1 (a); step and noise from the code in appendix 7.3",
    recipe="100 Langevin steps of size 1 with noise 0.01 from uniform noise, data with noise 0.03, "
    "64 images a batch, Adam at 0.0001, 200,000 updates, 128 channels for CIFAR-10.",
    differs=(
        "SiLU for leaky ReLU, and 3 x 3 filters where the paper's are 4 x 4, stride 2 as there.",
        "Neither the learning rate nor the noise on the data falls at the end.",
    ),
    reached="Inception score 6.21 on CIFAR-10 (table 1).",
    on={
        "digits": Setup(
            run={
                "method": chains(chain_steps=60, chains=64),
                "energy": {"kind": "convolutional", "channels": 16, "halvings": 2},
                **in_minutes(2.0, 1e-3, 64),
            },
            takes=TWO_MINUTES,
            differs=("60 steps for 100, and 16 channels for 128, as a core is slow.", CLIPPED),
            measured=Measured(
                updates=1593,
                frechet=38.9,
                frechet_floor=9.0,
                looks="clean strokes, and a classifier is sure of 74 % of them",
            ),
        ),
        "mnist": Setup(run=MNIST, takes=THREE_MINUTES, differs=FEWER_TOLD),
        "fashion_mnist": Setup(
            run=MNIST, takes=THREE_MINUTES, differs=FEWER_TOLD, not_measured=UNFETCHED
        ),
        "cifar10": Setup(
            run={
                "method": chains(chain_steps=100, chains=64),
                "energy": {"kind": "convolutional", "channels": 128, "halvings": 3},
                **at_full_size(200_000, 1e-4, 64),
            },
            takes=DAYS,
            not_measured=UNTRAINED,
        ),
    },
)
