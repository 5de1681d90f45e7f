"""A classifier that is an energy (Grathwohl, Wang, Jacobsen, Duvenaud, Norouzi and Swersky)."""

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
    """The method, with so many labels, chains and steps."""
    return {
        "kind": "jem",
        "classification_weight": 1.0,
        "unlabelled": True,
        "sampler": langevin(1.0, 0.01),
        "restart_share": 0.05,
        "restart_from": "noise",
        **more,
    }


SMALL = {"kind": "residual_classifier", "channels": 16, "blocks": 1}
FEWER_TOLD = ("A buffer of 1,000 for 10,000, and one block of 16 channels a stage.", CLIPPED)
MNIST = {
    "method": chains(labels=10_000, chains=32, chain_steps=20, buffer_size=1000),
    "energy": {**SMALL, "halvings": 2},
    **in_minutes(3.0, 1e-3, 64),
}

JEM = Preset(
    name="jem",
    title="JEM",
    paper="Grathwohl et al. 2020, Your classifier is secretly an energy based model and you should "
    "treat it like one",
    link="https://arxiv.org/abs/1912.03263",
    where="sections 4 and 5.1 and table 1; sizes from the authors' code",
    recipe="A Wide ResNet 28-10 without batch normalisation; 20 SGLD steps of size 1 with noise "
    "0.01, a buffer of 10,000, 5 % of the chains from uniform noise, data with noise 0.03, batch "
    "64, Adam at 0.0001 with a warm-up of 1,000 updates, 200 epochs.",
    differs=(
        "Images are neither cropped nor flipped at random.",
        "The learning rate does not fall after 160 and 180 epochs.",
        "Of the Wide ResNet the stages end, and do not begin, with the halving; SiLU for leaky "
        "ReLU; the same size and depth.",
    ),
    reached="Accuracy 92.9 %, FID 38.4, inception score 8.76 on CIFAR-10 (table 1).",
    on={
        "digits": Setup(
            run={
                "method": chains(labels=1297, chains=64, chain_steps=20, buffer_size=1000),
                "energy": {**SMALL, "halvings": 1},
                **in_minutes(2.0, 1e-3, 64),
            },
            takes=TWO_MINUTES,
            differs=FEWER_TOLD,
            measured=Measured(
                updates=1857,
                frechet=34.9,
                frechet_floor=9.0,
                accuracy=0.948,
                looks="digits with grey specks around them; a plain classifier with the same "
                "labels names 96.6 %",
            ),
        ),
        "mnist": Setup(run=MNIST, takes=THREE_MINUTES, differs=FEWER_TOLD),
        "fashion_mnist": Setup(
            run=MNIST, takes=THREE_MINUTES, differs=FEWER_TOLD, not_measured=UNFETCHED
        ),
        "cifar10": Setup(
            run={
                "method": chains(labels=50_000, chains=64, chain_steps=20, buffer_size=10_000),
                "energy": {
                    "kind": "residual_classifier",
                    "channels": 160,
                    "blocks": 4,
                    "halvings": 2,
                },
                # 200 epochs of 45,000 images
                **at_full_size(140_600, 1e-4, 64, warmup=1000),
            },
            takes=DAYS,
            not_measured=UNTRAINED,
        ),
    },
)
