"""A generator held to many samples by mutual information (Kumar et al.)."""

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


def game(**more: Any) -> dict[str, Any]:
    """The paper's game between energy, generator and critic."""
    return {
        "kind": "mutual_information",
        "estimator": "paper",
        "information": "jensen_shannon",
        "entropy_weight": 1.0,
        "generator": "convolutional",
        "generator_rate": 1.0,
        **more,
    }


SMALLER_TOLD = ("16 and 64 channels for 64 and 512, as a core is slow.", SHORT)
LARGER_TOLD = (
    "16 and 64 channels for 64 and 512, as a core is slow.",
    "A learning rate of 0.0002 for 0.0001, decaying to nothing: with 0.001, which digits bear, the "
    "generator collapsed on MNIST within 850 updates.",
)
MNIST = {
    "method": game(latents=64, width=64, negatives=64, gradient_penalty=0.1),
    "energy": {"kind": "convolutional", "channels": 16, "halvings": 3},
    **in_minutes(3.0, 2e-4, 64),
}

MEG = Preset(
    name="meg",
    title="MEG",
    paper="Kumar, Ozair, Goyal, Courville and Bengio 2019, Maximum entropy generators for "
    "energy-based models",
    link="https://arxiv.org/abs/1901.08508",
    where="sections 3 and 4; sizes from the authors' code for CIFAR-10",
    recipe="5 updates of the energy for one of generator and critic, 128 latents, 512 channels, "
    "a zero-centred gradient penalty of 10 by the mean over pixels, the information by "
    "Jensen-Shannon at weight 1, batch 64, Adam at 0.0001 (0.5, 0.9), 100,000 updates.",
    differs=(
        "One update of the energy for one of the generator: the method here has no other way.",
        "Adam without momentum, not 0.5: with it the generator collapsed on MNIST.",
        "The generator has no batch normalisation and no tanh at its end; the critic of the "
        "information is a perceptron, not convolutional.",
        "Training images have noise of 0.03 here.",
    ),
    on={
        "digits": Setup(
            run={
                "method": game(latents=32, width=64, negatives=64, gradient_penalty=0.1),
                "energy": {"kind": "convolutional", "channels": 16, "halvings": 2},
                **in_minutes(2.0, 1e-3, 64),
            },
            takes=TWO_MINUTES,
            differs=SMALLER_TOLD,
            measured=Measured(
                updates=4300,
                frechet=29.5,
                frechet_floor=9.0,
                looks="digits with a little grey on them, and a classifier is sure of 78 %",
            ),
        ),
        "mnist": Setup(
            run=MNIST,
            takes=THREE_MINUTES,
            differs=LARGER_TOLD,
            measured=Measured(
                updates=845,
                frechet=3477.2,
                frechet_floor=22.3,
                looks="grey blots and stripes that differ, no digits yet",
                of="9,000 of the images",
            ),
        ),
        "fashion_mnist": Setup(
            run=MNIST, takes=THREE_MINUTES, differs=LARGER_TOLD, not_measured=UNFETCHED
        ),
        "cifar10": Setup(
            run={
                # 10 by the mean over 1,024 pixels
                "method": game(latents=128, width=512, negatives=64, gradient_penalty=0.01),
                "energy": {"kind": "convolutional", "channels": 64, "halvings": 3},
                **at_full_size(100_000, 1e-4, 64),
            },
            takes=DAYS,
            not_measured=UNTRAINED,
        ),
    },
)
